//! What generated code may name, and nothing else may.

pub use inventory;

pub use crate::bootstrap::run_main;
pub use crate::call::{
    Call, CallEnd, CallPart, Inspect, InspectAny, InspectAsError, InspectBoxed, InspectDebug, InspectDisplay,
    InspectError, InspectResult, NoMetrics, NoSpan, Prepared, Traced, call_once, traced,
};
pub use crate::metrics::{
    AttributeData, AttributeValue, Callback, Declared, Descriptor, Instrument, InstrumentKind,
    MetricAttributes, MetricSet, NumberKind, Observer, combinations, text_value, visit_values,
};
pub use crate::plugin::{Plugin, Scope};
pub use crate::trace::{SpanGuard, SpanKind, SpanSite, StartAttributes, TaskSpan};
