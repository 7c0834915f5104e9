use telemetry_runtime::{Counter, MetricSet, backstage_plugin};

#[backstage_plugin(id = "catalog")]
mod catalog {
    use telemetry_runtime::metric;

    #[metric(counter = "entities.stitched")]
    pub fn stitch() {}

    #[metric(counter = "entities.stitched")]
    pub fn sew() {}
}

#[derive(MetricSet)]
struct Metrics {
    /// The same metric of another plugin.
    #[metric(counter = "entities.stitched")]
    stitched: Counter<u64>,
}

fn main() {
    catalog::stitch();
    catalog::sew();
    Metrics::get().stitched.add(1);
}
