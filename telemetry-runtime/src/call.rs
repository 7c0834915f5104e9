//! The wrapper around one instrumented call: one clock, one outcome.
//!
//! What the macros generate against it. A function whose return type is surely not a `Result`:
//!
//! ```text
//! let __call = PlainCall::new(SpanGuard::enter(&__SPAN), MetricGuard::start(..));    // or NoSpan
//! let __call = SpanGuard::enter(&__SPAN);                                        // without metrics
//! { body }                                                  // dropping the call tells ok from panic
//! ```
//!
//! Any other function:
//!
//! ```text
//! let mut __call = Call::new(SpanGuard::enter_with(&__SPAN, |span| { span.put("key", expr); }), NoMetrics);
//! let mut __call = Call::of_span(&__SPAN);                                       // without metrics and attributes
//! let __out: R = call_once(|| -> R { body });
//! let __probe = probe(&__out);
//! inspect(&__out, __probe.class_for_telemetry(), __probe.text_for_telemetry(), &mut __call);
//! __out
//! ```
//!
//! A function that gives a future (an `async fn` becomes one that returns it), so that the call knows the context in which
//! it was written, and nothing else happens before the first poll:
//!
//! ```text
//! let __span = SpanState::here(&__SPAN);                // or SpanState::below(parent, &__SPAN)
//! let __future = async move { body };
//! let __probe = probe_output(&__future);
//! let __inspected = Inspected(__probe.class_for_telemetry(), __probe.text_for_telemetry());   // or NotInspected
//! traced_span(__span, __future, __inspected)
//! ```
//!
//! That is the way which costs the compiler least. With metrics there is a closure that makes the parts of the call, and where
//! an expression of an attribute needs the parameters, that closure makes the future too:
//!
//! ```text
//! traced(
//!     Parent::current(),                                    // or NoSpan
//!     async move { body },
//!     |__parent| Prepared::new(TaskSpan::start(&__SPAN, __parent), MetricGuard::start(..)),
//!     |__out: &R, __call: &mut Call<_, _>| ..,
//! )
//! traced_lazily(
//!     Parent::current(),
//!     move |__parent| (Prepared::new(TaskSpan::start_with(..), MetricGuard::start(..)), async move { body }),
//!     |__out: &R, __call: &mut Call<_, _>| ..,
//! )
//! ```
//!
//! A function that gives a stream:
//!
//! ```text
//! traced_stream(Parent::current(), call_once(move || { body }), |__parent| .., |__item: &T, __end: &mut CallEnd| ..)
//! ```
//!
//! `SpanGuard` stays on its thread, `TaskSpan` travels with its future. A call is also a `CallEnd` (by `DerefMut`),
//! which is what `inspect` takes. `call.metrics()` reaches the metric part, for values taken from the result.

mod absent;
mod future;
mod inspect;
mod metrics;
mod plain;
mod span_future;
mod state;
mod stream;

use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::thread;
use std::time::Duration;

pub use absent::none_is_error;
pub use future::{Traced, traced, traced_lazily};
#[cfg(test)]
pub(crate) use inspect::tell;
pub use inspect::{Inspected, NotInspected, Probe, inspect, probe, probe_output};
pub use plain::PlainCall;
pub use span_future::{SpanState, TracedSpan, traced_span};
pub use state::Prepared;
pub use stream::{Items, TracedStream, traced_stream};

use crate::clock::Moment;
use crate::context::Attached;
use crate::outcome::{ErrorInfo, Outcome};
use crate::trace::{SpanGuard, SpanSite};

/// A part of an instrumented call that hears once how the call ended: its span, or its metrics.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a part of an instrumented call",
    note = "`#[traced]` and `#[metric]` make the parts; they are not written by hand"
)]
pub trait CallPart {
    /// The reading of the clock that the part took when it began, so that no second one is taken.
    fn started(&self) -> Option<Moment> {
        None
    }

    /// Whether the part needs to know when the call ended.
    fn is_timed(&self) -> bool {
        true
    }

    /// Whether the part records the texts of an error.
    fn wants_texts(&self) -> bool {
        false
    }

    /// Makes the part's context current for one poll of a future.
    fn attach(&mut self) -> Attached {
        Attached::NONE
    }

