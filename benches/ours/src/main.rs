//! Our rows. Each is taken after a bootstrap with exporters, by the macros and types as users write them, and read back at an
//! exporter.

mod counters;
mod empty;
mod exporters;
mod gauges;
mod histograms;
mod labels;
mod memory;
mod polls;
mod scrape;
mod spans;
mod steps;
mod throughput;

use bench_harness::Row;
use bench_harness::program::{self, Scenarios};

fn main() {
    let rows: Vec<Row> = [
        empty::ROWS,
        counters::ROWS,
        histograms::ROWS,
        gauges::ROWS,
        labels::ROWS,
        spans::ROWS,
        spans::CONTEXTS,
        polls::ROWS,
        scrape::ROWS,
    ]
    .into_iter()
    .flat_map(|rows| rows.iter().copied())
    .collect();
    program::main(&rows, &Scenarios { memory: memory::print, throughput: throughput::print });
}
