// Calls: 3 ok.
// Also known as x46_use_syntax.
use shapes::prelude::*;

#[shape]
fn length(text: &str) -> impl Fn() -> usize + use<> {
    let length = text.len();
    move || length
}

#[shape]
fn some<'a, T: Clone>(values: &'a [T], _unused: &str) -> impl Iterator<Item = T> + use<'a, T> {
    values.iter().cloned()
}

#[shape]
fn checked<T: ToString>(value: &T) -> Result<impl Fn() -> String + use<T>, ()> {
    let text = value.to_string();
    if text.is_empty() {
        return Err(());
    }
    Ok(move || text.clone())
}

pub(super) fn run() {
    let length = {
        let text = String::from("text");
        length(&text)
    };
    show("length", length());
    let values = [1, 2];
    let some = {
        let text = String::new();
        some(&values, &text)
    };
    show("some", some.collect::<Vec<_>>());
    let checked = {
        let value = 12;
        checked(&value)
    };
    show("checked", checked.map(|text| text()));
}
