//! The metric of a database client.

use telemetry_runtime::backstage_core;

#[backstage_core(service = "database")]
mod declared {
    use telemetry_runtime::metrics::FreeAttributes;
    use telemetry_runtime::{Histogram, MetricSet};

    #[derive(MetricSet)]
    pub(crate) struct Metrics {
        /// Duration of database client operations, until the last row was taken.
        #[metric(
            histogram = "::db.client.operation.duration",
            unit = "s",
            // Those that semantic conventions advise ("Database metrics").
            buckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0]
        )]
        pub(crate) duration: Histogram<f64, FreeAttributes<'static>>,
    }
}

pub(super) use declared::Metrics;
