//! What the behaviour tests share.

pub mod certificates;
pub mod component;
pub mod counting;
pub mod exposition;
pub mod http;
pub mod judges;
pub mod otelite;
pub mod process;
pub mod program;
pub mod requests;
pub mod rotel;
pub mod served;
pub mod sink;
pub mod victoria_metrics;
pub mod wait;
pub mod work;

/// A metric that the program `conflict` declares with another kind.
#[telemetry_runtime::backstage_plugin(id = "conflict")]
pub mod conflicting {
    use telemetry_runtime::{Counter, MetricSet};

    /// A counter here, a histogram in the program.
    #[derive(MetricSet)]
    pub struct Metrics {
        /// Requests.
        #[metric(counter = "requests.handled", unit = "{request}")]
        pub handled: Counter<u64>,
    }
}
