// Calls: 12 ok, 1 error.
#![allow(clippy::needless_return, clippy::never_loop, clippy::redundant_else)]

use shapes::prelude::*;

#[shape]
fn matched(value: Option<Result<u32, &str>>) -> &str {
    match value {
        Some(Ok(0..=9)) => "digit",
        Some(Ok(n)) if n % 2 == 0 => "even",
        Some(Ok(_)) => "odd",
        Some(Err(text)) => text,
        None => "nothing",
    }
}

#[shape]
fn loops(limit: u32) -> Result<u32, u32> {
    let mut sum = 0;
    for n in (0..).step_by(3) {
        if n > limit {
            break;
        }
        if n == 30 {
            return Err(sum);
        }
        sum += n;
    }
    while sum % 7 != 0 {
        sum += 1;
    }
    Ok(sum)
}

#[shape]
fn diverging(n: u32) -> u32 {
    loop {
        if n == 0 {
            return 1;
        }
        if n == 1 {
            break;
        }
        return n;
    }
    7
}

#[shape]
fn both_arms(n: u32) -> u32 {
    if n > 1 {
        return n;
    } else {
        return 0;
    }
}

#[shape]
fn statement_only(log: &mut Vec<u32>) {
    log.push(1);
    if log.len() > 1 {
        log.clear();
    }
}

pub(super) fn run() {
    show("matched", [None, Some(Ok(1)), Some(Ok(10)), Some(Ok(11)), Some(Err("text"))].map(matched));
    show("loops", (loops(10), loops(40)));
    show("diverging", [0, 1, 2].map(diverging));
    show("arms", both_arms(1) + both_arms(2));
    let mut log = vec![0];
    statement_only(&mut log);
    show("log", log);
}
