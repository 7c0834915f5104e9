// Calls: 3 ok, 1 error.
#![allow(clippy::large_types_passed_by_value, clippy::result_large_err)]

use shapes::prelude::*;

#[shape]
fn doubled(mut values: [u64; 64]) -> [u64; 64] {
    for value in &mut values {
        *value *= 2;
    }
    values
}

#[shape]
fn checked(values: [u64; 64], at: usize) -> Result<[u64; 64], [u8; 128]> {
    let first = values.get(at).ok_or([1; 128])?;
    Ok([*first; 64])
}

#[shape]
async fn later(values: [u64; 64]) -> u64 {
    pending_once().await;
    values.iter().sum()
}

pub(super) fn run() {
    show("doubled", doubled([3; 64]).iter().sum::<u64>());
    show("checked", checked([3; 64], 1).map(|values| values.len()).map_err(|error| error.len()));
    show("checked", checked([3; 64], 64).map(|values| values.len()).map_err(|error| error.len()));
    show("later", block_on(later([2; 64])));
}
