// Calls: 3 ok, 1 error, 7 panic.
#![allow(clippy::never_loop)]

use std::convert::Infallible;

use shapes::prelude::*;

#[shape]
fn stop(code: u32) -> ! {
    std::panic::panic_any(Payload(code))
}

#[shape]
fn chosen(n: Option<u32>) -> u32 {
    let Some(n) = n else { stop(1) };
    let text = match n {
        0 => stop(2),
        1 => "one",
        _ => return n,
    };
    let Ok(length) = Ok::<_, Infallible>(text.len());
    u32::try_from(length).unwrap_or_else(|_| stop(3))
}

#[shape]
async fn later(n: u32) -> Result<&'static str, Noisy> {
    let _guard = Noisy("guard");
    let name = match n {
        0 => return Err(Noisy("zero")),
        1 => {
            pending_once().await;
            stop(4)
        }
        2 => loop {
            pending_once().await;
            break "two";
        },
        _ => unreachable!("only three"),
    };
    Ok(name)
}

pub(super) fn run() {
    show("chosen", [chosen(Some(1)), chosen(Some(2))]);
    caught("none", || chosen(None));
    caught("zero", || chosen(Some(0)));
    for n in 0..4 {
        caught("later", || block_on(later(n)));
    }
}
