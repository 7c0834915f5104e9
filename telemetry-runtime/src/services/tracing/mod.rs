//! Spans by hand, with names that only the running program knows.

mod backend;
mod options;
mod output;
mod request;
mod site;
mod span;

use std::borrow::Cow;
use std::fmt;
use std::future::Future;

pub(crate) use backend::install;
pub use backend::{SpanEnding, SpanStart, TracingBackend};
pub use options::SpanOptions;
pub use output::{SpanEnd, SpanOutput};
pub use request::{RequestOptions, StartOptions};
pub use span::SpanHandle;

use crate::call::{Call, CallEnd, NoMetrics, Prepared, traced_lazily};
use crate::context::Attached;
use crate::plugin::Scope;
use crate::trace::{CurrentSpan, Parent, SpanSite};

/// Makes the spans of one plugin or core service; from [`PluginTelemetry::tracing`](super::PluginTelemetry::tracing).
///
/// A service costs nothing to clone, may be kept for ever, and can be made before telemetry starts: its spans are recorded
/// from the start on. A name says what kind of work a span is; what varies from call to call belongs in an attribute.
#[derive(Clone)]
pub struct TracingService {
    site: &'static SpanSite,
}

impl TracingService {
    pub(super) fn new(scope: Scope) -> Self {
        Self { site: site::of(scope) }
    }

    /// Who the spans belong to.
    pub fn scope(&self) -> Scope {
        self.site.scope()
    }

    /// Starts a span that is current nowhere by itself, and ends when the handle is dropped.
    ///
    /// Its parent is the span that is current, unless the options name another one. What is to happen inside it goes into
    /// [`SpanHandle::run`] or [`SpanHandle::run_async`], or attaches [`SpanHandle::context`].
    ///
    /// ```
    /// use telemetry_runtime::services::SpanOptions;
    ///
    /// let tracing = telemetry_runtime::plugin("catalog")?.tracing();
    /// let span = tracing.start_span("refresh", SpanOptions::new());
    /// span.set_attribute("catalog.entities", 12);
    /// span.run(|| { /* spans here are children of `refresh` */ });
    /// drop(span);
    /// # Ok::<(), telemetry_runtime::Error>(())
    /// ```
    pub fn start_span<O: StartOptions>(
        &self,
        name: impl Into<Cow<'static, str>>,
        options: O,
    ) -> O::Output<SpanHandle> {
        let start = |options| SpanHandle::start(self.site, Parent::AT_START, name.into(), options);
        O::output(options.resolve().map(start))
    }

    /// Runs `f` inside a span, and records how it ended.
    ///
    /// The span is current while `f` runs. If `f` gives an error, the span gets `error.type`, one `exception` event and an
    /// error status; if it unwinds, the panic's text and place. A status that `f` sets stays where `f` gives no error. What
    /// counts as an error is said by [`SpanOutput`]; [`TracingService::in_span`] takes closures that return anything else.
    ///
    /// The value, or the panic, is what it would be without the span.
    pub fn start_active_span<O: StartOptions, R: SpanOutput>(
        &self,
        name: impl Into<Cow<'static, str>>,
        options: O,
        f: impl FnOnce(&CurrentSpan) -> R,
    ) -> O::Output<R> {
        self.run(name.into(), options, f, R::tell_call)
    }

    /// As [`TracingService::start_active_span`], for closures that return whatever they like: no value is an error.
    pub fn in_span<O: StartOptions, R>(
        &self,
        name: impl Into<Cow<'static, str>>,
        options: O,
        f: impl FnOnce(&CurrentSpan) -> R,
    ) -> O::Output<R> {
        self.run(name.into(), options, f, |_, _| ())
    }

    /// As [`TracingService::start_active_span`], for async closures and closures that return a future.
    ///
    /// The span starts with the first poll, below what is current where this is called; it is current while the future is
    /// polled, wherever that is. A future that is dropped before it is ready has the outcome `cancelled`.
    ///
    /// ```
    /// use telemetry_runtime::services::SpanOptions;
    /// # async fn fetch() -> Result<u32, std::io::Error> { Ok(7) }
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let tracing = telemetry_runtime::plugin("catalog")?.tracing();
    /// let length = tracing
    ///     .start_active_span_async("fetch", SpanOptions::new(), async |span| {
    ///         let length = fetch().await?;
    ///         span.set_attribute("catalog.length", length);
    ///         Ok::<_, std::io::Error>(length)
    ///     })
    ///     .await?;
    /// # let _ = length; Ok(())
    /// # }
    /// ```
    pub fn start_active_span_async<N, O, F, R>(
        &self,
        name: N,
        options: O,
        f: F,
    ) -> impl Future<Output = O::Output<R>> + use<N, O, F, R>
    where
        N: Into<Cow<'static, str>>,
        O: StartOptions,
        F: AsyncFnOnce(CurrentSpan) -> R,
        R: SpanOutput,
    {
        self.run_async(name.into(), options, f, R::tell_call)
    }

    /// As [`TracingService::start_active_span_async`], for closures that return whatever they like: no value is an error.
    pub fn in_span_async<N, O, F, R>(
        &self,
        name: N,
        options: O,
        f: F,
    ) -> impl Future<Output = O::Output<R>> + use<N, O, F, R>
    where
        N: Into<Cow<'static, str>>,
        O: StartOptions,
        F: AsyncFnOnce(CurrentSpan) -> R,
    {
        self.run_async(name.into(), options, f, |_, _| ())
    }

    fn run<O: StartOptions, R>(
        &self,
        name: Cow<'static, str>,
        options: O,
        f: impl FnOnce(&CurrentSpan) -> R,
        tell: impl FnOnce(&R, &mut CallEnd),
    ) -> O::Output<R> {
        O::output(options.resolve().map(|options| self.run_in_span(name, options, f, tell)))
    }

    fn run_in_span<R>(
        &self,
        name: Cow<'static, str>,
        options: SpanOptions,
        f: impl FnOnce(&CurrentSpan) -> R,
        tell: impl FnOnce(&R, &mut CallEnd),
    ) -> R {
        let span = SpanHandle::start(self.site, Parent::AT_START, name, options);
        let current = span.current().clone();
        let attached = Attached::new(span.context().clone());
        let mut call = Call::new(span, NoMetrics);
        let output = f(&current);
        tell(&output, &mut call);
        // The call ends first, so that a span which its end would make is still one of its children.
        drop(call);
        drop(attached);
        output
    }

    fn run_async<O, F, R>(
        &self,
        name: Cow<'static, str>,
        options: O,
        f: F,
        tell: fn(&R, &mut CallEnd),
    ) -> impl Future<Output = O::Output<R>> + use<O, F, R>
    where
        O: StartOptions,
        F: AsyncFnOnce(CurrentSpan) -> R,
    {
        let site = self.site;
        // Whoever makes the request is asked here, and the future needs it no more.
        let resolved = options.resolve().map(|options| {
            let begin = move |parent| {
                let span = SpanHandle::start(site, parent, name, options);
                let current = span.current().clone();
                // A future of its own: a closure that returns one may do something before, which belongs inside the span.
                (Prepared::new(span, NoMetrics), async move { f(current).await })
            };
            traced_lazily(Parent::current(), begin, move |output: &R, call: &mut Call<_, _>| {
                tell(output, call);
            })
        });
        async move {
            match resolved {
                Ok(future) => O::output(Ok(future.await)),
                Err(refusal) => O::output(Err(refusal)),
            }
        }
    }
}

impl fmt::Debug for TracingService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TracingService").field(&self.scope()).finish()
    }
}
