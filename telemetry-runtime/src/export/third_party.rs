//! A meter provider for third-party code whose callbacks may panic.
//!
//! The SDK runs callbacks under a lock: one that panics closes the lock, and no third-party metric of the process is
//! ever collected again. So callbacks are wrapped on their way into the SDK, which otherwise does all the work.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use opentelemetry::InstrumentationScope;
use opentelemetry::metrics::{
    AsyncInstrumentBuilder, Counter, Gauge, Histogram, HistogramBuilder, InstrumentBuilder,
    InstrumentProvider, Meter, MeterProvider, ObservableCounter, ObservableGauge, ObservableUpDownCounter,
    UpDownCounter,
};
use opentelemetry_sdk::metrics::SdkMeterProvider;

/// An [`SdkMeterProvider`] with guarded callbacks.
pub(crate) struct GuardedMeterProvider {
    provider: SdkMeterProvider,
    panics: Arc<AtomicUsize>,
}

impl GuardedMeterProvider {
    /// Guards `provider`; `panics` counts the calls of callbacks that panicked.
    pub(super) fn new(provider: SdkMeterProvider, panics: Arc<AtomicUsize>) -> Self {
        Self { provider, panics }
    }
}

impl MeterProvider for GuardedMeterProvider {
    fn meter_with_scope(&self, scope: InstrumentationScope) -> Meter {
        let meter = self.provider.meter_with_scope(scope);
        Meter::new(Arc::new(GuardedMeter { meter, panics: self.panics.clone() }))
    }
}

struct GuardedMeter {
    meter: Meter,
    panics: Arc<AtomicUsize>,
}

/// Makes the same instrument on the SDK's meter.
macro_rules! pass_on {
    ($($name:ident -> $instrument:ty;)*) => {$(
        fn $name(&self, builder: InstrumentBuilder<'_, $instrument>) -> $instrument {
            let mut inner = self.meter.$name(builder.name);
            inner.description = builder.description;
            inner.unit = builder.unit;
            inner.build()
        }
    )*};
}

macro_rules! pass_on_histogram {
    ($($name:ident -> $instrument:ty;)*) => {$(
        fn $name(&self, builder: HistogramBuilder<'_, $instrument>) -> $instrument {
            let mut inner = self.meter.$name(builder.name);
            inner.description = builder.description;
            inner.unit = builder.unit;
            inner.boundaries = builder.boundaries;
            inner.build()
        }
    )*};
}

macro_rules! guard {
    ($($name:ident -> $instrument:ty, $number:ty;)*) => {$(
        fn $name(&self, builder: AsyncInstrumentBuilder<'_, $instrument, $number>) -> $instrument {
            let mut inner = self.meter.$name(builder.name);
            inner.description = builder.description;
            inner.unit = builder.unit;
            for callback in builder.callbacks {
                let panics = self.panics.clone();
                inner = inner.with_callback(move |observer| {
                    if catch_unwind(AssertUnwindSafe(|| callback(observer))).is_err() {
                        panics.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            inner.build()
        }
    )*};
}

impl InstrumentProvider for GuardedMeter {
    pass_on! {
        u64_counter -> Counter<u64>;
        f64_counter -> Counter<f64>;
        i64_up_down_counter -> UpDownCounter<i64>;
        f64_up_down_counter -> UpDownCounter<f64>;
        u64_gauge -> Gauge<u64>;
        i64_gauge -> Gauge<i64>;
        f64_gauge -> Gauge<f64>;
    }
    pass_on_histogram! {
        u64_histogram -> Histogram<u64>;
        f64_histogram -> Histogram<f64>;
    }
    guard! {
        u64_observable_counter -> ObservableCounter<u64>, u64;
        f64_observable_counter -> ObservableCounter<f64>, f64;
        i64_observable_up_down_counter -> ObservableUpDownCounter<i64>, i64;
        f64_observable_up_down_counter -> ObservableUpDownCounter<f64>, f64;
        u64_observable_gauge -> ObservableGauge<u64>, u64;
        i64_observable_gauge -> ObservableGauge<i64>, i64;
        f64_observable_gauge -> ObservableGauge<f64>, f64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::sdk_bridge::SdkReader;
    use crate::metrics::{Metric, MetricData, Number};

    fn guarded() -> (GuardedMeterProvider, SdkReader) {
        let reader = SdkReader::new();
        let provider = SdkMeterProvider::builder().with_reader(reader.clone()).build();
        (reader.guard(provider), reader)
    }

    fn metrics(reader: &SdkReader) -> Vec<Metric> {
        let mut metrics: Vec<Metric> =
            reader.read().unwrap().scopes.into_iter().flat_map(|scope| scope.metrics).collect();
        metrics.sort_by(|a, b| a.name.cmp(&b.name));
        metrics
    }

    #[test]
    fn a_callback_that_panics_every_time_costs_its_own_metric_only() {
        let (provider, reader) = guarded();
        let meter = provider.meter("third-party");
        let _bad = meter.u64_observable_gauge("bad").with_callback(|_| panic!("as the test says")).build();
        let _good =
            meter.i64_observable_gauge("good").with_callback(|observer| observer.observe(7, &[])).build();
        for panics in 1..=3 {
            let metrics = metrics(&reader);
            assert_eq!(metrics.iter().map(|metric| &*metric.name).collect::<Vec<_>>(), ["good"]);
            let MetricData::Gauge { points } = &metrics[0].data else { panic!("{metrics:?}") };
            assert_eq!(points[0].value, Number::I64(7));
            assert_eq!(reader.panics(), panics);
        }
    }

    #[test]
    fn instruments_keep_everything_they_were_built_with() {
        let (provider, reader) = guarded();
        let scope = InstrumentationScope::builder("third-party").with_version("2").build();
        let meter = provider.meter_with_scope(scope);
        meter.u64_counter("a").with_unit("By").with_description("Text.").build().add(1, &[]);
        meter.f64_histogram("b").with_boundaries(vec![1.0, 4.0]).with_unit("s").build().record(2.0, &[]);
        let _c = meter
            .f64_observable_counter("c")
            .with_unit("s")
            .with_callback(|observer| observer.observe(0.5, &[]))
            .build();
        let metrics = metrics(&reader);
        let texts = |metric: &Metric| (metric.unit.to_string(), metric.description.to_string());
        assert_eq!(texts(&metrics[0]), ("By".to_owned(), "Text.".to_owned()));
        let MetricData::Histogram { bounds, .. } = &metrics[1].data else { panic!("{metrics:?}") };
        assert_eq!(**bounds, [1.0, 4.0]);
        assert_eq!(metrics[2].unit, "s");
        assert_eq!(reader.read().unwrap().scopes[0].scope.version.as_deref(), Some("2"));
    }
}
