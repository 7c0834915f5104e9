use telemetry_runtime::{Counter, MetricSet};

#[derive(MetricSet)]
struct Metrics {
    /// Entities processed.
    #[metric(counter = "entities.processed")]
    processed: Counter<i64>,
}

fn main() {
    let _ = &Metrics::get().processed;
}
