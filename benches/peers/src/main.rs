//! The peers' rows: the same operations by other libraries, written as their users write them, and read back as well.

mod empty;
mod fastrace;
mod measured;
mod metrics;
mod otel_metrics;
mod otel_polls;
mod otel_scenarios;
mod otel_spans;
mod prometheus;
mod prometheus_client;
mod scrape;
mod sinks;
mod tracing_otel;
mod words;

use bench_harness::Row;
use bench_harness::program::{self, Scenarios};

fn main() {
    let rows: Vec<Row> = [
        empty::ROWS,
        otel_metrics::ROWS,
        otel_spans::ROWS,
        otel_polls::ROWS,
        tracing_otel::ROWS,
        fastrace::ROWS,
        metrics::ROWS,
        measured::ROWS,
        prometheus_client::ROWS,
        prometheus::ROWS,
        scrape::ROWS,
    ]
    .into_iter()
    .flat_map(|rows| rows.iter().copied())
    .collect();
    program::main(
        &rows,
        &Scenarios { memory: otel_scenarios::memory, throughput: otel_scenarios::throughput },
    );
}
