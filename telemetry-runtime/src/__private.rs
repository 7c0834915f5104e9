//! What generated code may name, and nothing else may.

pub use inventory;
// What an attribute on a block puts on the functions inside, where the user's imports are not in scope.
pub use telemetry_macros::{metric, traced};
// What `#[telemetry_runtime::test]` is without its feature; always here, so that its message can be tested.
#[cfg(feature = "testing")]
pub use telemetry_macros::captured;
pub use telemetry_macros::test_without_feature;
pub use telemetry_naming::MetricName;

pub use crate::bootstrap::run_main;
pub use crate::call::{
    Call, CallEnd, CallPart, Inspected, Items, NoMetrics, NoSpan, NotInspected, PlainCall, Prepared, Probe,
    SpanState, Traced, TracedSpan, TracedStream, boxed, call_once, inspect, never, none_is_error, of, probe,
    probe_output, traced, traced_lazily, traced_span, traced_stream,
};
pub use crate::metrics::{
    AttributeData, AttributeValue, CallValue, Callback, Declared, Descriptor, Existing, FnInstrument,
    FnMetrics, Instrument, InstrumentKind, MetricAttributes, MetricGuard, MetricSet, NumberKind, Observer,
    On, assert_combinations, combinations, text_value, visit_values, without_generated_keys,
};
pub use crate::outcome::{DerivedError, TelemetryError};
pub use crate::plugin::{Plugin, Scope};
#[cfg(feature = "testing")]
pub use crate::testing::{Begun, current_capture, start_capture, start_only_capture};
pub use crate::trace::{Evaluated, Parent, SpanGuard, SpanKind, SpanSite, StartAttributes, TaskSpan};
