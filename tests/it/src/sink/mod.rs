//! An OTLP receiver for tests: http/protobuf, http/json and gRPC on one port, with faults on request.
//!
//! It decodes what arrives with the published protocol definitions, keeps it, and counts everything, so that a test can
//! compare what was sent with what came. It shares no code with the exporters.

mod descriptors;
mod fault;
mod grpc;
mod http;
mod json;
mod received;
mod server;
mod state;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

pub use fault::Fault;
pub use received::{Export, Protocol, Request, SinkMetric, SinkSpan, attribute, number, text};
use state::State;

/// How long the waiting functions wait.
const DEADLINE: Duration = Duration::from_secs(20);

/// A running receiver. Dropping it closes the port and every connection.
#[derive(Debug)]
pub struct Sink {
    address: SocketAddr,
    state: Arc<State>,
    running: Mutex<Option<(oneshot::Sender<()>, JoinHandle<()>)>>,
}

impl Sink {
    /// Starts a receiver on a free loopback port, on a thread of its own.
    ///
    /// # Panics
    ///
    /// If the port cannot be opened.
    #[must_use]
    pub fn start() -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    /// As [`Sink::start`], at a given address: a receiver that comes back after [`Sink`] was dropped.
    ///
    /// # Panics
    ///
    /// If the port cannot be opened.
    #[must_use]
    pub fn start_at(address: SocketAddr) -> Self {
        Self::with(address, State::default())
    }

    /// As [`Sink::start`], for more than fits into memory: what comes is decoded and counted, and not kept.
    ///
    /// # Panics
    ///
    /// If the port cannot be opened.
    #[must_use]
    pub fn start_counting() -> Self {
        Self::with(SocketAddr::from(([127, 0, 0, 1], 0)), State::counting())
    }

    fn with(address: SocketAddr, state: State) -> Self {
        let state = Arc::new(state);
        let (stop, stopped) = oneshot::channel();
        let (address, thread) = server::spawn(address, Arc::clone(&state), stopped);
        Self { address, state, running: Mutex::new(Some((stop, thread))) }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL, for `OTEL_EXPORTER_OTLP_ENDPOINT` with any protocol.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers all exports from now on with `fault`, until [`Sink::recover`].
    pub fn fail(&self, fault: Fault) {
        self.state.set_fault(Some(fault), usize::MAX);
    }

    /// Answers the next `count` exports with `fault`, then works again.
    pub fn fail_next(&self, count: usize, fault: Fault) {
        self.state.set_fault(Some(fault), count);
    }

    /// Works again. An export that hangs stays so.
    pub fn recover(&self) {
        self.state.set_fault(None, 0);
    }

    /// Closes the port and every connection, and keeps what was received.
    ///
    /// # Panics
    ///
    /// If the receiver's own thread panicked.
    pub fn stop(&self) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((stop, thread)) = running else { return };
        // Nobody listens where the thread panicked; joining it tells.
        let _ = stop.send(());
        let ended = thread.join();
        assert!(ended.is_ok() || std::thread::panicking(), "the receiver's thread panicked");
    }

    /// Forgets all that was received and counted.
    pub fn clear(&self) {
        self.state.clear();
    }

    /// The exports that were accepted, in order.
    #[must_use]
    pub fn exports(&self) -> Vec<Export> {
        self.state.read(|log| log.exports.clone())
    }

    /// All requests, with the ones that were answered by a fault or could not be decoded.
    #[must_use]
    pub fn attempts(&self) -> usize {
        self.state.read(|log| log.attempts)
    }

    /// The requests that a fault answered.
    #[must_use]
    pub fn faults(&self) -> usize {
        self.state.read(|log| log.faults)
    }

    /// Why requests were refused because they are not OTLP.
    #[must_use]
    pub fn undecodable(&self) -> Vec<String> {
        self.state.read(|log| log.undecodable.clone())
    }

    /// How many spans were accepted.
    #[must_use]
    pub fn span_count(&self) -> usize {
        self.state.read(|log| log.spans)
    }

    /// Every span that was accepted, in order.
    #[must_use]
    pub fn spans(&self) -> Vec<SinkSpan> {
        self.state.read(|log| log.exports.iter().flat_map(Export::spans).collect())
    }

    /// Every metric of every accepted export, in order.
    #[must_use]
    pub fn metrics(&self) -> Vec<SinkMetric> {
        self.state.read(|log| log.exports.iter().flat_map(Export::metrics).collect())
    }

    /// Each metric as its scope exported it last.
    #[must_use]
    pub fn last_metrics(&self) -> Vec<SinkMetric> {
        let mut last: Vec<SinkMetric> = Vec::new();
        for metric in self.metrics() {
            match last.iter_mut().find(|known| known.is_same(&metric)) {
                Some(known) => *known = metric,
                None => last.push(metric),
            }
        }
        last
    }

    /// Waits until `reached` holds for what was received.
    ///
    /// # Panics
    ///
    /// If that does not happen within 20 seconds.
    pub fn wait_until(&self, what: &str, mut reached: impl FnMut(&Self) -> bool) {
        let in_time = self.state.wait(DEADLINE, || reached(self));
        assert!(
            in_time,
            "{what} did not happen: {} attempts, {} faults, {} exports with {} spans and {} metrics, undecodable: {:?}",
            self.attempts(),
            self.faults(),
            self.exports().len(),
            self.spans().len(),
            self.metrics().len(),
            self.undecodable(),
        );
    }

    /// Waits for at least `count` spans and returns all.
    ///
    /// # Panics
    ///
    /// As [`Sink::wait_until`].
    #[must_use]
    pub fn wait_for_spans(&self, count: usize) -> Vec<SinkSpan> {
        self.wait_until(&format!("receiving {count} spans"), |sink| sink.spans().len() >= count);
        self.spans()
    }

    /// Waits for a metric with the full name `name` and returns its latest export.
    ///
    /// # Panics
    ///
    /// As [`Sink::wait_until`].
    #[must_use]
    pub fn wait_for_metric(&self, name: &str) -> SinkMetric {
        let mut found = None;
        self.wait_until(&format!("receiving the metric {name}"), |sink| {
            found = sink.last_metrics().into_iter().find(|metric| metric.metric.name == name);
            found.is_some()
        });
        found.expect("the wait ended with a metric")
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.stop();
    }
}
