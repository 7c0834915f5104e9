//! The typed store, the instruments, and their collection.
//!
//! Metrics whose names are known are fields of a [`MetricSet`]; those that are only known at run time come from a
//! [`Meter`]. Both take measurements from the first instruction of the program on, started or not.
//!
//! ```
//! use telemetry_runtime::metrics::{FreeAttributes, Meter, Naming, collect};
//! use telemetry_runtime::{AttributeValue, Counter, MetricAttributes, MetricSet, Scope};
//!
//! #[derive(Clone, Copy, AttributeValue)]
//! enum Kind {
//!     Component,
//!     Api,
//! }
//!
//! #[derive(Clone, Copy, MetricAttributes)]
//! struct Processed {
//!     kind: Kind,
//! }
//!
//! #[derive(MetricSet)]
//! #[metric_set(plugin = "catalog")]
//! struct Metrics {
//!     /// Entities processed.
//!     #[metric(counter = "entities.processed", unit = "{entity}")]
//!     processed: Counter<u64, Processed>,
//! }
//!
//! Metrics::get().processed.add_with(1, Processed { kind: Kind::Api });
//!
//! let retries = Meter::new(Scope::plugin("catalog")).counter::<u64>("source.retries").unit("{retry}").build()?;
//! retries.add_with(1, FreeAttributes(&[("host", "example.org".into())]));
//!
//! let scopes = collect(&Naming::default());
//! let names: Vec<&str> = scopes.iter().flat_map(|scope| &scope.metrics).map(|metric| &*metric.name).collect();
//! assert!(names.contains(&"backstage.plugin.catalog.entities.processed"));
//! assert!(names.contains(&"backstage.plugin.catalog.source.retries"));
//! # Ok::<(), telemetry_runtime::Error>(())
//! ```

mod attribute_set;
mod attributes;
mod buckets;
mod by_attributes;
mod callbacks;
mod cells;
mod collect;
mod descriptor;
mod distribution;
mod exemplars;
mod function;
mod health;
mod instruments;
mod meter;
mod moved;
mod number;
mod registry;
mod set;
mod snapshot;
mod store;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod views;

pub use attributes::{AttributeRef, AttributeValue, FreeAttributes, Label, MetricAttributes};
#[doc(hidden)]
pub use attributes::{assert_combinations, combinations, text_value, visit_values, without_generated_keys};
pub(crate) use by_attributes::ByAttributes;
pub(crate) use callbacks::observe_once;
pub use callbacks::{Callback, CallbackHandle, Observer};
pub(crate) use collect::observe_scope;
pub use collect::{MeterNaming, Naming, collect, observe, read};
pub use descriptor::{Descriptor, InstrumentKind, NumberKind};
pub(crate) use exemplars::{ExemplarFilter, set_filter as set_exemplar_filter};
#[doc(hidden)]
pub use function::{CallValue, CallValues, Existing, FnInstrument, FnMetrics, MetricGuard, On};
pub use instruments::{
    Counter, Gauge, Histogram, Instrument, ObservableCounter, ObservableGauge, ObservableUpDownCounter,
    UpDownCounter,
};
pub use meter::{
    DynamicCounter, DynamicGauge, DynamicHistogram, DynamicObservableCounter, DynamicObservableGauge,
    DynamicObservableUpDownCounter, DynamicUpDownCounter, InstrumentBuilder, Meter, RunTimeInstrument,
};
pub use number::{CounterNumber, GaugeNumber, HistogramNumber, MetricNumber, UpDownNumber};
pub use registry::{Conflict, Declared, Place, check, declared};
pub(crate) use registry::{set_cardinality_limit, set_recording};
pub use set::MetricSet;
pub use snapshot::*;
#[cfg(any(test, feature = "testing"))]
pub(crate) use {collect::read_isolated, registry::Family, store::Isolated};
