//! Span processors for `opentelemetry_sdk`, which see our spans as they see the SDK's.
//!
//! At its start a span of ours is made once more by the SDK, with the same ids, parent and content: that is what
//! `on_start` gets, and what processors write to it there is taken over. The double ends with that call. At the end of the
//! span `on_end` gets what was recorded, on the thread that ends it.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry::trace::{
    Link, SpanBuilder, SpanContext, SpanId, SpanKind, Status, TraceId, Tracer as _, TracerProvider as _,
};
use opentelemetry::{KeyValue, trace::TraceState};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    self as sdk, IdGenerator, RandomIdGenerator, SamplingDecision, SamplingResult, SdkTracerProvider,
    ShouldSample, SpanData, SpanProcessor,
};

use super::build;
use super::record::Record;

/// The span processors of a recorder. Clones share them.
#[derive(Clone, Debug)]
pub struct Processors {
    all: Arc<[Arc<dyn SpanProcessor>]>,
    /// Makes the double of a span for `on_start`.
    doubles: SdkTracerProvider,
    exports: bool,
}

impl Processors {
    /// Takes the processors over, and tells them the resource. `exports` says whether finished spans also go into the queue:
    /// where processors are all that takes them, nobody would empty it.
    pub fn new(processors: Vec<Box<dyn SpanProcessor>>, resource: &Resource, exports: bool) -> Self {
        let share = |mut processor: Box<dyn SpanProcessor>| -> Arc<dyn SpanProcessor> {
            processor.set_resource(resource);
            Arc::from(processor)
        };
        let all: Arc<[_]> = processors.into_iter().map(share).collect();
        let mut doubles = SdkTracerProvider::builder()
            .with_resource(Resource::builder_empty().build())
            .with_sampler(Script)
            .with_id_generator(Script)
            // What a span may hold is decided where the writing is taken over.
            .with_span_limits(sdk::SpanLimits {
                max_events_per_span: u32::MAX,
                max_attributes_per_span: u32::MAX,
                max_links_per_span: u32::MAX,
                max_attributes_per_event: u32::MAX,
                max_attributes_per_link: u32::MAX,
            });
        for processor in &*all {
            doubles = doubles.with_span_processor(OnStart(Arc::clone(processor)));
        }
        Self { all, doubles: doubles.build(), exports }
    }

    pub(super) fn exports(&self) -> bool {
        self.exports
    }

    /// Each of them, for a provider of the SDK.
    pub(super) fn each(&self) -> impl Iterator<Item = Guarded> {
        self.all.iter().cloned().map(Guarded)
    }

    /// Tells that a span of ours has started, and takes over what is written to it.
    pub(super) fn started(&self, record: &Record, parent: &Context) {
        let before = build::ours(record, record.snapshot(), record.failure().cloned());
        let builder = SpanBuilder {
            span_kind: Some(before.span_kind.clone()),
            name: before.name.clone(),
            start_time: Some(before.start_time),
            attributes: Some(before.attributes.clone()),
            events: Some(before.events.events.clone()),
            links: Some(before.links.links.clone()),
        };
        let scope = before.instrumentation_scope.clone();
        let written = Script::play(&before.span_context, || {
            self.doubles.tracer_with_scope(scope).build_with_context(builder, parent).exported_data()
        });
        if let Some(after) = written {
            take_over(record, &before, after);
        }
    }

    /// Tells that a span of ours has ended.
    pub(super) fn ended(&self, record: &Record) {
        let data = build::ours(record, record.snapshot(), record.failure().cloned());
        for processor in self.each() {
            processor.on_end(data.clone());
        }
    }

    /// Has all of them export what they hold; it blocks for as long as they do.
    ///
    /// # Errors
    ///
    /// The first error of a processor.
    pub fn force_flush(&self) -> OTelSdkResult {
        let mut result = Ok(());
        for processor in self.each() {
            result = result.and(processor.force_flush());
        }
        result
    }

    /// Ends all of them; it blocks for as long as they do.
    ///
    /// # Errors
    ///
    /// The first error of a processor.
    pub fn shutdown(&self, limit: Duration) -> OTelSdkResult {
        let mut result = Ok(());
        for processor in &*self.all {
            result = result.and(Guarded::ask(|| processor.shutdown_with_timeout(limit)));
        }
        result
    }
}

