use telemetry_runtime::{Counter, Gauge, MetricSet};

type Entities = Gauge<u64>;

#[derive(MetricSet)]
struct Metrics {
    /// Entities processed.
    #[metric(counter = "entities.processed")]
    processed: Entities,
    /// Entities waiting.
    #[metric(counter = "entities.waiting")]
    waiting: Counter<u64>,
}

fn main() {
    let _ = &Metrics::get().processed;
}
