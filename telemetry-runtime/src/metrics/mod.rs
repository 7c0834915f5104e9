//! The typed store, the instruments, and their collection.

mod attributes;
mod buckets;
mod callbacks;
mod cells;
mod collect;
mod descriptor;
mod function;
mod health;
mod instruments;
mod meter;
mod number;
mod registry;
mod set;
mod snapshot;
mod store;
#[cfg(test)]
mod testing;

pub use attributes::{AttributeRef, AttributeValue, FreeAttributes, Label, MetricAttributes};
#[doc(hidden)]
pub use attributes::{assert_combinations, combinations, text_value, visit_values};
pub use callbacks::{Callback, CallbackHandle, Observer};
pub use collect::{MeterNaming, Naming, collect, observe, read};
pub use descriptor::{Descriptor, InstrumentKind, NumberKind};
#[doc(hidden)]
pub use function::{CallValue, Existing, FnInstrument, FnMetrics, MetricGuard, On};
pub use instruments::{
    Counter, Gauge, Histogram, Instrument, ObservableCounter, ObservableGauge, ObservableUpDownCounter,
    UpDownCounter,
};
pub use meter::{
    DynamicCounter, DynamicGauge, DynamicHistogram, DynamicObservableCounter, DynamicObservableGauge,
    DynamicObservableUpDownCounter, DynamicUpDownCounter, InstrumentBuilder, Meter,
};
pub use number::{CounterNumber, GaugeNumber, HistogramNumber, MetricNumber, UpDownNumber};
pub(crate) use registry::set_cardinality_limit;
pub use registry::{Conflict, Declared, Place, check, declared};
pub use set::MetricSet;
pub use snapshot::*;
