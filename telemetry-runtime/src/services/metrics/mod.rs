//! Instruments by hand, with names that only the running program knows.

mod backend;
mod builder;
mod guards;
mod handle;
mod instruments;
mod observables;

pub use backend::{InstrumentSpec, Measure, MetricsBackend, ObserverCallback};
pub(crate) use backend::{install, uninstall};
pub use builder::{BuildInstrument, ServiceInstrumentBuilder};
pub use guards::{InFlight, Timer};
pub use instruments::{CounterHandle, GaugeHandle, HistogramHandle, UpDownCounterHandle};
pub use observables::{
    CallbackToken, ObservableCounterHandle, ObservableGaugeHandle, ObservableUpDownCounterHandle,
};

use crate::metrics::{CounterNumber, GaugeNumber, HistogramNumber, InstrumentKind, UpDownNumber};
use crate::plugin::Scope;

/// Makes the instruments of one plugin or core service at run time; from
/// [`PluginTelemetry::metrics`](super::PluginTelemetry::metrics).
///
/// A name is `{category}.{name}`, and is exported as `backstage.plugin.{id}.{category}.{name}`; one that starts with `::`
/// gets no prefix. Names, units and buckets are checked when the instrument is made. An instrument lives as long as the
/// process: asking for an equal one gives the same values. Its series are bounded by `telemetry.metrics.cardinalityLimit`.
///
/// Measurements count from the first instruction of the program on, started or not. Where the names are known to the
/// compiler, [`#[derive(MetricSet)]`](derive@crate::MetricSet) checks them there, and records in a few instructions.
///
/// ```
/// let metrics = telemetry_runtime::plugin("catalog")?.metrics();
/// let retries = metrics
///     .create_counter::<u64>("source.retries")
///     .unit("{retry}")
///     .description("Requests to a source that were sent again.")
///     .build()?;
/// retries.add(1);
/// retries.add_with(2, [("host", "example.org".into())]);
/// # Ok::<(), telemetry_runtime::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct MetricsService {
    scope: Scope,
}

impl MetricsService {
    pub(super) fn new(scope: Scope) -> Self {
        Self { scope }
    }

    /// Who the instruments belong to.
    pub fn scope(&self) -> Scope {
        self.scope
    }
}

macro_rules! create {
    ($($(#[$doc:meta])* $method:ident: $handle:ident<$number:ident> = $kind:ident),+ $(,)?) => {
        impl MetricsService {
            $($(#[$doc])*
            pub fn $method<'a, T: $number>(
                &self,
                name: &'a str,
            ) -> ServiceInstrumentBuilder<'a, $handle<T>> {
                ServiceInstrumentBuilder::new(self.scope, InstrumentKind::$kind, name)
            })+
        }
    };
}

create! {
    /// A sum that only grows, of `u64` or `f64`.
    create_counter: CounterHandle<CounterNumber> = Counter,
    /// A sum that goes up and down, of `i64` or `f64`.
    create_up_down_counter: UpDownCounterHandle<UpDownNumber> = UpDownCounter,
    /// A distribution, of `u64` or `f64`.
    create_histogram: HistogramHandle<HistogramNumber> = Histogram,
    /// A last value, of `u64`, `i64` or `f64`.
    create_gauge: GaugeHandle<GaugeNumber> = Gauge,
    /// A growing sum that is read at collection, of `u64` or `f64`.
    create_observable_counter: ObservableCounterHandle<CounterNumber> = ObservableCounter,
    /// A sum that goes up and down and is read at collection, of `i64` or `f64`.
    create_observable_up_down_counter: ObservableUpDownCounterHandle<UpDownNumber> = ObservableUpDownCounter,
    /// A value that is read at collection, of `u64`, `i64` or `f64`.
    create_observable_gauge: ObservableGaugeHandle<GaugeNumber> = ObservableGauge,
}
