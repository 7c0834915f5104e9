use telemetry_runtime::{MetricAttributes, MetricSet, ObservableGauge, Observer, Scope};

fn count<A: MetricAttributes>(_: &mut Observer<'_, u64, A>) {}

#[derive(MetricSet)]
struct Metrics<A: MetricAttributes> {
    /// Entities.
    #[metric(observable_gauge = "entities.count", callback = count)]
    entities: ObservableGauge<u64, A>,
}

fn main() {
    let _ = Metrics::<()>::for_plugin(Scope::plugin("catalog")).entities;
    let _ = count::<()>;
}
