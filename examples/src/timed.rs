//! Measuring work that can end in more than one way.

use std::time::Instant;

/// Hands the result and the duration in seconds to `record` when it is dropped: on every way out of the work, also by
/// `?`, by a panic, and when the future around it is dropped.
pub struct Timed<R: Copy, F: FnMut(R, f64)> {
    started: Instant,
    result: R,
    record: F,
}

impl<R: Copy, F: FnMut(R, f64)> Timed<R, F> {
    /// Starts measuring. `result` holds unless [`Timed::ends_as`] says otherwise.
    pub fn start(result: R, record: F) -> Self {
        Self { started: Instant::now(), result, record }
    }

    /// Sets the result.
    pub fn ends_as(&mut self, result: R) {
        self.result = result;
    }
}

impl<R: Copy, F: FnMut(R, f64)> Drop for Timed<R, F> {
    fn drop(&mut self) {
        (self.record)(self.result, self.started.elapsed().as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn every_way_out_is_recorded_once() {
        let recorded = Cell::new(Vec::new());
        let record = |result, seconds| {
            assert!(seconds >= 0.0);
            let mut all = recorded.take();
            all.push(result);
            recorded.set(all);
        };
        Timed::start("early", record).ends_as("end");
        drop(Timed::start("early", record));
        let panicking = catch_unwind(AssertUnwindSafe(|| {
            let _timed = Timed::start("panic", record);
            panic!("on purpose");
        }));
        assert!(panicking.is_err());
        assert_eq!(recorded.take(), ["end", "early", "panic"]);
    }
}
