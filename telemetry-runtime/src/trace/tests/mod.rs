//! The recorder from outside: what is done with spans, and what the exporter gets of it.

mod accounting;
mod context;
mod limits;
mod outcomes;
mod parents;
mod queueing;
mod random;
mod sampling;
mod streams;
mod third_party;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll, Waker};

use opentelemetry::trace::{SpanBuilder, SpanId, Tracer, TracerProvider as _};
use opentelemetry::{Context, Value};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, SpanData};

use super::install::{Carried, Recorder};
use super::queue::{Queue, SpanCounts};
use super::settings::ContextMode;
use super::{SpanGuard, SpanSite, TaskSpan, TraceSettings, third_party as processor};
use crate::call::{Call, NoMetrics, SpanState, traced_span};
use crate::context::{Attached, observer, permanent, slot};
use crate::plugin::Scope;

pub(crate) static OUTER: SpanSite = SpanSite::new("outer", Scope::plugin("catalog"));
pub(crate) static MIDDLE: SpanSite = SpanSite::new("middle", Scope::plugin("catalog"));
pub(crate) static INNER: SpanSite = SpanSite::new("inner", Scope::plugin("search"));

/// A recorder of a test's own, which records where this thread's context goes while the value lives.
pub(crate) struct Capture {
    pub(crate) recorder: &'static Recorder,
    provider: SdkTracerProvider,
    _attached: Attached,
}

impl Capture {
    pub(crate) fn new() -> Self {
        Self::with(TraceSettings::default())
    }

    pub(crate) fn with(settings: TraceSettings) -> Self {
        let queue: &'static Queue = Box::leak(Box::default());
        let recorder = Recorder::leak(settings, queue);
        let attached = Attached::new(Carried(recorder).within(&Context::current()));
        // In the place of an installation, which needs no context.
        observer::set_base();
        Self {
            recorder,
            provider: processor::provider_of(recorder, Resource::builder_empty().build()),
            _attached: attached,
        }
    }

    /// A tracer of the SDK, as third-party code gets it from `opentelemetry::global`.
    pub(crate) fn third_party(&self) -> ThirdParty {
        let sees_our_context = self.recorder.mode == ContextMode::Permanent;
        ThirdParty { tracer: self.provider.tracer("third-party"), sees_our_context }
    }

    /// The finished spans that were not taken yet.
    pub(crate) fn spans(&self) -> Vec<SpanData> {
        self.recorder.queue.drain(usize::MAX)
    }

    /// The only finished span.
    pub(crate) fn span(&self) -> SpanData {
        let mut spans = self.spans();
        assert_eq!(spans.len(), 1, "{spans:#?}");
        spans.remove(0)
    }

    pub(crate) fn counts(&self) -> SpanCounts {
        self.recorder.queue.counts()
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        permanent::leave();
    }
}

/// A tracer of third-party code.
pub(crate) struct ThirdParty {
    tracer: SdkTracer,
    /// Whether it is had from `opentelemetry::global`, and not from the SDK's provider: some contexts show our spans to it only.
    sees_our_context: bool,
}

impl Tracer for ThirdParty {
    type Span = opentelemetry_sdk::trace::Span;

    fn build_with_context(&self, builder: SpanBuilder, parent: &Context) -> Self::Span {
        let exact = slot::exact(parent).filter(|_| self.sees_our_context);
        self.tracer.build_with_context(builder, exact.as_ref().unwrap_or(parent))
    }
}

/// The call of a future, as the macros make it.
pub(crate) fn task<F: Future>(
    site: &'static SpanSite,
    future: F,
    inspect: impl FnOnce(&F::Output, &mut Call<TaskSpan, NoMetrics>) + Copy,
) -> impl Future<Output = F::Output> {
    traced_span(SpanState::here(site), future, inspect)
}

/// The only span of this name.
pub(crate) fn named<'a>(spans: &'a [SpanData], name: &str) -> &'a SpanData {
    let mut found = spans.iter().filter(|span| span.name == name);
    let span = found.next().unwrap_or_else(|| panic!("no span `{name}` in {spans:#?}"));
    assert!(found.next().is_none(), "several spans `{name}`");
    span
}

/// Asserts that one span is the direct child of another.
#[track_caller]
pub(crate) fn assert_parent(child: &SpanData, parent: &SpanData) {
    assert_eq!(child.parent_span_id, parent.span_context.span_id(), "the parent of `{}`", child.name);
    assert_eq!(
        child.span_context.trace_id(),
        parent.span_context.trace_id(),
        "the trace of `{}`",
        child.name
    );
}

#[track_caller]
pub(crate) fn assert_root(span: &SpanData) {
    assert_eq!(span.parent_span_id, SpanId::INVALID, "`{}` has a parent", span.name);
}

/// The value of an attribute.
pub(crate) fn attribute<'a>(span: &'a SpanData, key: &str) -> Option<&'a Value> {
    let mut found = span.attributes.iter().filter(|attribute| attribute.key.as_str() == key);
    let value = found.next().map(|attribute| &attribute.value);
    assert!(found.next().is_none(), "two attributes `{key}` in {span:#?}");
    value
}

/// A call as the macros make it of a function without metrics.
pub(crate) fn call(site: &'static SpanSite) -> Call<SpanGuard, NoMetrics> {
    Call::new(SpanGuard::enter(site), NoMetrics)
}

pub(crate) fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut TaskContext::from_waker(Waker::noop()))
}

/// Is pending for one poll.
pub(crate) async fn pause() {
    let mut paused = false;
    std::future::poll_fn(
        |_| {
            if std::mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending }
        },
    )
    .await;
}