/// Puts what processors wrote to the double of a span onto the span.
fn take_over(record: &Record, before: &SpanData, after: SpanData) {
    let (mut content, limits) = (record.content(), record.limits());
    if after.name != before.name {
        content.seldom().name = Some(after.name);
    }
    // The SDK does not replace attributes, it adds them.
    for attribute in after.attributes.into_iter().skip(before.attributes.len()) {
        content.set_attribute(attribute, limits);
    }
    for event in after.events.events.into_iter().skip(before.events.events.len()) {
        content.add_event(event, limits);
    }
    for link in after.links.links.into_iter().skip(before.links.links.len()) {
        content.add_link(link, limits);
    }
    if after.status != Status::Unset {
        content.set_status(after.status);
    }
}

/// A processor of the program's, whose panics end here.
#[derive(Debug)]
pub(super) struct Guarded(Arc<dyn SpanProcessor>);

impl Guarded {
    fn call(call: impl FnOnce()) {
        // The panic hook has told of it.
        drop(catch_unwind(AssertUnwindSafe(call)));
    }

    fn ask(call: impl FnOnce() -> OTelSdkResult) -> OTelSdkResult {
        catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| {
            Err(opentelemetry_sdk::error::OTelSdkError::InternalFailure(
                "a span processor panicked".to_owned(),
            ))
        })
    }
}

impl SpanProcessor for Guarded {
    fn on_start(&self, span: &mut sdk::Span, parent: &Context) {
        Self::call(|| self.0.on_start(span, parent));
    }

    fn on_end(&self, span: SpanData) {
        // A processor may export right here, and what its client records is not wanted.
        let _quiet = Context::enter_telemetry_suppressed_scope();
        Self::call(|| self.0.on_end(span));
    }

    fn force_flush(&self) -> OTelSdkResult {
        Self::ask(|| self.0.force_flush())
    }

    // The end of one provider of the SDK is not the end of a processor, which is shared with others.
    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

/// The part of a processor that the double of a span is for.
#[derive(Debug)]
struct OnStart(Arc<dyn SpanProcessor>);

impl SpanProcessor for OnStart {
    fn on_start(&self, span: &mut sdk::Span, parent: &Context) {
        Guarded::call(|| self.0.on_start(span, parent));
    }

    fn on_end(&self, _: SpanData) {}

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

thread_local! {
    /// The span that the SDK is to make a double of on this thread.
    static NEXT: RefCell<Option<SpanContext>> = const { RefCell::new(None) };
}

/// Has the SDK decide as we did: for its sampler and its generator of ids.
#[derive(Clone, Debug)]
struct Script;

impl Script {
    /// Runs `make`, in which the SDK makes a span with this context. `None` while the thread is torn down.
    fn play<T>(span_context: &SpanContext, make: impl FnOnce() -> Option<T>) -> Option<T> {
        NEXT.try_with(|next| next.replace(Some(span_context.clone()))).ok()?;
        let result = make();
        drop(NEXT.try_with(RefCell::take));
        result
    }

    fn read<T>(read: impl FnOnce(&SpanContext) -> T) -> Option<T> {
        NEXT.try_with(|next| next.borrow().as_ref().map(read)).ok().flatten()
    }
}

// A processor that starts a span of ours in `on_start` comes back here with another script; the SDK has read all of the
// first one by then. What is not in a script cannot happen, and random ids would harm nobody.
impl IdGenerator for Script {
    fn new_trace_id(&self) -> TraceId {
        Self::read(SpanContext::trace_id).unwrap_or_else(|| RandomIdGenerator::default().new_trace_id())
    }

    fn new_span_id(&self) -> SpanId {
        Self::read(SpanContext::span_id).unwrap_or_else(|| RandomIdGenerator::default().new_span_id())
    }
}

impl ShouldSample for Script {
    fn should_sample(
        &self,
        _: Option<&Context>,
        _: TraceId,
        _: &str,
        _: &SpanKind,
        _: &[KeyValue],
        _: &[Link],
    ) -> SamplingResult {
        let known = Self::read(|next| (next.is_sampled(), next.trace_state().clone()));
        let (sampled, trace_state) = known.unwrap_or((false, TraceState::NONE));
        let decision = if sampled { SamplingDecision::RecordAndSample } else { SamplingDecision::RecordOnly };
        SamplingResult { decision, attributes: Vec::new(), trace_state }
    }
}
