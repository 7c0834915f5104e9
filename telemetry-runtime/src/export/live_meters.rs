//! The meters of `opentelemetry::global`: they follow the telemetry that runs.
//!
//! An instrument of the SDK belongs to its provider, and measures nothing once that was shut down; one of a program without
//! an SDK never does. So what third-party code gets and keeps are instruments of ours, which ask for the SDK's: one that was
//! made before the start, or before a restart, works after it. Without telemetry, measurements of third-party instruments
//! are not kept.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use opentelemetry::metrics::{
    AsyncInstrumentBuilder, Counter, Gauge, Histogram, HistogramBuilder, InstrumentBuilder,
    InstrumentProvider, Meter, MeterProvider, ObservableCounter, ObservableGauge, ObservableUpDownCounter,
    SyncInstrument, UpDownCounter,
};
use opentelemetry::{InstrumentationScope, KeyValue};

use super::third_party::GuardedMeterProvider;

/// The provider that measures now.
static PROVIDER: RwLock<Option<Arc<GuardedMeterProvider>>> = RwLock::new(None);

/// Counts the changes of [`PROVIDER`], so that an instrument notices that it holds an old one.
static GENERATION: AtomicU64 = AtomicU64::new(1);

/// Makes an observable instrument once more. Nobody can take one back, so it holds for every provider to come.
type Observe = Box<dyn Fn(&GuardedMeterProvider) + Send>;

/// All observable instruments.
static OBSERVABLES: Mutex<Vec<Observe>> = Mutex::new(Vec::new());

/// Has all meters measure with `provider` from now on, or not at all.
pub(crate) fn set_meter_provider(provider: Option<GuardedMeterProvider>) {
    // Held to the end: an observable that is just being made must not miss the provider, or meet it twice.
    let observables = OBSERVABLES.lock().unwrap_or_else(PoisonError::into_inner);
    let provider = provider.map(Arc::new);
    {
        let mut current = PROVIDER.write().unwrap_or_else(PoisonError::into_inner);
        current.clone_from(&provider);
        GENERATION.fetch_add(1, Ordering::Release);
    }
    if let Some(provider) = provider {
        observables.iter().for_each(|observe| observe(&provider));
    }
}

fn provider() -> (u64, Option<Arc<GuardedMeterProvider>>) {
    let provider = PROVIDER.read().unwrap_or_else(PoisonError::into_inner);
    // Under the lock, so that both belong together.
    (GENERATION.load(Ordering::Acquire), provider.clone())
}

/// The provider for `opentelemetry::global`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LiveMeterProvider;

impl MeterProvider for LiveMeterProvider {
    fn meter_with_scope(&self, scope: InstrumentationScope) -> Meter {
        Meter::new(Arc::new(LiveMeter { scope }))
    }
}

struct LiveMeter {
    scope: InstrumentationScope,
}

/// A synchronous instrument.
struct Live<I> {
    make: Box<dyn Fn(&GuardedMeterProvider) -> I + Send + Sync>,
    /// The SDK's instrument, and the generation it is of.
    bound: RwLock<(u64, Option<I>)>,
}

impl<I> Live<I> {
    fn new(make: impl Fn(&GuardedMeterProvider) -> I + Send + Sync + 'static) -> Self {
        Self { make: Box::new(make), bound: RwLock::new((0, None)) }
    }

    fn with(&self, measure: impl FnOnce(&I)) {
        let generation = GENERATION.load(Ordering::Acquire);
        {
            let bound = self.bound.read().unwrap_or_else(PoisonError::into_inner);
            if bound.0 == generation {
                if let Some(instrument) = &bound.1 {
                    measure(instrument);
                }
                return;
            }
        }
        let (generation, provider) = provider();
        let made = provider.map(|provider| (self.make)(&provider));
        if let Some(instrument) = &made {
            measure(instrument);
        }
        *self.bound.write().unwrap_or_else(PoisonError::into_inner) = (generation, made);
    }
}

