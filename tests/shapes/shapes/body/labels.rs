// Calls: 4 ok, 1 error.
// Also known as x48_let_else_labels.
#![allow(clippy::never_loop)]

use shapes::prelude::*;

#[shape]
fn found(grid: &[&[u32]], wanted: u32) -> Option<(usize, usize)> {
    let mut at = None;
    'rows: for (y, row) in grid.iter().enumerate() {
        for (x, &value) in row.iter().enumerate() {
            if value == wanted {
                at = Some((x, y));
                break 'rows;
            }
            if value == 0 {
                continue 'rows;
            }
        }
    }
    at
}

#[shape]
fn block(n: u32) -> Result<u32, &'static str> {
    let value = 'value: {
        if n == 0 {
            break 'value 10;
        }
        if n == 1 {
            return Err("one");
        }
        n
    };
    Ok(loop {
        if value > 5 {
            break value;
        }
        break value * 2;
    })
}

#[shape]
async fn later(n: u32) -> u32 {
    let mut left = n;
    'outer: loop {
        loop {
            pending_once().await;
            if left == 0 {
                break 'outer 7;
            }
            left -= 1;
        }
    }
}

pub(super) fn run() {
    show("found", found(&[&[1, 2], &[0, 3], &[3, 4]], 3));
    show("block", [block(0), block(1), block(2)]);
    show("later", block_on(later(2)));
}
