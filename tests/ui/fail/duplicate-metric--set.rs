use telemetry_runtime::{Counter, Histogram, MetricSet};

#[derive(MetricSet)]
struct Metrics {
    /// Entities processed.
    #[metric(counter = "entities.processed", unit = "{entity}")]
    processed: Counter<u64>,
    /// Time to process an entity.
    #[metric(histogram = "entities.processed", unit = "s")]
    duration: Histogram<f64>,
}

fn main() {
    let _ = &Metrics::get().processed;
}
