//! Two functions with spans, and what direct readers see in them.

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt};
use telemetry_runtime::{backstage_plugin, traced};

#[backstage_plugin(id = "catalog")]
pub(crate) mod catalog {
    use super::{SpanContext, shown, traced};

    #[traced]
    pub(crate) fn outer() -> [SpanContext; 2] {
        [shown(), inner()]
    }

    #[traced]
    pub(crate) fn inner() -> SpanContext {
        shown()
    }
}

/// The span that the current context shows to those who read it directly.
pub(crate) fn shown() -> SpanContext {
    Context::current().span().span_context().clone()
}
