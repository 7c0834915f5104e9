use telemetry_runtime::{Counter, MetricSet};

type Number = i64;

#[derive(MetricSet)]
struct Metrics {
    /// Entities processed.
    #[metric(counter = "entities.processed")]
    processed: Counter<Number>,
}

fn main() {
    let _ = &Metrics::get().processed;
}
