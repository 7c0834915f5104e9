//! Declares a metric that the library of this package declares with another kind: telemetry must refuse to start.

use telemetry_runtime::{Histogram, MetricSet, backstage_plugin};

#[backstage_plugin(id = "conflict")]
mod conflict {
    use super::{Histogram, MetricSet};

    /// A histogram here, a counter in `it::conflicting`.
    #[derive(MetricSet)]
    pub(super) struct Metrics {
        /// Requests.
        #[metric(histogram = "requests.handled", unit = "s")]
        pub(super) handled: Histogram<f64>,
    }
}

#[telemetry_runtime::main]
fn main() {
    it::conflicting::Metrics::get().handled.add(1);
    conflict::Metrics::get().handled.record(1.0);
    println!("started");
}
