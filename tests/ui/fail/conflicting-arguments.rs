use telemetry_runtime::{Counter, MetricSet, metric};

#[derive(MetricSet)]
struct Metrics {
    /// Entities stitched.
    #[metric(counter = "entities.stitched", unit = "{entity}")]
    stitched: Counter<u64>,
}

#[metric(counter(Metrics::get().stitched, unit = "{entity}"))]
fn stitch() {}

fn main() {
    stitch();
}
