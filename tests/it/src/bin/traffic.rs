//! Makes spans and metrics with every outcome on several threads, and exits at once: nothing of it may be lost.
//!
//! Prints the number of spans that it made, then what a scraper sees at the end.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::thread;

use telemetry_runtime::{Telemetry, backstage_plugin};

/// Requests on each thread; each makes a root span and three below it.
const REQUESTS: usize = 500;
const THREADS: usize = 4;
const SPANS_PER_REQUEST: usize = 4;

#[backstage_plugin(id = "traffic")]
mod traffic {
    use telemetry_runtime::{AttributeValue, MetricAttributes, metric, traced};

    #[derive(Clone, Copy, AttributeValue)]
    pub(super) enum Parity {
        Even,
        Odd,
    }

    #[derive(Clone, Copy, MetricAttributes)]
    pub(super) struct Request {
        parity: Parity,
    }

    impl Request {
        fn of(number: usize) -> Self {
            Self { parity: if number.is_multiple_of(2) { Parity::Even } else { Parity::Odd } }
        }
    }

    #[traced(kind = "server", attributes(traffic.number = number))]
    #[metric(
        counter("requests.handled", unit = "{request}"),
        histogram = "requests.duration",
        in_flight = "requests.active",
        attributes = Request::of(number)
    )]
    pub(super) fn handle(number: usize) {
        // An odd request fails in `store`, which is recorded there.
        let _ = store(number);
        let _ = super::poll_once(notify());
        load();
    }

    #[traced]
    fn store(number: usize) -> Result<(), String> {
        if number.is_multiple_of(2) { Ok(()) } else { Err(format!("request {number} is odd")) }
    }

    #[traced]
    fn load() {}

    #[traced]
    async fn notify() {
        std::future::pending::<()>().await;
    }
}

fn poll_once<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

fn main() {
    let telemetry = Telemetry::builder()
        .without_config_files()
        .prometheus_port(0)
        .bootstrap()
        .expect("the environment is a valid configuration");
    let workers: Vec<_> =
        (0..THREADS).map(|_| thread::spawn(|| (0..REQUESTS).for_each(traffic::handle))).collect();
    for worker in workers {
        worker.join().expect("no request panics");
    }
    println!("{}", THREADS * REQUESTS * SPANS_PER_REQUEST);
    let address = telemetry.prometheus_address().expect("the endpoint listens");
    print!("{}", it::http::get(address, "/metrics", &[]).text());
}
