// Calls: 4 ok, 5 error.
#![allow(clippy::never_loop, clippy::unused_async)]

use shapes::prelude::*;

/// Gives up after `limit` attempts.
#[shape]
async fn retry<T, E>(limit: u32, mut attempt: impl AsyncFnMut(u32) -> Result<T, E>) -> Result<T, Vec<E>> {
    let mut errors = Vec::new();
    let value = 'attempts: loop {
        for number in 0..limit {
            match attempt(number).await {
                Ok(value) => break 'attempts value,
                Err(error) => errors.push(error),
            }
            pending_once().await;
        }
        return Err(errors);
    };
    Ok(value)
}

#[shape]
async fn flaky(number: u32, succeeds_at: u32) -> Result<&'static str, Noisy> {
    if number < succeeds_at {
        return Err(Noisy("refused"));
    }
    Ok("done")
}

pub(super) fn run() {
    let mut calls = 0;
    show(
        "third",
        block_on(retry(3, async |number| {
            calls += 1;
            flaky(number, 2).await
        })),
    );
    show("calls", calls);
    show("never", block_on(retry(2, async |number| flaky(number, 5).await)).map_err(|errors| errors.len()));
    show("at once", block_on(retry(1, async |number| flaky(number, 0).await)));
}
