//! The capture: where it begins and ends, and what it is asked.

use std::fmt;
use std::ops::Deref;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt};
use opentelemetry_sdk::trace::SdkTracerProvider;

use super::metrics::Observed;
use super::{Clock, Distribution, Metrics, Span, SpanTree};
use crate::context::{self, Attached, Carrier};
use crate::metrics::{Isolated, Number};
use crate::outcome::Outcome;
use crate::trace::SpanLog;

/// Everything that is recorded in one test.
///
/// [`start`](Self::start) begins one. A clone is the same capture; it can be sent to other threads, to be read or
/// [entered](Self::enter) there. The [module](super) says what a capture follows.
#[derive(Clone)]
pub struct Capture {
    spans: SpanLog,
    cells: Isolated,
    clock: Clock,
}

/// A capture that is current on its thread until the guard is dropped.
///
/// Guards of one thread are dropped in the reverse order of their making, as they are when they are local variables.
#[must_use = "the capture ends when its guard is dropped"]
pub struct CaptureGuard {
    capture: Capture,
    _attached: Attached,
}

impl Capture {
    /// Begins a capture on this thread, which ends when the guard is dropped.
    ///
    /// Inside another capture it takes everything, and the outer one nothing, until then. Spans that are open around it are
    /// not the parents of its own; other values of the current context stay.
    ///
    /// ```
    /// use telemetry_runtime::testing::Capture;
    ///
    /// #[telemetry_runtime::traced(plugin = "search")]
    /// fn index() {}
    ///
    /// let capture = Capture::start();
    /// index();
    /// assert_eq!(capture.spans().len(), 1);
    /// ```
    pub fn start() -> CaptureGuard {
        let capture = Self { spans: SpanLog::new(), cells: Isolated::new(), clock: Clock::default() };
        capture.enter()
    }

    /// The capture that the current context carries.
    ///
    /// ```
    /// use telemetry_runtime::testing::Capture;
    ///
    /// assert!(Capture::current().is_none());
    /// let _capture = Capture::start();
    /// assert!(Capture::current().is_some());
    /// ```
    pub fn current() -> Option<Self> {
        context::carried::<Self>()
    }

    /// Makes the capture current on this thread, beside the threads where it is already.
    ///
    /// ```
    /// use telemetry_runtime::testing::Capture;
    ///
    /// #[telemetry_runtime::traced(plugin = "search")]
    /// fn index() {}
    ///
    /// let guard = Capture::start();
    /// let capture = guard.clone();
    /// std::thread::spawn(move || {
    ///     let _entered = capture.enter();
    ///     index();
    /// })
    /// .join()
    /// .unwrap();
    /// guard.assert_spans("index [ok]");
    /// ```
    pub fn enter(&self) -> CaptureGuard {
        CaptureGuard { capture: self.clone(), _attached: self.attach() }
    }

    fn attach(&self) -> Attached {
        let current = context::current().unwrap_or_default();
        Attached::new(self.within(&current.with_remote_span_context(SpanContext::NONE)))
    }

    /// A context that carries the capture.
    fn within(&self, context: &Context) -> Context {
        let capture = self.clone();
        let carrier = Carrier(Arc::new(move |context| capture.within(context)));
        let context = context.with_value(carrier).with_value(self.clone());
        self.clock.within(&self.cells.within(&self.spans.within(&context)))
    }

    /// The spans that ended, in the order of their starts.
    pub fn spans(&self) -> Vec<Span> {
        self.all_spans().into_iter().filter(|span| !span.is_open()).collect()
    }

    /// The spans that have not ended, in the order of their starts.
    pub fn open_spans(&self) -> Vec<Span> {
        self.all_spans().into_iter().filter(Span::is_open).collect()
    }

    /// The one span of this name that ended.
    ///
    /// # Panics
    ///
    /// If there is none, or more than one; the text shows all spans.
    #[track_caller]
    pub fn span(&self, name: &str) -> Span {
        let mut found = self.spans();
        found.retain(|span| span.name() == name);
        match <[Span; 1]>::try_from(found) {
            Ok([span]) => span,
            Err(found) => {
                let count = if found.is_empty() { "no".to_owned() } else { found.len().to_string() };
                let many = if found.is_empty() { "" } else { "s" };
                panic!("{count} finished span{many} `{name}`; recorded were:\n{:?}", self.tree());
            }
        }
    }

    /// The spans as trees, open ones too.
    pub fn tree(&self) -> SpanTree {
        SpanTree::new(self.all_spans())
    }

    /// Asserts that the spans are these: a line for each, children indented below their parent.
    ///
    /// A line is the span's name, then its end in brackets (`[ok]`, `[error]`, `[panic]`, `[cancelled]`, or `[open]` before it),
    /// then attributes as `key=value`, with values in quotes where they hold spaces. Spans must be the same in name,
    /// number, order and nesting. An end or attribute is compared if the line names it, so a line may be only a name.
    /// A text with several roots begins on a new line, so that their indentation can be told. [`SpanTree`] is displayed in
    /// this form. Siblings are in the order of their starts; of tasks that run in parallel
    /// that order may change, and [`SpanTree::sorted`] gives one that stays.
    ///
    /// # Panics
    ///
    /// If they are not the same, with the difference.
    #[track_caller]
    pub fn assert_spans(&self, expected: &str) {
        self.tree().assert(expected);
    }

