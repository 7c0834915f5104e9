//! What telemetry says about itself after it has started, when nobody is there to receive an error.

use std::collections::HashMap;
use std::fmt;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often one kind of diagnostic is passed on.
const QUIET: Duration = Duration::from_secs(60);

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

    /// A call of `hook` for each. A hook that panics is called again the next time.
    #[must_use]
    pub fn to_hook(hook: impl Fn(&Diagnostic<'_>) + Send + Sync + 'static) -> Self {
        Self { inner: Arc::new(Inner { hook: Box::new(hook), passed: Mutex::default() }) }
    }

    /// Passes a diagnostic on, unless one of its kind was passed on within the last minute and may come again.
    pub fn report(&self, kind: DiagnosticKind, message: impl fmt::Display) {
        let Some(suppressed) = self.admit(kind, Instant::now()) else {
            return;
        };
        let message = message.to_string();
        let diagnostic = Diagnostic { kind, message: &message, suppressed };
        drop(catch_unwind(AssertUnwindSafe(|| (self.inner.hook)(&diagnostic))));
    }

    /// The number held back so far, or `None` where this one is held back too.
    fn admit(&self, kind: DiagnosticKind, now: Instant) -> Option<u64> {
        if kind.is_told_once() {
            return Some(0);
        }
        let mut passed = self.inner.passed.lock().unwrap_or_else(PoisonError::into_inner);
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
    fn a_hook_that_panics_does_not_reach_the_reporter() {
        let diagnostics = Diagnostics::to_hook(|_| panic!("hook"));
        diagnostics.report(DiagnosticKind::Internal, "first");
    }
}