    /// Hears what a stream gave, before it hears how the call ended.
    fn add_items(&self, items: &Items) {
        let _ = items;
    }

    /// Hears how the call ended; called exactly once. The span hears it last, and may keep the error.
    fn finish(&mut self, end: &mut CallEnd);

    /// The same where it ended well, and that is all there is to say.
    fn finish_ok(&mut self, started: Moment, ended: Moment) {
        self.finish(&mut CallEnd { ended, ..CallEnd::new(Outcome::Ok, started, false) });
    }
}

/// In place of a span, where a function has none.
#[derive(Clone, Copy, Debug)]
pub struct NoSpan;

/// In place of metrics, where a function has none.
#[derive(Clone, Copy, Debug)]
pub struct NoMetrics;

impl CallPart for NoSpan {
    fn is_timed(&self) -> bool {
        false
    }

    fn finish(&mut self, _: &mut CallEnd) {}
}

impl CallPart for NoMetrics {
    fn is_timed(&self) -> bool {
        false
    }

    fn finish(&mut self, _: &mut CallEnd) {}
}

/// Two metric parts, where a function has metrics with different attributes.
impl<A: CallPart, B: CallPart> CallPart for (A, B) {
    fn started(&self) -> Option<Moment> {
        self.0.started().or_else(|| self.1.started())
    }

    fn is_timed(&self) -> bool {
        self.0.is_timed() || self.1.is_timed()
    }

    fn wants_texts(&self) -> bool {
        self.0.wants_texts() || self.1.wants_texts()
    }

    fn finish(&mut self, end: &mut CallEnd) {
        self.0.finish(end);
        self.1.finish(end);
    }

    fn finish_ok(&mut self, started: Moment, ended: Moment) {
        self.0.finish_ok(started, ended);
        self.1.finish_ok(started, ended);
    }
}

/// How an instrumented call ended.
#[derive(Debug)]
pub struct CallEnd {
    outcome: Outcome,
    wants_texts: bool,
    started: Moment,
    ended: Moment,
    // In place: a call that is no error writes one word of it, and one that is allocates nothing but its texts.
    error: Option<ErrorInfo>,
}

impl CallEnd {
    fn new(outcome: Outcome, started: Moment, wants_texts: bool) -> Self {
        Self { outcome, wants_texts, started, ended: started, error: None }
    }

    /// A call that ends now, of which no more is known than whether its thread unwinds.
    pub(crate) fn now(started: Moment, unwinding: bool) -> Self {
        let outcome = if unwinding { Outcome::Panic } else { Outcome::Ok };
        Self { ended: Moment::now(), ..Self::new(outcome, started, false) }
    }

    /// How it ended.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// How long it took; zero if no part of the call is timed.
    pub fn elapsed(&self) -> Duration {
        self.ended.since(self.started)
    }

    /// How long it took, in seconds; zero if no part of the call is timed.
    pub(crate) fn elapsed_seconds(&self) -> f64 {
        self.ended.seconds_since(self.started)
    }

    /// The error that it returned: where the outcome is [`Outcome::Error`], and an expected one where it is
    /// [`Outcome::Ok`].
    pub fn error(&self) -> Option<&ErrorInfo> {
        self.error.as_ref()
    }

    /// Takes the error, for the last one that hears of it.
    pub(crate) fn take_error(&mut self) -> Option<ErrorInfo> {
        self.error.take()
    }

    /// The `error.type` of an error that a metric may tell apart.
    #[inline]
    pub(crate) fn bounded_error(&self) -> Option<&'static str> {
        match self.outcome {
            Outcome::Error => self.error.as_ref()?.bounded_type(),
            _ => None,
        }
    }

    /// When it ended.
    pub(crate) fn ended(&self) -> Moment {
        self.ended
    }

    /// Notes what is known of the error that the call returned, or of its panic.
    #[cold]
    pub(crate) fn classify(&mut self, error: ErrorInfo) {
        self.error = Some(error);
    }

    /// Says that the call returned an error of the type named. Its texts are added if they are wanted.
    pub(crate) fn fail(&mut self, type_name: &'static str, add_texts: impl FnOnce(&mut ErrorInfo)) {
        let error = self.error.get_or_insert_with(|| ErrorInfo::new(type_name));
        if error.is_expected() {
            return;
        }
        if self.wants_texts {
            add_texts(error);
        }
        self.outcome = Outcome::Error;
    }

    #[cold]
    fn fail_with(&mut self, error: ErrorInfo) {
        self.outcome = Outcome::Error;
        self.error = Some(error);
    }
}