    /// Asserts that no call that ended returned an error or panicked, and that no span has the status error. An error that is
    /// expected ([`TelemetryError`](crate::TelemetryError)) is none.
    ///
    /// # Panics
    ///
    /// If one did; the text shows all spans.
    #[track_caller]
    pub fn assert_no_error_spans(&self) {
        let failed = |span: &Span| matches!(span.outcome(), Some(Outcome::Error | Outcome::Panic));
        let tree = self.tree();
        let failed = tree.spans().filter(|span| failed(span) || span.has_error_status()).count();
        let many = if failed == 1 { "" } else { "s" };
        assert!(failed == 0, "{failed} span{many} failed; recorded were:\n{tree:?}");
    }

    /// The metrics that were recorded in the capture by now.
    ///
    /// Callbacks of all observable instruments run, as they do at a collection; the methods that read one metric run only
    /// those of that metric.
    pub fn metrics(&self) -> Metrics {
        self.read(Observed::All)
    }

    /// The sum of a counter's series that have these attributes; 0 if nothing was recorded. See [`Metrics::counter`].
    ///
    /// # Panics
    ///
    /// As [`Metrics::counter`].
    #[track_caller]
    pub fn counter(&self, name: &str, attributes: &[(&str, &str)]) -> Number {
        self.read(Observed::Named(name)).counter(name, attributes)
    }

    /// The sum of an up-down counter's series that have these attributes; 0 if nothing was recorded. See
    /// [`Metrics::up_down_counter`].
    ///
    /// # Panics
    ///
    /// As [`Metrics::counter`].
    #[track_caller]
    pub fn up_down_counter(&self, name: &str, attributes: &[(&str, &str)]) -> Number {
        self.read(Observed::Named(name)).up_down_counter(name, attributes)
    }

    /// The value of the one series of a gauge that has these attributes. See [`Metrics::gauge`].
    ///
    /// # Panics
    ///
    /// As [`Metrics::gauge`].
    #[track_caller]
    pub fn gauge(&self, name: &str, attributes: &[(&str, &str)]) -> Number {
        self.read(Observed::Named(name)).gauge(name, attributes)
    }

    /// What a histogram's series that have these attributes hold together. See [`Metrics::histogram`].
    ///
    /// # Panics
    ///
    /// As [`Metrics::counter`].
    #[track_caller]
    pub fn histogram(&self, name: &str, attributes: &[(&str, &str)]) -> Distribution {
        self.read(Observed::Named(name)).histogram(name, attributes)
    }

    /// The clock that is read wherever the capture is current.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// A tracer provider of the SDK whose spans are part of the capture, for code that is given one.
    pub fn tracer_provider(&self) -> SdkTracerProvider {
        self.spans.tracer_provider()
    }

    fn read(&self, observed: Observed<'_>) -> Metrics {
        // Whoever reads it: what callbacks record belongs here.
        let _attached = self.attach();
        Metrics::read(&self.cells, observed)
    }

    fn all_spans(&self) -> Vec<Span> {
        self.spans.spans(self.clock.now()).into_iter().map(Span::new).collect()
    }
}

/// Whether a test has begun, which is run once in a process.
#[derive(Debug, Default)]
pub struct Begun(AtomicBool);

impl Begun {
    /// Not yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(AtomicBool::new(false))
    }
}

/// Begins the capture of a test that `#[telemetry_runtime::test]` itself has made one.
///
/// # Panics
///
/// If the test has begun before. An attribute above ours, which ours cannot see, has made it a test as well.
#[track_caller]
pub fn start_only_capture(begun: &Begun) -> CaptureGuard {
    assert!(
        !begun.0.swap(true, Ordering::Relaxed),
        "this test is run twice: put `#[telemetry_runtime::test]` above every other attribute that makes it a test"
    );
    Capture::start()
}

/// Begins the capture of a test.
pub fn start_capture() -> CaptureGuard {
    Capture::start()
}

/// The capture of an async test, around its runtime.
///
/// # Panics
///
/// If the runtime polls the test on another thread than it was started on, where no context tells the capture.
#[track_caller]
pub fn current_capture() -> Capture {
    match Capture::current() {
        Some(capture) => capture,
        None => panic!(
            "the runtime of this test polls it on another thread, which its capture does not follow: \
             leave the argument out, and call `Capture::start` where it is needed"
        ),
    }
}

/// What it holds is whole at any time, whatever has unwound meanwhile.
impl UnwindSafe for Capture {}
impl RefUnwindSafe for Capture {}

impl Deref for CaptureGuard {
    type Target = Capture;

    fn deref(&self) -> &Capture {
        &self.capture
    }
}

/// All that was recorded, as failed assertions show it.
impl fmt::Debug for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "spans:\n{:?}metrics:\n{}", self.tree(), self.read(Observed::None))
    }
}

impl fmt::Debug for CaptureGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.capture.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic = "put `#[telemetry_runtime::test]` above every other attribute"]
    fn a_test_that_is_one_twice_says_so() {
        static BEGUN: Begun = Begun::new();
        drop(start_only_capture(&BEGUN));
        drop(start_only_capture(&BEGUN));
    }

    #[test]
    #[should_panic = "polls it on another thread"]
    fn an_async_test_on_another_thread_says_so() {
        current_capture();
    }
}
