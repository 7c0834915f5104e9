//! Makes spans and metrics with every outcome on several threads, and exits at once: nothing of it may be lost.
//!
//! Prints the number of spans that it made, then what a scraper sees at the end.

use std::thread;

use it::requests::{SPANS_PER_REQUEST, handle};
use telemetry_runtime::Telemetry;

/// Requests on each thread.
const REQUESTS: usize = 500;
const THREADS: usize = 4;

fn main() {
    let telemetry = Telemetry::builder()
        .without_config_files()
        .prometheus_port(0)
        .bootstrap()
        .expect("the environment is a valid configuration");
    let workers: Vec<_> = (0..THREADS).map(|_| thread::spawn(|| (0..REQUESTS).for_each(handle))).collect();
    for worker in workers {
        worker.join().expect("no request panics");
    }
    println!("{}", THREADS * REQUESTS * SPANS_PER_REQUEST);
    let address = telemetry.prometheus_address().expect("the endpoint listens");
    print!("{}", it::http::get(address, "/metrics", &[]).text());
}
