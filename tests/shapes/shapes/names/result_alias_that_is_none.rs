// Calls: 13 ok.
use shapes::prelude::{block_on, pending_once, show};

type Result<T> = std::option::Option<T>;

type Option<T> = std::result::Result<T, &'static str>;

type String = std::result::Result<u32, u8>;

#[shape]
fn result(n: u32) -> Result<u32> {
    let n = n.checked_sub(1)?;
    Some(n)
}

#[shape]
fn option(n: u32) -> Option<u32> {
    let n = n.checked_sub(1).ok_or("zero")?;
    Ok(n)
}

#[shape]
fn string(n: u32) -> String {
    if n > 1 {
        return Err(2);
    }
    Ok(n)
}

#[shape]
async fn later(n: u32) -> Option<Result<String>> {
    pending_once().await;
    if n == 0 {
        return Err("zero");
    }
    Ok(result(n).map(string))
}

pub(super) fn run() {
    show("result", (result(0), result(1)));
    show("option", (option(0), option(1)));
    show("string", (string(1), string(2)));
    show("later", [0, 1, 3].map(|n| block_on(later(n))));
}
