//! OpenTelemetry's context beside our spans, in each mode: the cases by their numbers in `docs/context.md`.

mod captured;
mod edges;
mod lean;
mod parents;
mod permanent;
mod shown;

use std::collections::HashMap;

use opentelemetry::Context;
use opentelemetry::propagation::{TextMapPropagator, text_map_propagator::FieldIter};
use opentelemetry::trace::{SpanContext, TraceContextExt};
use opentelemetry_sdk::propagation::TraceContextPropagator;

use super::super::settings::ContextMode;
use super::{Capture, TraceSettings};
use crate::context::propagator::Exact;
use crate::plugin::Scope;
use crate::trace::SpanSite;

static LEAF: SpanSite = SpanSite::new("leaf", Scope::plugin("catalog"));
static LAST: SpanSite = SpanSite::new("last", Scope::plugin("catalog"));
static AFTER: SpanSite = SpanSite::new("after", Scope::plugin("catalog"));

/// Runs a case in each mode, with a recorder of its own.
fn each_mode(case: impl Fn(&Capture, ContextMode)) {
    for mode in [ContextMode::Observed, ContextMode::Permanent, ContextMode::Eager] {
        let capture = Capture::with(TraceSettings { context: mode, ..TraceSettings::default() });
        assert!(cfg!(not(feature = "context-observer")) || capture.recorder.mode == mode);
        case(&capture, mode);
        assert_eq!(shown(), SpanContext::NONE, "the context is as it was, {mode:?}");
    }
}

/// The span that the current context shows to those who read it directly.
fn shown() -> SpanContext {
    Context::current().span().span_context().clone()
}

/// The header that a request gets which is sent in a context.
fn traceparent(context: &Context) -> String {
    let propagator = Exact(TraceContextPropagator::new());
    let _: FieldIter<'_> = propagator.fields();
    let mut headers = HashMap::new();
    propagator.inject_context(context, &mut headers);
    headers.remove("traceparent").unwrap_or_default()
}
