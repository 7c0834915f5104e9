use telemetry_runtime::{Counter, MetricSet};

#[derive(MetricSet)]
struct Metrics {
    /// Entities processed.
    processed: Counter<u64>,
}

fn main() {
    let _ = &Metrics::get().processed;
}
