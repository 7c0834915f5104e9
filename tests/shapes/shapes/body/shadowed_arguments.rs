// Calls: 4 ok, 2 error.
#![allow(clippy::needless_pass_by_value)]

use shapes::prelude::*;

#[shape]
fn parsed(text: &str) -> Result<u32, String> {
    let text = text.trim();
    let text: u32 = text.parse().map_err(|_| text.to_owned())?;
    let text = {
        let text = text + 1;
        text * 2
    };
    Ok(text)
}

#[shape]
fn guards(guard: Noisy) -> usize {
    let guard = (Noisy("second"), guard.0.len());
    let length = guard.1;
    let guard = Noisy("third");
    for guard in 0..2 {
        show("loop", guard);
    }
    length + guard.0.len()
}

#[shape]
async fn later(value: Option<Noisy>, self_: u32) -> Result<u32, Noisy> {
    let value = async { value };
    let value = value.await;
    pending_once().await;
    let Some(value) = value else { return Ok(self_) };
    if let value @ Noisy("error") = value {
        return Err(value);
    }
    let self_ = |value: u32| value + self_;
    Ok(self_(1))
}

pub(super) fn run() {
    show("parsed", (parsed(" 1 "), parsed(" x ")));
    show("guards", guards(Noisy("first")));
    show("later", [None, Some("value"), Some("error")].map(|value| block_on(later(value.map(Noisy), 5))));
}
