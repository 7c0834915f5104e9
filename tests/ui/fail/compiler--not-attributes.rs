use telemetry_runtime::{Counter, MetricSet};

struct Processed {
    changed: bool,
}

#[derive(MetricSet)]
struct Metrics {
    /// Entities processed.
    #[metric(counter = "entities.processed")]
    processed: Counter<u64, Processed>,
}

fn main() {
    let _ = Processed { changed: true }.changed;
    let _ = &Metrics::get().processed;
}
