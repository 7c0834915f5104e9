//! A steady stream of operations, at a rate.

use std::time::{Duration, Instant};

/// Does `operation` so often a second, for so long, in steps of a millisecond, and gives how often that was.
///
/// A thread that was not scheduled for a while catches up, as requests that waited do.
pub fn offer(rate: u64, time: Duration, mut operation: impl FnMut(u64)) -> u64 {
    let start = Instant::now();
    let mut made = 0;
    while start.elapsed() < time {
        let due = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX) * rate / 1_000_000;
        while made < due {
            operation(made);
            made += 1;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    made
}