/// One instrumented call, from its entry to its end. Dropping it ends it.
///
/// It is generic over its two parts, so that a function without metrics pays nothing for them.
#[derive(Debug)]
pub struct Call<S: CallPart, M: CallPart> {
    span: S,
    metrics: M,
    /// Whether the thread was unwinding at the entry already: then it is not this call that panics.
    unwinding: bool,
    end: CallEnd,
}

impl<S: CallPart, M: CallPart> Call<S, M> {
    /// A call that begins now.
    // Out of line where it is the same for all functions with such parts; see `Call::of_span`.
    #[inline]
    pub fn new(span: S, metrics: M) -> Self {
        let started = start(&span, &metrics);
        Self::resume(span, metrics, started, Outcome::Ok, thread::panicking())
    }

    /// A call that began earlier, and whose outcome is known unless an inspection of its result changes it.
    #[inline]
    fn resume(span: S, metrics: M, started: Moment, outcome: Outcome, unwinding: bool) -> Self {
        let wants_texts = span.wants_texts() || metrics.wants_texts();
        Self { span, metrics, unwinding, end: CallEnd::new(outcome, started, wants_texts) }
    }

    /// The part that records the metrics of the call.
    pub fn metrics(&mut self) -> &mut M {
        &mut self.metrics
    }
}

impl Call<SpanGuard, NoMetrics> {
    /// A call that begins now and is a span and nothing else, as most are.
    #[inline(never)]
    pub fn of_span(site: &'static SpanSite) -> Self {
        Self::new(SpanGuard::enter(site), NoMetrics)
    }
}

/// One reading of the clock for all parts, and none where no part is timed.
#[inline]
fn start(span: &impl CallPart, metrics: &impl CallPart) -> Moment {
    match span.started() {
        Some(started) => started,
        None if span.is_timed() || metrics.is_timed() => Moment::now(),
        None => Moment::NONE,
    }
}

impl<S: CallPart, M: CallPart> Deref for Call<S, M> {
    type Target = CallEnd;

    fn deref(&self) -> &CallEnd {
        &self.end
    }
}

impl<S: CallPart, M: CallPart> DerefMut for Call<S, M> {
    fn deref_mut(&mut self) -> &mut CallEnd {
        &mut self.end
    }
}

impl<S: CallPart, M: CallPart> Drop for Call<S, M> {
    // Inside the drop of the whole call, which is one function for all calls with such parts.
    #[inline]
    fn drop(&mut self) {
        if !self.unwinding && thread::panicking() {
            self.end.outcome = Outcome::Panic;
        }
        if self.span.is_timed() || self.metrics.is_timed() {
            self.end.ended = Moment::now();
        }
        // The metrics first: an exemplar belongs to the span, which is current until it is finished.
        self.metrics.finish(&mut self.end);
        self.span.finish(&mut self.end);
    }
}

/// Calls the body of an instrumented function. As a function it also keeps clippy from asking to inline the closure.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the wrapper must cost nothing, in builds without optimisation too")]
pub fn call_once<R>(body: impl FnOnce() -> R) -> R {
    body()
}

/// A value of any type, in a place that is never reached: it tells the compiler what an async body returns before it
/// looks at the body.
#[cold]
pub fn never<R>() -> R {
    unreachable!("the condition before it is false")
}

/// What `measure` takes from the result of a call. As a function it gives the closure's parameter its type.
#[inline]
pub fn of<R: ?Sized, V>(result: &R, measure: impl FnOnce(&R) -> V) -> V {
    measure(result)
}

/// Boxes a future or stream, under a name that no module of the user's can shadow.
#[inline]
pub fn boxed<T>(inner: T) -> Pin<Box<T>> {
    Box::pin(inner)
}

#[cfg(test)]
mod tests;
