//! Waiting for another process, which cannot wake a test.

use std::time::{Duration, Instant};

/// Asks `ready` every 20 ms until it gives a value.
///
/// # Panics
///
/// If it gives none within 30 seconds.
pub fn until<T>(what: &str, mut ready: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(value) = ready() {
            return value;
        }
        assert!(Instant::now() < end, "{what} did not happen within 30 seconds");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}
