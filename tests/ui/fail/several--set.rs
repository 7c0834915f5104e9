use telemetry_runtime::{Counter, Gauge, MetricSet};

#[derive(MetricSet)]
struct Metrics {
    /// Entities processed.
    #[metric(counter = "processed", unit = "entities")]
    processed: Counter<u64>,
    /// Time to process an entity.
    #[metric(histogram = "processing.duration", unit = "sec", buckets = [1, 1])]
    duration: Gauge<f64>,
    waiting: Gauge<u64>,
}

// A constant has a value even so: it is not a further mistake.
static METRICS: &Metrics = Metrics::get();

fn main() {
    METRICS.processed.add(1);
    METRICS.duration.set(0.5);
    METRICS.waiting.set(1);
}
