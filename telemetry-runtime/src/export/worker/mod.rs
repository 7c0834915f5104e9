//! The telemetry thread: one Tokio current-thread runtime that serves, exports, flushes and ends, all within bounds.
//!
//! Its callers block on it from any context, asynchronous code included: nothing that it waits for runs on a caller's
//! runtime.

mod lane;
mod metrics;
mod spans;

#[cfg(test)]
mod tests;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread::ThreadId;
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use self::lane::Shared;
use self::metrics::Metrics;
use self::spans::Spans;
use super::collector::Collector;
use super::counters::Counters;
use super::diagnostics::Diagnostics;
use super::plan::SpanSource;
use super::quiet;
use super::sink::{Destination, ExportError, MetricSink, SpanSink};
use crate::config::BatchConfig;
use crate::error::{Error, ErrorKind};

/// How much longer than the limit a caller waits. The thread keeps the limit itself, and then has to count what it gives up,
/// so that the counts are right when the caller goes on.
const GRACE: Duration = Duration::from_millis(150);

/// What the thread does.
pub(super) struct Work {
    pub(super) resource: Arc<opentelemetry_sdk::Resource>,
    pub(super) counters: Arc<Counters>,
    pub(super) diagnostics: Diagnostics,
    pub(super) servers: Vec<Server>,
    pub(super) metrics: Option<MetricsWork>,
    pub(super) spans: Option<SpansWork>,
}

/// A server that runs until the thread ends.
pub(super) type Server = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The periodic export of metrics.
pub(super) struct MetricsWork {
    pub(super) collector: Arc<Collector>,
    pub(super) interval: Duration,
    pub(super) timeout: Duration,
    pub(super) sinks: Vec<Destination<dyn MetricSink>>,
}

/// The batches of spans.
pub(super) struct SpansWork {
    pub(super) source: Arc<dyn SpanSource>,
    pub(super) batch: BatchConfig,
    pub(super) sinks: Vec<Destination<dyn SpanSink>>,
}

/// The handle of the thread.
pub(super) struct Worker {
    requests: mpsc::UnboundedSender<Request>,
    thread: ThreadId,
    process: u32,
    ended: AtomicBool,
}

/// A request to the thread, answered through a channel that needs no runtime.
struct Request {
    last: bool,
    deadline: Instant,
    reply: SyncSender<Result<(), Error>>,
}

/// A request to one of the loops.
struct Flush {
    /// Whether the destinations are shut down afterwards.
    last: bool,
    reply: oneshot::Sender<Result<(), ExportError>>,
}

impl Worker {
    /// Starts the thread.
    pub(super) fn start(work: Work) -> Result<Self, Error> {
        let refused = |error: std::io::Error| {
            Error::new(ErrorKind::System, format!("cannot start the telemetry thread: {error}"))
        };
        let runtime = quiet::runtime().map_err(refused)?;
        let (requests, waiting) = mpsc::unbounded_channel();
        let thread = std::thread::Builder::new()
            .name("telemetry".to_owned())
            .spawn(move || {
                // Spans that exporting would make are not wanted: each export would give more to export.
                let _quiet = quiet::enter();
                let last = runtime.block_on(run(work, waiting));
                // Whatever still runs ends here, sockets included, before the caller goes on.
                runtime.shutdown_background();
                if let Some((request, result)) = last {
                    drop(request.reply.send(result));
                }
            })
            .map_err(refused)?;
        Ok(Self {
            requests,
            thread: thread.thread().id(),
            process: std::process::id(),
            ended: AtomicBool::new(false),
        })
    }

    pub(super) fn flush(&self, limit: Duration) -> Result<(), Error> {
        if self.ended.load(Ordering::Acquire) {
            return Ok(());
        }
        self.ask(false, limit)
    }

    pub(super) fn shutdown(&self, limit: Duration) -> Result<(), Error> {
        if self.ended.swap(true, Ordering::AcqRel) {
            return Ok(());
        }
        self.ask(true, limit)
    }

