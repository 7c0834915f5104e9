// Calls: 7 ok, 1 error.
#![allow(clippy::needless_return, clippy::redundant_else)]

use shapes::prelude::*;

#[shape]
fn captured(values: &mut Vec<u32>, by: u32) -> Result<usize, ()> {
    let mut add = |n: u32| {
        if n > 5 {
            return Err(());
        }
        values.push(n + by);
        Ok(n)
    };
    add(1)?;
    add(2)?;
    Ok(values.len())
}

#[shape]
fn returned_inside(values: &[u32]) -> Option<u32> {
    values.iter().copied().find_map(|value| {
        if value % 2 == 1 {
            return None;
        }
        Some(value * 2)
    })
}

#[shape]
fn recursive(n: u32) -> u32 {
    fn call(function: &dyn Fn(u32) -> u32, n: u32) -> u32 {
        function(n)
    }
    let double = |n| n * 2;
    call(&move |m| call(&double, m) + n, 3)
}

#[shape]
async fn asynchronous(values: &[u32], by: u32) -> Result<u32, u32> {
    let add = async |n: u32| {
        pending_once().await;
        if n > 5 { Err(n) } else { Ok(n + by) }
    };
    let mut sum = 0;
    for &value in values {
        sum += add(value).await?;
    }
    Ok(sum)
}

#[shape]
async fn blocks(n: u32) -> Option<u32> {
    let inner = async {
        let n = n.checked_sub(1)?;
        pending_once().await;
        Some(n)
    };
    let moved = async move { if n > 2 { return 1 } else { 2 } };
    Some(inner.await? + moved.await)
}

pub(super) fn run() {
    let mut values = vec![];
    show("captured", captured(&mut values, 10));
    show("values", values);
    show("returned", returned_inside(&[1, 4]));
    show("recursive", recursive(1));
    show("asynchronous", block_on(asynchronous(&[1, 2], 3)));
    show("asynchronous", block_on(asynchronous(&[1, 6], 3)));
    show("blocks", [0, 1, 3].map(|n| block_on(blocks(n))));
    auto_traits!("asynchronous", asynchronous(&[], 1));
}
