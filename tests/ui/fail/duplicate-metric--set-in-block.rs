use telemetry_runtime::backstage_plugin;

#[backstage_plugin(id = "catalog")]
mod catalog {
    use telemetry_runtime::{Counter, MetricSet};

    #[derive(MetricSet)]
    pub struct Metrics {
        /// Entities processed.
        #[metric(counter = "entities.processed")]
        pub processed: Counter<u64>,
        /// Entities processed, once more.
        #[metric(counter = "entities_processed.total")]
        pub again: Counter<u64>,
    }
}

fn main() {
    catalog::Metrics::get().processed.add(1);
    catalog::Metrics::get().again.add(1);
}
