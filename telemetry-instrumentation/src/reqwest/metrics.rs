//! The metric of an HTTP client.

use telemetry_runtime::backstage_core;

#[backstage_core(service = "http-client")]
mod declared {
    use telemetry_runtime::metrics::FreeAttributes;
    use telemetry_runtime::{Histogram, MetricSet};

    use crate::http::DURATION_BOUNDS;

    #[derive(MetricSet)]
    pub(crate) struct Metrics {
        /// Duration of HTTP client requests, until the head of the response has arrived.
        #[metric(histogram = "::http.client.request.duration", unit = "s", buckets = DURATION_BOUNDS)]
        pub(crate) duration: Histogram<f64, FreeAttributes<'static>>,
    }
}

pub(super) use declared::Metrics;
