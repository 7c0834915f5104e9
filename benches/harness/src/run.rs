//! The loop around an operation.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Repeats an operation on the calling thread.
pub struct Run {
    count: u64,
    done: u64,
    time: Duration,
}

impl Run {
    pub(crate) fn new(count: u64) -> Self {
        Self { count, done: 0, time: Duration::ZERO }
    }

    /// Repeats the operation, which gets its number, as often as asked for.
    pub fn each<T>(&mut self, operation: impl FnMut(u64) -> T) {
        self.some(self.count, operation);
    }

    /// Does the same in groups: `around` is called with a run of each group, and what it does beside that is not measured.
    pub fn groups(&mut self, size: u64, mut around: impl FnMut(&mut Group<'_>)) {
        while self.done < self.count {
            let size = size.min(self.count - self.done);
            let before = self.done;
            around(&mut Group { run: self, size });
            assert_eq!(self.done, before + size, "a group is run once");
        }
    }

    fn some<T>(&mut self, count: u64, operation: impl FnMut(u64) -> T) {
        let start = Instant::now();
        measured(self.done, count, operation);
        self.time += start.elapsed();
        self.done += count;
    }

    pub(crate) fn done(&self) -> u64 {
        self.done
    }

    /// Nanoseconds of one operation.
    #[expect(clippy::cast_precision_loss, reason = "a time for people")]
    pub(crate) fn nanoseconds(&self) -> f64 {
        self.time.as_nanos() as f64 / self.done as f64
    }
}

/// A part of a [`Run`].
pub struct Group<'a> {
    run: &'a mut Run,
    size: u64,
}

impl Group<'_> {
    /// Repeats the operation, which gets its number in the whole run.
    pub fn each<T>(&mut self, operation: impl FnMut(u64) -> T) {
        self.run.some(self.size, operation);
    }
}

/// The only function in which callgrind counts, by its name; kept out of line, so that it has one.
#[inline(never)]
fn measured<T>(first: u64, count: u64, mut operation: impl FnMut(u64) -> T) {
    for index in first..first + count {
        // Nothing may be known about the number, nor that nobody looks at the result.
        black_box(operation(black_box(index)));
    }
}
