//! OpenTelemetry's current context beside our own: attaching without a panic, carrying it, sending it on.

pub(crate) mod bound;
pub(crate) mod levels;
#[cfg(feature = "otlp-logs")]
mod logs;
#[cfg_attr(not(feature = "context-observer"), path = "context/no_observer.rs")]
pub(crate) mod observer;
pub(crate) mod permanent;
pub(crate) mod place;
pub(crate) mod propagator;
pub(crate) mod sampled;
pub(crate) mod seat;
pub(crate) mod slot;

use std::cell::Cell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
#[cfg(any(test, feature = "testing"))]
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use opentelemetry::baggage::BaggageExt;
use opentelemetry::propagation::{Extractor, Injector};
use opentelemetry::trace::SpanId;
use opentelemetry::{Context, global};
use pin_project_lite::pin_project;

#[cfg(feature = "otlp-logs")]
pub use self::logs::LogSpans;
use self::seat::Seat;
use self::slot::Spot;

thread_local! {
    /// Whether a panic on this thread is one that we provoke and catch, which the panic hook then keeps to itself.
    static PROVOKED: Cell<bool> = const { Cell::new(false) };

    /// Lives to be destroyed before the thread's current context, which is touched first: see [`usable`].
    static SENTINEL: Sentinel = {
        let reachable = provoke(|| Context::map_current(|_| ())).is_some();
        Sentinel { reachable }
    };
}

struct Sentinel {
    reachable: bool,
}

impl Drop for Sentinel {
    fn drop(&mut self) {
        levels::clear();
    }
}

/// Whether the thread's current context can still be read.
///
/// While a thread's locals are destroyed, the context may be gone already, and reading it would abort the process.
/// Destructors run in the reverse order of first use, so the sentinel goes before the context does.
pub(crate) fn usable() -> bool {
    SENTINEL.try_with(|sentinel| sentinel.reachable).unwrap_or(false)
}

/// Whether a panic that is being reported was provoked by [`provoke`].
pub(crate) fn is_provoked() -> bool {
    PROVOKED.get()
}

/// Whether any context carries something that [`carried`] could find; most programs never set it.
#[cfg(any(test, feature = "testing"))]
static CARRYING: AtomicBool = AtomicBool::new(false);

/// A context that carries `value` wherever it goes.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn carrying<T: Send + Sync + 'static>(context: &Context, value: T) -> Context {
    CARRYING.store(true, Ordering::Relaxed);
    context.with_value(value)
}

/// What the thread's current context carries of this type.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn carried<T: Clone + 'static>() -> Option<T> {
    thread_local! {
        static ASKING: Cell<bool> = const { Cell::new(false) };
    }
    // To ask may allocate, and an instrumented allocator would ask again.
    if !CARRYING.load(Ordering::Relaxed) || ASKING.replace(true) {
        return None;
    }
    let found = usable().then(|| provoke(|| Context::map_current(|context| context.get::<T>().cloned())));
    ASKING.set(false);
    found.flatten().flatten()
}

/// Puts everything that a context carries of a capture on another one.
#[cfg(any(test, feature = "testing"))]
#[derive(Clone)]
pub(crate) struct Carrier(pub(crate) std::sync::Arc<dyn Fn(&Context) -> Context + Send + Sync>);

/// The context in which a call starts, if it is to start in `wanted` while `current` is current: a context that knows no
/// capture, because it was made anew or before, does not lead out of the one that is current.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn within_capture_of(current: &Context, wanted: Context) -> Context {
    match current.get::<Carrier>() {
        Some(Carrier(carry)) if wanted.get::<Carrier>().is_none() => carry(&wanted),
        _ => wanted,
    }
}

/// Runs `f`, and turns a panic of it into `None` without a word on standard error.
///
/// It serves where an API of others answers with a panic what cannot be asked for beforehand.
pub(crate) fn provoke<T>(f: impl FnOnce() -> T) -> Option<T> {
    let before = PROVOKED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(f)).ok();
    PROVOKED.set(before);
    result
}

/// A context, or a span of ours, that is current for as long as the value lives, unless it could not be made current.
#[derive(Debug)]
pub struct Attached {
    seat: Seat,
    /// The span, and the one before it, where it wrote itself into a slot.
    span: SpanId,
    before: Spot,
}

impl Attached {
    /// Nothing was attached.
    pub(crate) const NONE: Self = Self::of(Seat::Nothing, SpanId::INVALID, Spot::NONE);

    /// Makes `context` current.
    ///
    /// Inside `Context::map_current` and `get_active_span` the thread's context is borrowed and cannot change: the
    /// span is recorded all the same, but what it calls sees the context from before.
    pub(crate) fn new(context: Context) -> Self {
        Self::of(Seat::in_context(context), SpanId::INVALID, Spot::NONE)
    }

    /// What the span took, in whose place `before` was.
    pub(crate) const fn of(seat: Seat, span: SpanId, before: Spot) -> Self {
        Self { seat, span, before }
    }