    fn ask(&self, last: bool, limit: Duration) -> Result<(), Error> {
        if self.process != std::process::id() {
            return Err(Error::new(
                ErrorKind::System,
                "the telemetry thread does not live in a forked process",
            ));
        }
        if self.thread == std::thread::current().id() {
            return Err(Error::new(ErrorKind::System, "an exporter cannot wait for itself"));
        }
        let (reply, answer) = sync_channel(1);
        // A limit of centuries is none.
        let deadline = Instant::now() + limit.min(Duration::from_secs(86_400 * 365));
        let request = Request { last, deadline, reply };
        let ended = || Error::new(ErrorKind::System, "the telemetry thread has ended");
        self.requests.send(request).map_err(|_| ended())?;
        match answer.recv_timeout(limit.saturating_add(GRACE)) {
            Ok(result) => result,
            Err(RecvTimeoutError::Timeout) => Err(too_late(limit)),
            Err(RecvTimeoutError::Disconnected) => Err(ended()),
        }
    }
}

fn too_late(limit: Duration) -> Error {
    Error::new(ErrorKind::Timeout, format!("telemetry was not exported within {limit:?}"))
}

/// Works until the last request, which it gives back to be answered when all is closed.
async fn run(
    work: Work,
    mut requests: mpsc::UnboundedReceiver<Request>,
) -> Option<(Request, Result<(), Error>)> {
    let servers: Vec<_> = work.servers.into_iter().map(tokio::spawn).collect();
    let shared = |timeout| Shared {
        resource: work.resource.clone(),
        counters: work.counters.clone(),
        diagnostics: work.diagnostics.clone(),
        timeout,
        room: Arc::new(Notify::new()),
    };
    let mut loops = Vec::new();
    if let Some(MetricsWork { collector, interval, timeout, sinks }) = work.metrics {
        let (send, receive) = mpsc::unbounded_channel();
        tokio::spawn(Metrics::new(collector, interval, sinks, &shared(timeout)).run(receive));
        loops.push(send);
    }
    if let Some(SpansWork { source, batch, sinks }) = work.spans {
        let (send, receive) = mpsc::unbounded_channel();
        tokio::spawn(Spans::new(source, batch, sinks, shared(batch.export_timeout)).run(receive));
        loops.push(send);
    }
    loop {
        let request = requests.recv().await?;
        let answers: Vec<_> = loops.iter().map(|requests| ask(requests, request.last)).collect();
        if request.last {
            servers.iter().for_each(tokio::task::JoinHandle::abort);
            let result = finish(answers, request.deadline).await;
            return Some((request, result));
        }
        tokio::spawn(async move {
            let result = finish(answers, request.deadline).await;
            drop(request.reply.send(result));
        });
    }
}

fn ask(requests: &mpsc::UnboundedSender<Flush>, last: bool) -> oneshot::Receiver<Result<(), ExportError>> {
    let (reply, answer) = oneshot::channel();
    // A loop that has ended drops the reply, which is an answer too.
    drop(requests.send(Flush { last, reply }));
    answer
}

async fn finish(
    answers: Vec<oneshot::Receiver<Result<(), ExportError>>>,
    deadline: Instant,
) -> Result<(), Error> {
    let limit = deadline.saturating_duration_since(Instant::now());
    let mut failure = None;
    for answer in answers {
        match timeout_at(deadline, answer).await {
            Ok(Ok(result)) => first_failure(&mut failure, result),
            Ok(Err(_)) => first_failure(&mut failure, Err(ExportError::new("an export loop has ended"))),
            Err(_) => return Err(too_late(limit)),
        }
    }
    match failure {
        None => Ok(()),
        Some(error) => Err(Error::new(ErrorKind::Export, error.to_string())),
    }
}

/// Answers a request when all destinations have done their part, in a task of its own: batches go on meanwhile.
fn answer<F>(request: Flush, mut failure: Option<ExportError>, parts: impl Iterator<Item = F>)
where
    F: Future<Output = Result<(), ExportError>> + Send + 'static,
{
    // Begun at once, in this order, so that nothing that comes later is waited for.
    let parts: Vec<_> = parts.map(tokio::spawn).collect();
    tokio::spawn(async move {
        for part in parts {
            let ended = || Err(ExportError::new("the exporter has ended"));
            first_failure(&mut failure, part.await.unwrap_or_else(|_| ended()));
        }
        drop(request.reply.send(failure.map_or(Ok(()), Err)));
    });
}

/// Keeps the first of several failures.
fn first_failure(failure: &mut Option<ExportError>, result: Result<(), ExportError>) {
    if let Err(error) = result {
        failure.get_or_insert(error);
    }
}
