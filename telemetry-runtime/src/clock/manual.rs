//! A clock that tests move by hand.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use opentelemetry::Context;

use super::{Moment, nanoseconds, reading};
use crate::context;

/// The clock of a capture: it runs like any other until a test stops or moves it.
///
/// Every thread whose context carries the capture reads it, and no other one does. The durations of spans and of functions
/// are measured with it; other clocks, such as Tokio's, are not moved.
///
/// ```
/// use std::time::{Duration, Instant};
/// use telemetry_runtime::testing::Capture;
///
/// #[telemetry_runtime::traced(plugin = "search")]
/// fn index(capture: &Capture) {
///     capture.clock().advance(Duration::from_millis(250));
/// }
///
/// let capture = Capture::start();
/// capture.clock().freeze();
/// index(&capture);
/// assert_eq!(capture.span("index").duration(), Duration::from_millis(250));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<Mutex<Setting>>);

#[derive(Clone, Copy, Debug, Default)]
struct Setting {
    /// Where the clock stands, if it does not run.
    frozen: Option<Moment>,
    /// How far a running clock is ahead, or, after it stood, behind.
    ahead: Duration,
    behind: Duration,
}

impl Clock {
    /// The clock that the current context carries.
    pub(super) fn current() -> Option<Self> {
        context::carried::<Self>()
    }

    /// A context in which this clock is read.
    pub(crate) fn within(&self, context: &Context) -> Context {
        context::carrying(context, self.clone())
    }

    /// Stops the clock: from now on only [`advance`](Self::advance) moves it.
    pub fn freeze(&self) {
        let mut setting = self.lock();
        setting.frozen = Some(setting.now());
    }

    /// Lets the clock run again, from where it stands.
    pub fn resume(&self) {
        let mut setting = self.lock();
        if let Some(stood) = setting.frozen.take() {
            let now = Moment(reading());
            (setting.ahead, setting.behind) = (stood.since(now), now.since(stood));
        }
    }

    /// Moves the clock forward, whether it stands or runs.
    pub fn advance(&self, by: Duration) {
        let mut setting = self.lock();
        match &mut setting.frozen {
            Some(at) => *at = at.later(by),
            None => setting.ahead = setting.ahead.saturating_add(by),
        }
    }

    pub(crate) fn now(&self) -> Moment {
        self.lock().now()
    }

    fn lock(&self) -> MutexGuard<'_, Setting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Setting {
    fn now(self) -> Moment {
        self.frozen.unwrap_or_else(|| {
            let now = reading();
            Moment(now.checked_sub(nanoseconds(self.behind)).unwrap_or(now)).later(self.ahead)
        })
    }
}

impl Moment {
    /// A moment beyond what the system's clock can tell stays where it is.
    fn later(self, by: Duration) -> Self {
        Self(self.0.checked_add(nanoseconds(by)).unwrap_or(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::testing::FrozenClock;
    use crate::context::Attached;

    #[test]
    fn a_frozen_clock_moves_only_by_hand() {
        let clock = FrozenClock::new();
        let start = Moment::now();
        assert_eq!(Moment::now(), start);
        clock.advance(Duration::from_secs(3));
        assert_eq!(Moment::now().since(start), Duration::from_secs(3));
    }

    #[test]
    fn a_resumed_clock_goes_on_from_where_it_stood() {
        let clock = Clock::default();
        clock.freeze();
        clock.advance(Duration::from_secs(60));
        let stood = clock.now();
        clock.resume();
        let later = clock.now();
        assert!(later >= stood && later.since(stood) < Duration::from_secs(60), "{stood:?} to {later:?}");
        clock.advance(Duration::from_secs(60));
        assert!(clock.now().since(stood) >= Duration::from_secs(60));
    }

    #[test]
    fn another_thread_reads_its_own_clock() {
        let clock = Clock::default();
        let _attached = Attached::new(clock.within(&Context::current()));
        clock.freeze();
        clock.advance(Duration::from_secs(3600));
        let here = Moment::now();
        let there = std::thread::spawn(Moment::now).join().unwrap();
        assert!(there < here);
        assert_eq!(std::thread::spawn(context::wrap(Moment::now)).join().unwrap(), here);
    }
}
