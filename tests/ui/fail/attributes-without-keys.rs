use telemetry_runtime::{Counter, MetricSet};

#[derive(MetricSet)]
struct Metrics {
    /// Entities processed.
    #[metric(counter = "entities.processed")]
    processed: Counter<u64, (bool, bool)>,
}

fn main() {
    let _ = &Metrics::get().processed;
}
