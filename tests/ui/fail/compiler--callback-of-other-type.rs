use telemetry_runtime::{MetricSet, ObservableGauge, Observer};

fn count(_: &mut Observer<'_, u64>) {}

#[derive(MetricSet)]
struct Metrics {
    /// Entities.
    #[metric(observable_gauge = "entities.count", callback = count)]
    entities: ObservableGauge<f64>,
}

fn main() {
    let _ = &Metrics::get().entities;
}
