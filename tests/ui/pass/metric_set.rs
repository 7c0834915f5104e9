//! Structs as sets of instruments: all seven, in every way to write them.

#![deny(warnings)]

use telemetry_runtime::{
    Counter, Gauge, Histogram, MetricAttributes, MetricSet, ObservableCounter, ObservableGauge,
    ObservableUpDownCounter, Observer, Scope, UpDownCounter,
};

const SECONDS: &[f64] = &[0.1, 1.0, 10.0];
const TEXT: &str = "The length of the queue.";

#[derive(Clone, Copy, MetricAttributes)]
pub struct Processed {
    changed: bool,
}

fn count(observer: &mut Observer<'_, u64>) {
    observer.observe(3);
}

fn length(observer: &mut Observer<'_, i64, Processed>) {
    observer.observe_with(3, Processed { changed: true });
}

/// Metrics of the catalog.
#[derive(Debug, MetricSet)]
#[metric_set(plugin = "catalog")]
pub struct CatalogMetrics {
    /// Entities processed.
    #[metric(counter = "entities.processed", unit = "{entity}")]
    pub processed: Counter<u64, Processed>,
    /// Time to process
    /// one entity.
    ///
    /// Not a part of the description.
    #[metric(histogram("processing.duration", unit = "s", buckets = [0.1, 0.5, 1, 5]))]
    duration: Histogram<f64>,
    #[metric(histogram = "processing.delay", unit = "s", buckets = SECONDS)]
    delay: telemetry_runtime::Histogram<f64, Processed>,
    #[metric(up_down_counter = "queue.length", description = TEXT)]
    length: UpDownCounter<i64>,
    #[metric(gauge = "queue.age", description = "The age of the oldest entry.", unit = "s")]
    age: Gauge<f64>,
    #[metric(observable_counter = "cpu.time", unit = "s")]
    cpu: ObservableCounter<f64>,
    #[metric(observable_up_down_counter = "queue.entries", callback = length)]
    entries: ObservableUpDownCounter<i64, Processed>,
    #[metric(observable_gauge("entities.count", callback = count))]
    entities: ObservableGauge<u64>,
    #[metric(counter = "::http.server.requests", unit = "{request}")]
    absolute: Counter<u64>,
    #[metric(counter("Odd-Name.but/legal", allow(style)))]
    odd: Counter<f64>,
    #[metric(counter = "events.total")]
    total: Counter<u64>,
}

/// A set for any attributes.
#[derive(MetricSet)]
struct Of<A: MetricAttributes> {
    #[metric(counter = "things.seen")]
    seen: Counter<u64, A>,
}

type Entities = Counter<u64>;

/// The type of a field may have another name.
#[derive(MetricSet)]
struct Aliased {
    #[metric(counter = "aliased.entities")]
    entities: Entities,
}

#[derive(MetricSet)]
struct Empty {}

/// The callback may be a function of the set, and a set that is only made for other plugins is used, too. Nobody has to
/// read an observable.
#[derive(MetricSet)]
struct Observed {
    #[metric(observable_gauge = "observed.count", callback = Self::count)]
    count: ObservableGauge<u64>,
}

impl Observed {
    fn count(observer: &mut Observer<'_, u64>) {
        observer.observe(1);
    }
}

/// The line before the field `name` of `CatalogMetrics`, counted in this file.
fn line_of(name: &str) -> u32 {
    let source = include_str!("metric_set.rs");
    let fields = [format!("pub {name}: "), format!("    {name}: ")];
    let found = source.lines().position(|line| fields.iter().any(|field| line.contains(field.as_str())));
    found.unwrap_or_default() as u32
}

static METRICS: &CatalogMetrics = CatalogMetrics::get();

fn main() {
    METRICS.processed.add_with(2, Processed { changed: true });
    METRICS.duration.record(0.2);
    METRICS.delay.record_with(0.2, Processed { changed: false });
    METRICS.length.add(-1);
    METRICS.age.set(1.5);
    METRICS.absolute.add(1);
    METRICS.odd.add(0.5);
    METRICS.total.add(1);
    let handle = METRICS.cpu.observe_with(|observer| observer.observe(1.5));
    drop(handle);
    let _ = (&METRICS.entries, &METRICS.entities);

    // A metric is declared at its name, not at the derive.
    let line = |name: &str| {
        let found = telemetry_runtime::metrics::declared().find(|metric| metric.name() == name);
        found.map(|metric| metric.location().line())
    };
    assert_eq!(line("entities.processed"), Some(line_of("processed")));
    assert_eq!(line("queue.age"), Some(line_of("age")));

    let other = CatalogMetrics::for_plugin(Scope::plugin("other"));
    other.processed.add_with(1, Processed { changed: true });
    let generic = Of::<Processed>::for_plugin(Scope::plugin("other"));
    generic.seen.add_with(1, Processed { changed: true });
    Aliased::get().entities.add(1);
    let _ = Empty::get();
    drop(Observed::for_plugin(Scope::plugin("other")));
}