macro_rules! measures {
    ($($instrument:ident, $method:ident: $($number:ty),*;)*) => {$($(
        impl SyncInstrument<$number> for Live<$instrument<$number>> {
            fn measure(&self, measurement: $number, attributes: &[KeyValue]) {
                self.with(|instrument| instrument.$method(measurement, attributes));
            }
        }
    )*)*};
}

measures! {
    Counter, add: u64, f64;
    UpDownCounter, add: i64, f64;
    Gauge, record: u64, i64, f64;
    Histogram, record: u64, f64;
}

macro_rules! follow {
    ($($name:ident -> $instrument:ident<$number:ty>;)*) => {$(
        fn $name(&self, builder: InstrumentBuilder<'_, $instrument<$number>>) -> $instrument<$number> {
            let (scope, name) = (self.scope.clone(), builder.name);
            let (description, unit) = (builder.description, builder.unit);
            $instrument::new(Arc::new(Live::new(move |provider| {
                let meter = provider.meter_with_scope(scope.clone());
                let mut inner = meter.$name(name.clone());
                inner.description.clone_from(&description);
                inner.unit.clone_from(&unit);
                inner.build()
            })))
        }
    )*};
}

macro_rules! follow_histogram {
    ($($name:ident -> $number:ty;)*) => {$(
        fn $name(&self, builder: HistogramBuilder<'_, Histogram<$number>>) -> Histogram<$number> {
            let (scope, name) = (self.scope.clone(), builder.name);
            let (description, unit, boundaries) = (builder.description, builder.unit, builder.boundaries);
            Histogram::new(Arc::new(Live::new(move |provider| {
                let meter = provider.meter_with_scope(scope.clone());
                let mut inner = meter.$name(name.clone());
                inner.description.clone_from(&description);
                inner.unit.clone_from(&unit);
                inner.boundaries.clone_from(&boundaries);
                inner.build()
            })))
        }
    )*};
}

macro_rules! observe {
    ($($name:ident -> $instrument:ident<$number:ty>;)*) => {$(
        fn $name(&self, builder: AsyncInstrumentBuilder<'_, $instrument<$number>, $number>) -> $instrument<$number> {
            let (scope, name) = (self.scope.clone(), builder.name);
            let (description, unit) = (builder.description, builder.unit);
            let callbacks: Arc<[_]> = builder.callbacks.into();
            let observe = move |provider: &GuardedMeterProvider| {
                let meter = provider.meter_with_scope(scope.clone());
                let mut inner = meter.$name(name.clone());
                inner.description.clone_from(&description);
                inner.unit.clone_from(&unit);
                for index in 0..callbacks.len() {
                    let callbacks = Arc::clone(&callbacks);
                    inner = inner.with_callback(move |observer| callbacks[index](observer));
                }
                inner.build();
            };
            let mut observables = OBSERVABLES.lock().unwrap_or_else(PoisonError::into_inner);
            if let (_, Some(provider)) = provider() {
                observe(&provider);
            }
            observables.push(Box::new(observe));
            $instrument::new()
        }
    )*};
}

impl InstrumentProvider for LiveMeter {
    follow! {
        u64_counter -> Counter<u64>;
        f64_counter -> Counter<f64>;
        i64_up_down_counter -> UpDownCounter<i64>;
        f64_up_down_counter -> UpDownCounter<f64>;
        u64_gauge -> Gauge<u64>;
        i64_gauge -> Gauge<i64>;
        f64_gauge -> Gauge<f64>;
    }
    follow_histogram! {
        u64_histogram -> u64;
        f64_histogram -> f64;
    }
    observe! {
        u64_observable_counter -> ObservableCounter<u64>;
        f64_observable_counter -> ObservableCounter<f64>;
        i64_observable_up_down_counter -> ObservableUpDownCounter<i64>;
        f64_observable_up_down_counter -> ObservableUpDownCounter<f64>;
        u64_observable_gauge -> ObservableGauge<u64>;
        i64_observable_gauge -> ObservableGauge<i64>;
        f64_observable_gauge -> ObservableGauge<f64>;
    }
}
