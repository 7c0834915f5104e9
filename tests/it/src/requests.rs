//! Requests with every outcome, for programs whose telemetry is counted.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use telemetry_runtime::backstage_plugin;

pub use self::traffic::handle;

/// The spans of one request: a root and three below it.
pub const SPANS_PER_REQUEST: usize = 4;

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

    /// Handles a request. Odd ones fail inside, and each gives up a call that does not come back.
    #[traced(kind = "server", attributes(traffic.number = number))]
    #[metric(
        counter("requests.handled", unit = "{request}"),
        histogram = "requests.duration",
        in_flight = "requests.active",
        attributes = Request::of(number)
    )]
    pub fn handle(number: usize) {
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
