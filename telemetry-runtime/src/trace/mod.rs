//! The span recorder.
//!
//! A span is recorded by a recorder of our own, shaped for functions: it writes a record of a call, hands the
//! finished one to a bounded queue, and lets the exporter's thread build OpenTelemetry's `SpanData` from it. While a
//! span is open, an `opentelemetry::Context` with a span of ours in it is current, so third-party code sees the exact
//! parent and can write to it; third-party spans come to the same queue through [`ThirdPartySpans`].

mod attributes;
mod build;
mod cells;
mod content;
mod current;
mod exception;
mod guard;
mod ids;
mod install;
mod live;
#[cfg(any(test, feature = "testing"))]
mod log;
mod open;
mod panics;
mod parent;
mod passing;
mod processors;
mod proxy;
pub mod queue;
mod record;
mod sampler;
mod settings;
mod shortcut;
mod site;
mod start;
mod target;
mod task;
mod third_party;
mod value;

pub(crate) use build::owner_key;
pub use current::{CurrentSpan, EventAttributes, span};
pub(crate) use exception::{EXCEPTION, attributes_of};
pub use guard::SpanGuard;
pub use install::{install, uninstall};
pub(crate) use live::{LiveTracerProvider, set_tracer_provider};
#[cfg(any(test, feature = "testing"))]
pub(crate) use log::{Logged, SpanLog};
pub(crate) use panics::panic_since;
pub use parent::{Evaluated, Parent, SpanParent};
pub use processors::Processors;
pub use sampler::Sampler;
pub use settings::{ContextMode, SpanLimits, TraceSettings, TracerScope};
pub use site::{SpanKind, SpanSite};
pub use start::StartAttributes;
pub use task::TaskSpan;
pub use third_party::{ThirdPartySpans, tracer_provider};
pub use value::{SpanArrayItem, SpanValue};

/// OpenTelemetry's types that [`CurrentSpan`] takes, so that users need no dependency on its crate of the same version.
pub use opentelemetry::KeyValue;
pub use opentelemetry::trace::{SpanContext, Status};

#[cfg(test)]
mod tests;
