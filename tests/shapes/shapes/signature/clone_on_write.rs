// Calls: 6 ok, 1 error.
#![allow(clippy::ptr_arg)]

use std::borrow::Cow;

use shapes::prelude::*;

#[shape]
fn sorted(mut numbers: Cow<'_, [u32]>) -> Cow<'_, [u32]> {
    if !numbers.is_sorted() {
        numbers.to_mut().sort_unstable();
    }
    numbers
}

#[shape]
fn escaped<'t>(text: impl Into<Cow<'t, str>>) -> Result<Cow<'t, str>, Cow<'static, str>> {
    let text = text.into();
    if text.contains('\0') {
        return Err(Cow::Borrowed("a zero"));
    }
    Ok(if text.contains('<') { Cow::Owned(text.replace('<', "&lt;")) } else { text })
}

#[shape]
async fn later<T: ToOwned + ?Sized + PartialEq>(value: &mut Cow<'_, T>, owned: bool) -> bool {
    pending_once().await;
    if owned {
        value.to_mut();
    }
    matches!(value, Cow::Owned(_))
}

pub(super) fn run() {
    let is_owned = |numbers: &Cow<'_, _>| matches!(numbers, Cow::Owned(_));
    show("sorted", [&[1, 2][..], &[2, 1]].map(|numbers| sorted(numbers.into())).each_ref().map(is_owned));
    show("escaped", (escaped("<a>"), escaped("a".to_owned()), escaped("\0")));
    let mut text = Cow::Borrowed("text");
    show("later", [false, true].map(|owned| block_on(later(&mut text, owned))));
}
