//! Records before telemetry is started, as constructors and lazy statics do, then shows what a scraper sees.

use std::sync::LazyLock;

use telemetry_runtime::{Counter, Histogram, MetricSet, Telemetry, backstage_plugin};

#[backstage_plugin(id = "early")]
mod early {
    use super::{Counter, Histogram, MetricSet};

    /// Metrics that are used before anything runs.
    #[derive(MetricSet)]
    pub(super) struct EarlyMetrics {
        /// Connections opened by constructors.
        #[metric(counter = "connections.opened", unit = "{connection}")]
        pub(super) opened: Counter<u64>,
        /// Time spent in constructors.
        #[metric(histogram = "construction.duration", unit = "s")]
        pub(super) duration: Histogram<f64>,
    }
}

struct Pool;

impl Pool {
    fn new() -> Self {
        let metrics = early::EarlyMetrics::get();
        metrics.opened.add(3);
        metrics.duration.record(0.2);
        Self
    }
}

static POOL: LazyLock<Pool> = LazyLock::new(Pool::new);

fn main() {
    LazyLock::force(&POOL);
    // A thread that is gone before telemetry starts leaves its counts behind.
    std::thread::spawn(|| early::EarlyMetrics::get().opened.add(4)).join().expect("the thread ends");

    let telemetry = Telemetry::builder()
        .without_config_files()
        .prometheus_port(0)
        .bootstrap()
        .expect("the defaults are a valid configuration");
    let address = telemetry.prometheus_address().expect("the endpoint listens");
    print!("{}", it::http::get(address, "/metrics", &[]).text());
}
