//! Spans of code that uses OpenTelemetry directly, on their way to the same queue.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry::trace::{Span as _, SpanId, TraceContextExt, TraceId};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{self as sdk, IdGenerator, SdkTracerProvider, SpanData, SpanProcessor};

use super::content::tidy;
use super::install::{self, Recorder};
use super::processors::Processors;
use super::queue::Finished;
use crate::context::slot;

/// The SDK's tracer provider with the sampler, limits and ids of the installed recorder, whose spans end in our queue.
/// `None` before [`install`](super::install()).
///
/// Set it as `opentelemetry::global`'s, and third-party spans and ours are parts of the same traces.
#[must_use]
pub fn tracer_provider(resource: Resource) -> Option<SdkTracerProvider> {
    install::installed().map(|recorder| provider_of(recorder, resource))
}

pub(crate) fn provider_of(recorder: &'static Recorder, resource: Resource) -> SdkTracerProvider {
    let limit = |limit: usize| u32::try_from(limit).unwrap_or(u32::MAX);
    let limits = &recorder.limits;
    let mut provider = SdkTracerProvider::builder()
        .with_sampler(recorder.sampler.clone())
        .with_id_generator(RecorderIds(recorder))
        .with_span_limits(sdk::SpanLimits {
            max_events_per_span: limit(limits.events),
            max_attributes_per_span: limit(limits.attributes),
            max_links_per_span: limit(limits.links),
            max_attributes_per_event: limit(limits.event_attributes),
            max_attributes_per_link: limit(limits.link_attributes),
        })
        .with_resource(resource);
    for processor in recorder.processors.iter().flat_map(Processors::each) {
        provider = provider.with_span_processor(processor);
    }
    if recorder.exports {
        provider = provider.with_span_processor(ThirdPartySpans { recorder });
    }
    provider.build()
}

#[derive(Debug)]
struct RecorderIds(&'static Recorder);

impl IdGenerator for RecorderIds {
    fn new_trace_id(&self) -> TraceId {
        self.0.ids.new_trace_id()
    }

    fn new_span_id(&self) -> SpanId {
        self.0.ids.new_span_id()
    }
}

/// A finished span of the SDK's.
#[derive(Debug)]
pub(crate) struct ThirdPartySpan {
    recorder: &'static Recorder,
    data: SpanData,
}

impl ThirdPartySpan {
    /// Applies what the SDK leaves out of the specification: one value for each key, and the limit of texts.
    pub(crate) fn tidied(mut self) -> SpanData {
        let span = &mut self.data;
        let limits = &self.recorder.limits;
        let length = limits.attribute_value_length;
        span.dropped_attributes_count += tidy(&mut span.attributes, limits.attributes, length);
        for event in &mut span.events.events {
            event.dropped_attributes_count += tidy(&mut event.attributes, limits.event_attributes, length);
        }
        for link in &mut span.links.links {
            link.dropped_attributes_count += tidy(&mut link.attributes, limits.link_attributes, length);
        }
        self.data
    }
}

/// The SDK's processor that puts finished third-party spans into our queue.
#[derive(Clone, Copy, Debug)]
pub struct ThirdPartySpans {
    recorder: &'static Recorder,
}

/// The parents of open spans that the SDK took for another one: a tracer of its own sees the span that a context was made for,
/// and not the one that is current in its slot.
static EXACT_PARENTS: [LazyLock<Mutex<HashMap<SpanId, SpanId>>>; 16] =
    [const { LazyLock::new(Mutex::default) }; 16];

fn exact_parents<R>(span: SpanId, f: impl FnOnce(&mut HashMap<SpanId, SpanId>) -> R) -> R {
    let shard = usize::from(span.to_bytes()[7]) % EXACT_PARENTS.len();
    f(&mut EXACT_PARENTS[shard].lock().unwrap_or_else(PoisonError::into_inner))
}

impl SpanProcessor for ThirdPartySpans {
    fn on_start(&self, span: &mut sdk::Span, parent: &Context) {
        if let Some(slot) = slot::behind(parent) {
            let (known, exact) = (parent.span().span_context().span_id(), slot.spot().span);
            // Where it has seen none, it has made a trace of its own.
            if known != exact && known != SpanId::INVALID {
                exact_parents(span.span_context().span_id(), |parents| {
                    parents.insert(span.span_context().span_id(), exact);
                });
            }
        }
    }

    fn on_end(&self, mut data: SpanData) {
        let exact = exact_parents(data.span_context.span_id(), |parents| {
            if parents.is_empty() { None } else { parents.remove(&data.span_context.span_id()) }
        });
        if let Some(parent) = exact {
            data.parent_span_id = parent;
        }
        if data.span_context.is_sampled() {
            let recorder = self.recorder;
            recorder.queue.push(Finished::ThirdParty(Box::new(ThirdPartySpan { recorder, data })));
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}
