use telemetry_runtime::{Counter, MetricSet};

#[derive(MetricSet)]
struct Metrics {
    /// Entities processed.
    #[metric(counter = "entities.processed", units = "{entity}")]
    processed: Counter<u64>,
}

fn main() {
    let _ = &Metrics::get().processed;
}
