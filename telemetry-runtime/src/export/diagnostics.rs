//! What telemetry says about itself after it has started, when nobody is there to receive an error.

use std::collections::HashMap;
use std::fmt;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use opentelemetry::Context;

/// How often one kind of diagnostic is passed on.
const QUIET: Duration = Duration::from_secs(60);

/// How long a report waits for the hook: a line on standard error is written long before, so that it is there when the
/// program ends, and a hook that hangs costs this once.
const PATIENCE: Duration = Duration::from_secs(1);

/// A problem of the running telemetry. The host program is not affected by it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Diagnostic<'a> {
    /// What it is about.
    pub kind: DiagnosticKind,
    /// What happened: a fragment without a period. It never contains a header's value or a URL's password.
    pub message: &'a str,
    /// How many diagnostics of this kind were held back since the last one.
    pub suppressed: u64,
}

/// What a [`Diagnostic`] is about. Each kind is passed on at most once a minute, but for those that only come at the
/// start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DiagnosticKind {
    /// The configuration was understood, but a part of it does not do what one might expect.
    Configuration,
    /// The scrape endpoint could not be opened, or serves less than it should.
    Endpoint,
    /// A metric cannot be shown, for example because two metrics meet in one name.
    Metric,
    /// A callback of an observable instrument panicked or does not return.
    Callback,
    /// An exporter lost metrics.
    MetricExport,
    /// An exporter lost spans.
    SpanExport,
    /// An exporter lost logs.
    LogExport,
    /// A part of telemetry itself failed.
    Internal,
}

impl DiagnosticKind {
    /// Whether its diagnostics come once each, at the start, so that none of them repeats another.
    fn is_told_once(self) -> bool {
        matches!(self, Self::Configuration | Self::Endpoint)
    }
}

impl fmt::Display for Diagnostic<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)?;
        match self.suppressed {
            0 => Ok(()),
            more => write!(f, " ({more} more like this in the last minute)"),
        }
    }
}

