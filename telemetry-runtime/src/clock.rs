//! The clock that spans and durations read.
//!
//! A reading is monotonic, so that a duration is never negative. It is kept as the system gives it: what it comes to is
//! computed where it is asked for, which for spans is the exporter's thread. The wall clock is one offset beside it, looked
//! at again whenever spans are drained: a process that slept, or whose wall clock was set, exports right times again from the
//! next batch on.

#[cfg(any(test, feature = "testing"))]
mod manual;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

#[cfg(any(test, feature = "testing"))]
pub use manual::Clock;

/// A reading of the monotonic clock, or none, where a call needs none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(Option<Instant>);

/// The reading that the wall clock is compared with.
static ORIGIN: OnceLock<Instant> = OnceLock::new();

/// The wall clock's nanoseconds since 1970 at the origin.
static WALL_AT_ORIGIN: AtomicU64 = AtomicU64::new(0);

/// How far the two clocks may part before the offset is set again. Slewing moves both alike, so that only steps of
/// the wall clock and suspended machines get here.
const TOLERANCE: Duration = Duration::from_micros(100);

/// A pair of readings that took longer than this was interrupted, and is taken again.
const PROMPT: Duration = Duration::from_micros(20);

impl Moment {
    /// What a call that needs no clock carries.
    pub(crate) const NONE: Self = Self(None);

    /// The present moment.
    #[inline]
    pub(crate) fn now() -> Self {
        #[cfg(any(test, feature = "testing"))]
        if let Some(clock) = Clock::current() {
            return clock.now();
        }
        Self(Some(Instant::now()))
    }

    /// The time from `earlier` to this moment; zero if `earlier` is later, or where there is no reading.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        match (self.0, earlier.0) {
            (Some(at), Some(earlier)) => at.saturating_duration_since(earlier),
            _ => Duration::ZERO,
        }
    }

    /// The seconds of [`Moment::since`].
    pub(crate) fn seconds_since(self, earlier: Self) -> f64 {
        self.since(earlier).as_secs_f64()
    }

    /// The wall-clock time of this moment, by the offset of today.
    pub(crate) fn to_system_time(self) -> SystemTime {
        let origin = origin();
        let wall = UNIX_EPOCH + Duration::from_nanos(WALL_AT_ORIGIN.load(Ordering::Relaxed));
        let at = self.0.unwrap_or(origin);
        // A span may have started before anybody asked for the origin.
        match origin.checked_duration_since(at) {
            Some(before) => wall.checked_sub(before).unwrap_or(UNIX_EPOCH),
            None => wall + at.saturating_duration_since(origin),
        }
    }
}

fn origin() -> Instant {
    *ORIGIN.get_or_init(|| {
        WALL_AT_ORIGIN.store(wall(), Ordering::Relaxed);
        Instant::now()
    })
}

/// Compares the two clocks and sets the offset again if the wall clock was stepped or the machine slept.
pub(crate) fn resync() {
    let origin = origin();
    for _ in 0..3 {
        let before = Instant::now();
        let wall = wall();
        if before.elapsed() > PROMPT {
            continue;
        }
        let offset = wall.saturating_sub(nanoseconds(before.duration_since(origin)));
        let known = WALL_AT_ORIGIN.load(Ordering::Relaxed);
        if Duration::from_nanos(known.abs_diff(offset)) > TOLERANCE {
            WALL_AT_ORIGIN.store(offset, Ordering::Relaxed);
        }
        return;
    }
}

fn wall() -> u64 {
    nanoseconds(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

/// 64 bits hold 584 years.
fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// A clock that stands still on the thread of a test until it is moved.
#[cfg(test)]
pub(crate) mod testing {
    use opentelemetry::Context;

    use super::{Clock, Duration};
    use crate::context::Attached;

    /// Stops the clock of the current context for as long as the value lives.
    pub(crate) struct FrozenClock {
        clock: Clock,
        _attached: Attached,
    }

    impl FrozenClock {
        pub(crate) fn new() -> Self {
            let clock = Clock::default();
            clock.freeze();
            Self { _attached: Attached::new(clock.within(&Context::current())), clock }
        }

        pub(crate) fn advance(&self, by: Duration) {
            self.clock.advance(by);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_readings_are_not_smaller() {
        let first = Moment::now();
        let second = Moment::now();
        assert!(second >= first);
        assert_eq!(first.since(Moment(second.0.map(|at| at + Duration::from_secs(1)))), Duration::ZERO);
        assert_eq!(first.since(Moment::NONE), Duration::ZERO);
    }

    #[test]
    fn a_moment_is_the_wall_clock_of_its_reading() {
        resync();
        let before = SystemTime::now();
        let moment = Moment::now().to_system_time();
        let after = SystemTime::now();
        let slack = Duration::from_millis(1);
        assert!(before - slack <= moment && moment <= after + slack);
    }
}