    // Out of line, so that what is dropped costs little where nothing is attached any more.
    #[inline(never)]
    fn end(&mut self) {
        std::mem::take(&mut self.seat).leave(self.span, self.before);
    }
}

impl Drop for Attached {
    #[inline]
    fn drop(&mut self) {
        if !self.seat.is_nothing() {
            self.end();
        }
    }
}

/// The thread's current context, with the current span in it even where no context is attached for that; or none while the thread
/// is being torn down.
pub(crate) fn current() -> Option<Context> {
    usable().then(|| place::unattached().unwrap_or_else(Context::current))
}

pin_project! {
    /// A future that runs in the context that was current where it was made; see [`propagate`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Propagated<F> {
        context: Option<Context>,
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for Propagated<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut std::task::Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _attached = this.context.clone().map(Attached::new);
        this.future.poll(task)
    }
}

/// Carries the present context, so the current span too, into a future that another task or thread will run.
///
/// ```
/// # fn spawn<F: Future + Send + 'static>(_: F) {}
/// spawn(telemetry_runtime::context::propagate(async { /* spans here are children of the span around `propagate` */ }));
/// ```
pub fn propagate<F: Future>(future: F) -> Propagated<F> {
    Propagated { context: current(), future }
}

/// Carries the present context, so the current span too, into a closure that another thread will call.
///
/// ```
/// std::thread::spawn(telemetry_runtime::context::wrap(|| { /* spans here are children of the span around `wrap` */ }))
///     .join()
///     .unwrap();
/// ```
pub fn wrap<R>(closure: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let context = current();
    move || {
        let _attached = context.map(Attached::new);
        closure()
    }
}

/// Writes the current context into the headers of an outgoing request, with the propagators that are configured
/// (`telemetry.tracing.propagators`).
pub fn inject(carrier: &mut impl Injector) {
    if let Some(context) = current() {
        // The propagator may be one that the program has set itself.
        let context = slot::exact(&context).unwrap_or(context);
        global::get_text_map_propagator(|propagator| propagator.inject_context(&context, carrier));
    }
}

/// Reads the context that an incoming request carries, on top of the current one.
///
/// Attach the result (`Context::attach`) or run a future in it, and spans made there are children of the caller's.
#[must_use]
pub fn extract(carrier: &impl Extractor) -> Context {
    let context = current().unwrap_or_default();
    global::get_text_map_propagator(|propagator| propagator.extract_with_context(&context, carrier))
}

/// The current context, as OpenTelemetry has it: with the current span and the baggage.
#[must_use]
pub fn active() -> Context {
    current().unwrap_or_default()
}

/// Runs `f` in a context; afterwards the one from before is current again, whatever `f` did.
pub fn with<R>(context: &Context, f: impl FnOnce() -> R) -> R {
    let _attached = Attached::new(context.clone());
    f()
}

/// A future that is polled in a context, wherever that is.
pub fn with_async<F: Future>(context: &Context, future: F) -> Propagated<F> {
    Propagated { context: Some(context.clone()), future }
}

/// Reads what an incoming request carries, on top of a context. Without anything that can be read it is the same context.
#[must_use]
pub fn extract_within(context: &Context, carrier: &impl Extractor) -> Context {
    global::get_text_map_propagator(|propagator| propagator.extract_with_context(context, carrier))
}

/// The entries of a context's baggage, key and value, in no particular order; `None` where there is none.
#[must_use]
pub fn baggage(context: &Context) -> Option<Vec<(String, String)>> {
    let baggage = context.baggage();
    if baggage.is_empty() {
        return None;
    }
    Some(baggage.iter().map(|(key, (value, _))| (key.to_string(), value.to_string())).collect())
}

/// The entries of the current baggage; see [`baggage()`].
#[must_use]
pub fn active_baggage() -> Option<Vec<(String, String)>> {
    baggage(&active())
}

/// The headers of a request as a carrier, for [`extract`]. Several headers of one name are one list, as HTTP has it.
#[derive(Clone, Copy, Debug)]
pub struct Headers<'a>(pub &'a http::HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        text(self.0.get(key)?)
    }

    fn get_all(&self, key: &str) -> Option<Vec<&str>> {
        let values: Vec<&str> = self.0.get_all(key).iter().filter_map(text).collect();
        (!values.is_empty()).then_some(values)
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(http::HeaderName::as_str).collect()
    }
}

/// The text of a header, unless it is longer than any propagator reads: looking at each byte takes time, too.
fn text(value: &http::HeaderValue) -> Option<&str> {
    const LONGEST: usize = 16 * 1024;
    if value.len() > LONGEST { None } else { value.to_str().ok() }
}

/// The headers of a request as a carrier, for [`inject`]. What is no valid header is left out.
#[derive(Debug)]
pub struct HeadersMut<'a>(pub &'a mut http::HeaderMap);

impl Injector for HeadersMut<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(name), Ok(value)) = (http::HeaderName::try_from(key), http::HeaderValue::try_from(value)) {
            self.0.insert(name, value);
        }
    }
}