type Hook = dyn Fn(&Diagnostic<'_>) + Send + Sync;

/// Where diagnostics go. Clones share the hook and its limit.
#[derive(Clone)]
pub struct Diagnostics {
    inner: Arc<Inner>,
}

struct Inner {
    hook: Box<Hook>,
    /// Calls of the hook that did not return in time and still run.
    late: AtomicUsize,
    /// When a kind was passed on last, and how many were held back since.
    passed: Mutex<HashMap<DiagnosticKind, (Instant, u64)>>,
}

impl Diagnostics {
    /// One line on standard error for each, with the prefix `telemetry: `.
    #[must_use]
    pub fn to_stderr() -> Self {
        Self::to_hook(|diagnostic| {
            // A program without a standard error, such as a daemon, must not end here.
            drop(writeln!(std::io::stderr(), "telemetry: {diagnostic}"));
        })
    }

    /// A call of `hook` for each, on a thread of its own. Whoever reports waits for it, but not for long: while a hook does not
    /// return, diagnostics are held back. A hook that panics is called again the next time.
    #[must_use]
    pub fn to_hook(hook: impl Fn(&Diagnostic<'_>) + Send + Sync + 'static) -> Self {
        let inner = Inner { hook: Box::new(hook), late: AtomicUsize::new(0), passed: Mutex::default() };
        Self { inner: Arc::new(inner) }
    }

    /// Passes a diagnostic on, unless one of its kind was passed on within the last minute and may come again.
    pub fn report(&self, kind: DiagnosticKind, message: impl fmt::Display) {
        let Some(suppressed) = self.admit(kind, Instant::now()) else {
            return;
        };
        let message = message.to_string();
        if self.inner.late.load(Ordering::Relaxed) > 0 {
            self.hold_back(kind);
            return;
        }
        // They are seldom: a thread for each costs less than one that waits for them for ever.
        let (done, returned) = mpsc::sync_channel(1);
        let inner = Arc::clone(&self.inner);
        let call = Arc::new(Mutex::new(Call::Runs));
        let state = Arc::clone(&call);
        let work = move || {
            let _quiet = Context::enter_telemetry_suppressed_scope();
            inner.tell(&Diagnostic { kind, message: &message, suppressed });
            if std::mem::replace(&mut *lock(&state), Call::Returned) == Call::IsLate {
                inner.late.fetch_sub(1, Ordering::Relaxed);
            }
            // Whoever waited may have given up.
            let _ = done.send(());
        };
        let started = thread::Builder::new().name("telemetry-hook".to_owned()).spawn(work);
        if started.is_ok() && returned.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            let mut call = lock(&call);
            // It may have returned just now.
            if *call == Call::Runs {
                *call = Call::IsLate;
                self.inner.late.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Counts a diagnostic that is told of with the next one.
    fn hold_back(&self, kind: DiagnosticKind) {
        let mut passed = lock(&self.inner.passed);
        passed.entry(kind).or_insert_with(|| (Instant::now(), 0)).1 += 1;
    }

    /// The number held back so far, or `None` where this one is held back too.
    fn admit(&self, kind: DiagnosticKind, now: Instant) -> Option<u64> {
        if kind.is_told_once() {
            return Some(0);
        }
        let mut passed = lock(&self.inner.passed);
        match passed.get_mut(&kind) {
            Some((last, suppressed)) if now.duration_since(*last) < QUIET => {
                *suppressed += 1;
                None
            }
            Some(known) => Some(std::mem::replace(known, (now, 0)).1),
            None => {
                passed.insert(kind, (now, 0));
                Some(0)
            }
        }
    }
}

/// Where a call of the hook is.
#[derive(Clone, Copy, PartialEq)]
enum Call {
    Runs,
    /// Nobody waits for it any more.
    IsLate,
    Returned,
}

// Nothing panics under these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Inner {
    fn tell(&self, diagnostic: &Diagnostic<'_>) {
        drop(catch_unwind(AssertUnwindSafe(|| (self.hook)(diagnostic))));
    }
}

impl Default for Diagnostics {
    fn default() -> Self {
        Self::to_stderr()
    }
}

impl fmt::Debug for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Diagnostics").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recording() -> (Diagnostics, Arc<Mutex<Vec<String>>>) {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = seen.clone();
        let diagnostics = Diagnostics::to_hook(move |diagnostic| {
            sink.lock().unwrap().push(diagnostic.to_string());
        });
        (diagnostics, seen)
    }

    #[test]
    fn one_kind_is_passed_on_once_a_minute() {
        let (diagnostics, seen) = recording();
        for attempt in 0..5 {
            diagnostics.report(DiagnosticKind::SpanExport, format_args!("lost {attempt}"));
        }
        diagnostics.report(DiagnosticKind::MetricExport, "other kind");
        assert_eq!(*seen.lock().unwrap(), ["lost 0", "other kind"]);
    }

    #[test]
    fn every_remark_on_the_configuration_is_passed_on() {
        let (diagnostics, seen) = recording();
        diagnostics.report(DiagnosticKind::Configuration, "first");
        diagnostics.report(DiagnosticKind::Configuration, "second");
        assert_eq!(*seen.lock().unwrap(), ["first", "second"]);
    }

    #[test]
    fn what_was_held_back_is_told_later() {
        let (diagnostics, _) = recording();
        let start = Instant::now();
        assert_eq!(diagnostics.admit(DiagnosticKind::Metric, start), Some(0));
        assert_eq!(diagnostics.admit(DiagnosticKind::Metric, start), None);
        assert_eq!(diagnostics.admit(DiagnosticKind::Metric, start + QUIET), Some(1));
    }

    #[test]
    fn a_hook_that_hangs_is_waited_for_once() {
        let (release, held) = mpsc::channel::<()>();
        let (held, calls) = (Mutex::new(held), Arc::new(AtomicUsize::new(0)));
        let called = Arc::clone(&calls);
        let diagnostics = Diagnostics::to_hook(move |_| {
            called.fetch_add(1, Ordering::Relaxed);
            let _ = lock(&held).recv();
        });
        diagnostics.report(DiagnosticKind::Internal, "it hangs here");
        let start = Instant::now();
        for _ in 0..100 {
            diagnostics.report(DiagnosticKind::Configuration, "held back");
        }
        // Less than a second wait for all of them.
        assert!(start.elapsed() < PATIENCE);
        assert_eq!(calls.load(Ordering::Relaxed), 1);
        drop(release);
        let end = Instant::now() + Duration::from_secs(20);
        while diagnostics.inner.late.load(Ordering::Relaxed) > 0 {
            assert!(Instant::now() < end, "the hook that was let go is still late");
            thread::yield_now();
        }
        diagnostics.report(DiagnosticKind::Configuration, "told again");
        assert_eq!(calls.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn a_hook_that_panics_does_not_reach_the_reporter() {
        let diagnostics = Diagnostics::to_hook(|_| panic!("hook"));
        diagnostics.report(DiagnosticKind::Internal, "first");
    }
}
