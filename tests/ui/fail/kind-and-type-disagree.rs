use telemetry_runtime::{Gauge, MetricSet};

#[derive(MetricSet)]
struct Metrics {
    /// Entities processed.
    #[metric(counter = "entities.processed")]
    processed: Gauge<u64>,
}

fn main() {
    let _ = &Metrics::get().processed;
}
