//! The clock that spans and durations read.
//!
//! A reading is monotonic, so that a duration is never negative. The wall clock is one offset beside it, looked at again
//! whenever spans are drained: a process that slept, or whose wall clock was set, exports right times again from the next
//! batch on.

#[cfg(any(test, feature = "testing"))]
mod manual;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};
#[cfg(not(target_os = "linux"))]
use std::time::Instant;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

#[cfg(any(test, feature = "testing"))]
pub use manual::Clock;

/// A reading of the monotonic clock in nanoseconds, which last for 584 years; 0 is none, where a call needs none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(u64);

/// The wall clock's nanoseconds since 1970 where the monotonic clock was at 0. It may be before 1970, on a machine that
/// does not know the time.
static WALL: OnceLock<AtomicI64> = OnceLock::new();

/// How far the two clocks may part before the offset is set again. Slewing moves both alike, so that only steps of
/// the wall clock and suspended machines get here.
const TOLERANCE: Duration = Duration::from_micros(100);

/// A pair of readings that took longer than this was interrupted, and is taken again.
const PROMPT: Duration = Duration::from_micros(20);

impl Moment {
    /// What a call that needs no clock carries.
    pub(crate) const NONE: Self = Self(0);

    /// The present moment.
    #[inline]
    pub(crate) fn now() -> Self {
        #[cfg(any(test, feature = "testing"))]
        if let Some(clock) = Clock::current() {
            return clock.now();
        }
        Self(reading())
    }

    /// The time from `earlier` to this moment; zero if `earlier` is later, or where there is no reading.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.nanoseconds_since(earlier))
    }

    /// The seconds of [`Moment::since`].
    #[inline]
    #[expect(clippy::cast_precision_loss, reason = "a nanosecond in a hundred days")]
    pub(crate) fn seconds_since(self, earlier: Self) -> f64 {
        // As a signed number, which processors convert by one instruction.
        self.nanoseconds_since(earlier).cast_signed() as f64 / 1e9
    }

    #[inline]
    fn nanoseconds_since(self, earlier: Self) -> u64 {
        if earlier == Self::NONE { 0 } else { self.0.saturating_sub(earlier.0) }
    }

    /// The wall-clock time of this moment, by the offset of today.
    pub(crate) fn to_system_time(self) -> SystemTime {
        let wall = WALL.get_or_init(|| AtomicI64::new(wall_at_zero(reading()))).load(Ordering::Relaxed);
        UNIX_EPOCH + Duration::from_nanos(self.0.saturating_add_signed(wall))
    }
}

/// The nanoseconds of the system's monotonic clock, from a start that is the same for the whole process.
///
/// On Linux they are those that `Instant` has and hides; to get them through differences of `Instant`s would cost three times
/// as much as to read the clock.
#[inline]
#[cfg(target_os = "linux")]
fn reading() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    now.tv_sec.cast_unsigned() * 1_000_000_000 + now.tv_nsec.cast_unsigned()
}

#[cfg(not(target_os = "linux"))]
fn reading() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    1 + nanoseconds(START.get_or_init(Instant::now).elapsed())
}

/// Compares the two clocks and sets the offset again if the wall clock was stepped or the machine slept.
pub(crate) fn resync() {
    for _ in 0..3 {
        let before = reading();
        let offset = wall_at_zero(before);
        if Duration::from_nanos(reading().saturating_sub(before)) > PROMPT {
            continue;
        }
        let known = WALL.get_or_init(|| AtomicI64::new(offset));
        if Duration::from_nanos(known.load(Ordering::Relaxed).abs_diff(offset)) > TOLERANCE {
            known.store(offset, Ordering::Relaxed);
        }
        return;
    }
}

/// What [`WALL`] is if the monotonic clock stands at `now`.
fn wall_at_zero(now: u64) -> i64 {
    let wall = nanoseconds(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default());
    wall.cast_signed() - now.cast_signed()
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
        assert_eq!(first.since(Moment(second.0 + 1)), Duration::ZERO);
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
