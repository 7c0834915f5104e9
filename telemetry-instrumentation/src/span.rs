//! A span whose name only the running program knows, and whose end is told by hand.

use std::borrow::Cow;
use std::ops::Deref;

use telemetry_runtime::Scope;
use telemetry_runtime::services::{PluginTelemetry, SpanHandle, SpanOptions};
use telemetry_runtime::trace::Status;

/// How what a span stands for ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Ok,
    /// With an `error.type`, which is one of few words.
    Error(Cow<'static, str>),
    Panic,
    Cancelled,
}

impl End {
    /// The value of the attribute `outcome`, as the metrics of functions have it.
    pub(crate) fn outcome(&self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error(_) => "error",
            Self::Panic => "panic",
            Self::Cancelled => "cancelled",
        }
    }

    /// `error.type`.
    pub(crate) fn error_type(&self) -> Option<&str> {
        match self {
            Self::Ok | Self::Cancelled => None,
            Self::Error(kind) => Some(kind),
            Self::Panic => Some("panic"),
        }
    }
}

/// A span between its start and its end.
#[derive(Debug)]
pub(crate) struct OpenSpan(SpanHandle);

impl OpenSpan {
    /// Starts a span of a core service.
    pub(crate) fn start(scope: Scope, name: String, options: SpanOptions) -> Self {
        Self(PluginTelemetry::new(scope).tracing().start_span(name, options))
    }

    /// Ends the span. Where a panic ends it, the thread unwinds, and the handle itself notes what the panic said.
    pub(crate) fn end(self, end: &End) {
        match end {
            End::Ok | End::Panic => {}
            End::Error(kind) => {
                self.set_attribute("error.type", kind.clone());
                self.set_status(Status::error(""));
            }
            End::Cancelled => self.set_attribute("outcome", end.outcome()),
        }
    }
}

impl Deref for OpenSpan {
    type Target = SpanHandle;

    fn deref(&self) -> &SpanHandle {
        &self.0
    }
}
