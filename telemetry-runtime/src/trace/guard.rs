//! The span of a call that stays on its thread, and how any span starts.

use std::sync::Arc;
use std::thread;

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceId};
use opentelemetry_sdk::trace::SamplingDecision;

use super::build::owner_key;
use super::exception;
use super::install::{self, Recorder};
use super::parent::Parent;
use super::proxy::RecordSpan;
use super::record::Record;
use super::sampler::Verdict;
use super::site::SpanSite;
use super::value::StartAttributes;
use crate::call::{CallEnd, CallPart};
use crate::clock::Moment;
use crate::context::{self, Attached};

/// How a span started.
pub(crate) enum Opened {
    /// Nothing is recorded, and nothing is to be made current.
    Off,
    /// It is not recorded, and neither is its parent, whose context stays current.
    Passing(Context),
    /// It is not recorded; the context says so to whatever it calls.
    Unsampled(Context),
    /// It is recorded.
    Recorded(Context, Arc<Record>),
}

/// Starts a span. `fill` is called if the span is recorded, or if a custom sampler wants to
/// see its attributes; at most once.
#[inline]
pub(crate) fn open(
    site: &'static SpanSite,
    parent: Parent,
    mut fill: impl FnMut(&mut StartAttributes),
) -> Opened {
    match install::active() {
        None => Opened::Off,
        Some(state) => open_active(state, site, parent, &mut fill),
    }
}

/// The part of [`open`] that is the same for all functions.
fn open_active(
    state: u32,
    site: &'static SpanSite,
    parent: Parent,
    fill: &mut dyn FnMut(&mut StartAttributes),
) -> Opened {
    let Some(current) = context::current() else {
        return Opened::Off;
    };
    if current.is_telemetry_suppressed() {
        return Opened::Off;
    }
    #[cfg(any(test, feature = "testing"))]
    let context = context::within_capture_of(&current.clone(), parent.resolve(current));
    #[cfg(not(any(test, feature = "testing")))]
    let context = parent.resolve(current);
    if context.is_telemetry_suppressed() {
        return Opened::Passing(context);
    }
    let Some(recorder) = install::recorder(state, &context) else {
        return Opened::Off;
    };
    if site.root {
        start(recorder, site, &Parent::without_span(&context), fill)
    } else {
        start(recorder, site, &context, fill)
    }
}

fn start(
    recorder: &'static Recorder,
    site: &'static SpanSite,
    parent_context: &Context,
    fill: &mut dyn FnMut(&mut StartAttributes),
) -> Opened {
    let parent_span = parent_context.span();
    // A context can hold a span without ids, which is no parent.
    let parent = Some(parent_span.span_context()).filter(|parent| parent.is_valid());
    let trace_id = parent.map_or_else(|| new_trace_id(recorder), SpanContext::trace_id);
    let mut trace_state = parent.map(|parent| parent.trace_state().clone()).unwrap_or_default();
    let mut attributes = StartAttributes::new(recorder);
    let decision = match recorder.sampler.judge(parent, trace_id) {
        Verdict::Sample => {
            fill(&mut attributes);
            SamplingDecision::RecordAndSample
        }
        Verdict::Drop => SamplingDecision::Drop,
        Verdict::Ask(sampler) => {
            attributes.set(owner_key(site.scope), site.scope.id());
            fill(&mut attributes);
            let content = &attributes.content;
            let kind = content.kind.unwrap_or(site.kind).into();
            let result = sampler.should_sample(
                Some(parent_context),
                trace_id,
                content.name.as_deref().unwrap_or(site.name),
                &kind,
                &content.attributes,
                &content.links,
            );
            for attribute in result.attributes {
                attributes.content.set_attribute(attribute, &recorder.limits);
            }
            trace_state = result.trace_state;
            result.decision
        }
    };
    if decision == SamplingDecision::Drop
        && let Some(parent) = parent
        && !parent.is_sampled()
        && !parent.is_remote()
        && !parent_span.is_recording()
    {
        return Opened::Passing(parent_context.clone());
    }
    let flags = parent.map(SpanContext::trace_flags).unwrap_or_default();
    let flags = flags.with_sampled(decision == SamplingDecision::RecordAndSample);
    let span_context = SpanContext::new(trace_id, new_span_id(recorder), flags, false, trace_state);
    if decision == SamplingDecision::Drop {
        return Opened::Unsampled(parent_context.with_remote_span_context(span_context));
    }
    let record = Arc::new(Record::new(site, recorder, span_context, parent, attributes.content));
    if let Some(processors) = &recorder.processors {
        processors.started(&record, parent_context);
    }
    #[cfg(any(test, feature = "testing"))]
    super::log::opened(parent_context, &record);
    Opened::Recorded(parent_context.with_span(RecordSpan(Arc::clone(&record))), record)
}

fn new_trace_id(recorder: &Recorder) -> TraceId {
    loop {
        let id = recorder.ids.new_trace_id();
        if id != TraceId::INVALID {
            return id;
        }
    }
}

fn new_span_id(recorder: &Recorder) -> SpanId {
    loop {
        let id = recorder.ids.new_span_id();
        if id != SpanId::INVALID {
            return id;
        }
    }
}

/// The span of a call that stays on its thread. It is current until it ends.
#[derive(Debug)]
#[must_use = "a span ends when its guard is dropped"]
pub struct SpanGuard {
    record: Option<Arc<Record>>,
    attached: Attached,
}

impl SpanGuard {
    /// Starts a span.
    // Out of line: it is the same for all functions.
    #[inline(never)]
    pub fn enter(site: &'static SpanSite) -> Self {
        Self::from_opened(open(site, Parent::AT_START, |_| ()))
    }

    /// Starts a span with attributes, which are evaluated only if it is recorded.
    #[inline]
    pub fn enter_with(site: &'static SpanSite, attributes: impl FnOnce(&mut StartAttributes)) -> Self {
        Self::enter_below(site, Parent::AT_START, attributes)
    }

    /// The same below a parent that `parent =` gave.
    #[inline]
    pub fn enter_below(
        site: &'static SpanSite,
        parent: Parent,
        attributes: impl FnOnce(&mut StartAttributes),
    ) -> Self {
        let mut attributes = Some(attributes);
        Self::from_opened(open(site, parent, |start| {
            if let Some(attributes) = attributes.take() {
                attributes(start);
            }
        }))
    }

    #[inline(never)]
    fn from_opened(opened: Opened) -> Self {
        let (record, attached) = match opened {
            Opened::Off | Opened::Passing(_) => (None, Attached::NONE),
            Opened::Unsampled(context) => (None, Attached::new(context)),
            Opened::Recorded(context, record) => (Some(record), Attached::new(context)),
        };
        Self { record, attached }
    }
}

impl CallPart for SpanGuard {
    fn started(&self) -> Option<Moment> {
        self.record.as_ref().map(|record| record.started)
    }

    fn is_timed(&self) -> bool {
        self.record.is_some()
    }

    fn wants_texts(&self) -> bool {
        self.record.as_ref().is_some_and(|record| record.recorder.error_texts)
    }

    fn finish(&mut self, end: &CallEnd) {
        self.attached = Attached::NONE;
        if let Some(record) = self.record.take() {
            exception::end(record, end);
        }
    }
}

impl Drop for SpanGuard {
    /// Ends a span that no call has ended.
    fn drop(&mut self) {
        if let Some(started) = self.started() {
            let end = CallEnd::now(started, thread::panicking());
            self.finish(&end);
        }
    }
}
