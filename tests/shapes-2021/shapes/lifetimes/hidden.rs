// Calls: 9 ok, 3 error, 1 cancelled.
#![allow(elided_lifetimes_in_paths, clippy::unused_async)]

use shapes::prelude::*;

#[derive(Clone, Copy, Debug)]
struct View<'a> {
    text: &'a str,
}

#[shape]
fn length(view: View) -> usize {
    view.text.len()
}

#[shape]
fn checked(view: View, limit: usize) -> Result<View, usize> {
    let text = view.text.get(..limit).ok_or(limit)?;
    Ok(View { text })
}

#[shape]
async fn first(view: View<'_>) -> Option<&str> {
    pending_once().await;
    let text = view.text.get(..1)?;
    Some(text)
}

#[shape]
async fn same(view: View<'_>) -> View<'_> {
    pending_once().await;
    view
}

#[shape]
async fn both(one: View<'_>, other: View<'_>, text: &str) -> Result<usize, String> {
    pending_once().await;
    if text.is_empty() {
        return Err(one.text.to_owned());
    }
    Ok(one.text.len() + other.text.len() + text.len())
}

impl<'a> View<'a> {
    #[shape]
    async fn part(&self, from: usize) -> Result<View<'_>, usize> {
        let text = self.text.get(from..).ok_or(from)?;
        pending_once().await;
        Ok(View { text })
    }

    #[shape]
    async fn whole(&self) -> &'a str {
        self.text
    }

    #[shape]
    async fn longer(self, other: View<'a>) -> View<'a> {
        if self.text.len() > other.text.len() { self } else { other }
    }
}

pub(super) fn run() {
    let text = "text".to_owned();
    let view = View { text: &text };
    show("length", length(view));
    show("checked", (checked(view, 2).map(|view| view.text), checked(view, 9).map(|view| view.text)));
    show("first", (block_on(first(view)), block_on(first(View { text: "" }))));
    show("same", block_on(same(view)));
    show("both", (block_on(both(view, View { text: "x" }, "y")), block_on(both(view, view, ""))));
    show("part", (block_on(view.part(1)).map(|view| view.text), block_on(view.part(9)).map(|view| view.text)));
    let whole = block_on(View { text: &text }.whole());
    show("whole", whole);
    show("longer", block_on(view.longer(View { text: "longer" })));
    drop_after(1, same(view));
    auto_traits!("same", same(view));
}
