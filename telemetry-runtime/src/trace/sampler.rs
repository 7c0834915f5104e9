//! Which spans are recorded.

use opentelemetry::trace::{Link, SpanContext, SpanKind, SpanRef, TraceContextExt, TraceId};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{self as sdk, SamplingDecision, SamplingResult, ShouldSample};

/// Which spans are recorded (OpenTelemetry specification, trace SDK, "Sampling").
///
/// The samplers of the specification decide by the parent and the trace id alone, so attributes are not evaluated
/// before they do. A custom one sees the attributes that a span starts with.
#[derive(Clone, Debug)]
pub enum Sampler {
    /// `always_on`
    AlwaysOn,
    /// `always_off`
    AlwaysOff,
    /// `traceidratio`: this share of the traces, 0 to 1.
    TraceIdRatio(f64),
    /// `parentbased_*`: as the parent was, and by the sampler inside where there is none.
    ParentBased(Box<Sampler>),
    /// Any other.
    Custom(Box<dyn ShouldSample>),
}

/// What a sampler said, or whom to ask.
#[derive(Debug)]
pub(crate) enum Verdict<'a> {
    Sample,
    Drop,
    Ask(&'a dyn ShouldSample),
}

impl Sampler {
    /// Decides what can be decided without the span's name and attributes. `parent` says whether a parent is sampled.
    #[inline]
    pub(crate) fn judge(&self, parent: Option<bool>, trace_id: TraceId) -> Verdict<'_> {
        match (self, parent) {
            (Self::ParentBased(_), Some(true)) | (Self::AlwaysOn, _) => Verdict::Sample,
            (Self::ParentBased(_), Some(false)) | (Self::AlwaysOff, _) => Verdict::Drop,
            _ => self.judge_root(trace_id),
        }
    }

    /// Decides without looking at the parent.
    #[inline]
    fn judge_root(&self, trace_id: TraceId) -> Verdict<'_> {
        let mut root = self;
        while let Self::ParentBased(inner) = root {
            root = inner;
        }
        let sampled = match root {
            Self::TraceIdRatio(ratio) => in_ratio(*ratio, trace_id),
            Self::Custom(sampler) => return Verdict::Ask(&**sampler),
            other => matches!(other, Self::AlwaysOn),
        };
        if sampled { Verdict::Sample } else { Verdict::Drop }
    }
}

/// The SDK's own arithmetic, so that both kinds of spans agree on a trace.
#[inline(never)]
fn in_ratio(ratio: f64, trace_id: TraceId) -> bool {
    let sampler = sdk::Sampler::TraceIdRatioBased(ratio);
    let result = sampler.should_sample(None, trace_id, "", &SpanKind::Internal, &[], &[]);
    result.decision == SamplingDecision::RecordAndSample
}

// The SDK's tracer asks the same sampler for third-party spans.
impl ShouldSample for Sampler {
    fn should_sample(
        &self,
        parent_context: Option<&Context>,
        trace_id: TraceId,
        name: &str,
        span_kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let parent = parent_context.map(TraceContextExt::span);
        let parent = parent.as_ref().map(SpanRef::span_context).filter(|parent| parent.is_valid());
        let decision = match self.judge(parent.map(SpanContext::is_sampled), trace_id) {
            Verdict::Sample => SamplingDecision::RecordAndSample,
            Verdict::Drop => SamplingDecision::Drop,
            Verdict::Ask(sampler) => {
                return sampler.should_sample(parent_context, trace_id, name, span_kind, attributes, links);
            }
        };
        SamplingResult {
            decision,
            attributes: Vec::new(),
            trace_state: parent.map(|parent| parent.trace_state().clone()).unwrap_or_default(),
        }
    }
}
