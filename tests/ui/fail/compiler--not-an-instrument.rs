use telemetry_runtime::{Counter, MetricSet};

#[derive(MetricSet)]
struct Metrics {
    /// Entities processed.
    #[metric(counter = "entities.processed")]
    processed: Counter<u64>,
    /// Entities waiting.
    #[metric(gauge = "entities.waiting")]
    waiting: u64,
}

fn main() {
    let _ = &Metrics::get().processed;
}
