//! One destination: only it waits for its exports. What is not ours runs on a thread of its own.

use std::convert::Infallible;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::{JoinError, JoinSet};

use crate::export::counters::{Counter, Counters};
use crate::export::diagnostics::{DiagnosticKind, Diagnostics};
use crate::export::guard::{caught, guarded};
use crate::export::operations;
use crate::export::plan::SpanSource;
use crate::export::quiet;
use crate::export::sink::{BoxFuture, Destination, ExportError, MetricSink, Place, Receipt, SpanSink};
use crate::metrics::{MetricData, Snapshot};

/// What an export did to a signal's counts.
pub(super) struct Tally<'a> {
    pub(super) exported: &'a Counter,
    pub(super) failed: &'a Counter,
    pub(super) rejected: &'a Counter,
}

/// What a destination is given at a time.
pub(super) trait Load: Clone + Send + 'static {
    type Sink: ?Sized + Send + Sync + 'static;
    const KIND: DiagnosticKind;
    const OPERATION: operations::Signal;
    /// What diagnostics call its units.
    const UNITS: &'static str;

    fn units(&self) -> usize;
    fn tally(counters: &Counters) -> Tally<'_>;
    fn name(sink: &Self::Sink) -> &str;
    /// How many exports may run at a time.
    fn at_once(_: &Self::Sink) -> usize {
        1
    }
    fn export<'a>(
        self,
        sink: &'a Self::Sink,
        resource: &'a Resource,
    ) -> BoxFuture<'a, Result<Receipt, ExportError>>;
    fn shutdown(sink: &Self::Sink) -> BoxFuture<'_, ()>;
}

/// Spans that go to every destination.
#[derive(Clone)]
pub(super) struct Batch {
    spans: Vec<SpanData>,
    fate: Arc<Fate>,
}

/// What became of a batch; told to the source when no destination has it any more, for whatever reason.
struct Fate {
    source: Arc<dyn SpanSource>,
    size: usize,
    /// How many spans the most willing destination took.
    exported: AtomicUsize,
}

impl Batch {
    pub(super) fn new(source: Arc<dyn SpanSource>, spans: Vec<SpanData>) -> Self {
        let fate = Fate { source, size: spans.len(), exported: AtomicUsize::new(0) };
        Self { spans, fate: Arc::new(fate) }
    }
}

impl Drop for Fate {
    fn drop(&mut self) {
        let exported = *self.exported.get_mut();
        self.source.settle(exported, self.size - exported);
    }
}

impl Load for Batch {
    type Sink = dyn SpanSink;
    const KIND: DiagnosticKind = DiagnosticKind::SpanExport;
    const OPERATION: operations::Signal = operations::Signal::Traces;
    const UNITS: &'static str = "spans";

    fn units(&self) -> usize {
        self.spans.len()
    }

    fn tally(counters: &Counters) -> Tally<'_> {
        Tally {
            exported: &counters.spans_exported,
            failed: &counters.spans_failed,
            rejected: &counters.spans_rejected,
        }
    }

    fn name(sink: &dyn SpanSink) -> &str {
        sink.name()
    }

    fn at_once(sink: &dyn SpanSink) -> usize {
        sink.max_concurrent_exports()
    }

    fn export<'a>(
        self,
        sink: &'a dyn SpanSink,
        resource: &'a Resource,
    ) -> BoxFuture<'a, Result<Receipt, ExportError>> {
        let Self { spans, fate } = self;
        let export = sink.export(spans, resource);
        Box::pin(async move {
            let result = export.await;
            if let Ok(receipt) = &result {
                fate.exported.fetch_max(fate.size - refused(receipt, fate.size), Ordering::Relaxed);
            }
            result
        })
    }

    fn shutdown(sink: &dyn SpanSink) -> BoxFuture<'_, ()> {
        sink.shutdown()
    }
}

impl Load for Arc<Snapshot> {
    type Sink = dyn MetricSink;
    const KIND: DiagnosticKind = DiagnosticKind::MetricExport;
    const OPERATION: operations::Signal = operations::Signal::Metrics;
    const UNITS: &'static str = "metric points";

    fn units(&self) -> usize {
        let metrics = self.scopes.iter().flat_map(|scope| &scope.metrics);
        metrics
            .map(|metric| match &metric.data {
                MetricData::Sum { points, .. } | MetricData::Gauge { points } => points.len(),
                MetricData::Histogram { points, .. } => points.len(),
            })
            .sum()
    }

    fn tally(counters: &Counters) -> Tally<'_> {
        Tally {
            exported: &counters.points_exported,
            failed: &counters.points_failed,
            rejected: &counters.points_rejected,
        }
    }

    fn name(sink: &dyn MetricSink) -> &str {
        sink.name()
    }

    fn export<'a>(
        self,
        sink: &'a dyn MetricSink,
        resource: &'a Resource,
    ) -> BoxFuture<'a, Result<Receipt, ExportError>> {
        Box::pin(async move { sink.export(&self, resource).await })
    }

    fn shutdown(sink: &dyn MetricSink) -> BoxFuture<'_, ()> {
        sink.shutdown()
    }
}

/// What every lane shares.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) resource: Arc<Resource>,
    pub(super) counters: Arc<Counters>,
    pub(super) diagnostics: Diagnostics,
    /// The limit for one export; zero is none.
    pub(super) timeout: Duration,
    /// Told whenever a lane has taken a load.
    pub(super) room: Arc<Notify>,
}

/// The way to one destination.
pub(super) struct Lane<T: Load> {
    jobs: mpsc::Sender<Job<T>>,
    /// Tells the lane, which may be in the middle of an export, that nobody is left to give it anything.
    needed: Arc<oneshot::Sender<Infallible>>,
    counters: Arc<Counters>,
}

/// Units that are counted as failed, unless they are settled: so that nothing that is on its way when the time for
/// a shutdown is over goes uncounted.
struct Claim<T: Load> {
    counters: Arc<Counters>,
    units: usize,
    load: PhantomData<T>,
}

impl<T: Load> Claim<T> {
    fn settle(mut self, rejected: usize) {
        let _books = self.counters.books();
        let tally = T::tally(&self.counters);
        tally.exported.add(self.units - rejected);
        tally.rejected.add(rejected);
        self.units = 0;
    }
}

impl<T: Load> Drop for Claim<T> {
    fn drop(&mut self) {
        if self.units > 0 {
            let _books = self.counters.books();
            T::tally(&self.counters).failed.add(self.units);
        }
    }
}

enum Job<T: Load> {
    Export(T, Claim<T>),
    /// Answers with the first failure since the last flush.
    Flush(oneshot::Sender<Result<(), ExportError>>),
    Shutdown(oneshot::Sender<()>),
}

impl<T: Load> Lane<T> {
    /// Starts the lane, on the current runtime where the destination is ours. `capacity` loads may wait.
    pub(super) fn spawn(destination: Destination<T::Sink>, capacity: usize, shared: Shared) -> Self {
        let (jobs, work) = mpsc::channel(capacity);
        let counters = shared.counters.clone();
        let diagnostics = shared.diagnostics.clone();
        let Destination { sink, place } = destination;
        let (needed, unneeded) = oneshot::channel();
        let lane = run(sink.into(), work, unneeded, shared);
        match place {
            Place::TelemetryThread => drop(tokio::spawn(lane)),
            Place::OwnThread => {
                if let Err(error) = quiet::spawn("telemetry-sink", lane) {
                    // What it is given is counted as failed from now on.
                    diagnostics.report(T::KIND, format_args!("there is no thread for an exporter: {error}"));
                }
            }
        }
        Self { jobs, needed: Arc::new(needed), counters }
    }

    pub(super) fn has_room(&self) -> bool {
        self.jobs.capacity() > 0
    }

    /// Gives the lane a load, unless it is full. One that has ended loses it.
    pub(super) fn offer(&self, load: T) {
        match self.jobs.try_reserve() {
            Ok(room) => room.send(self.job(load)),
            Err(TrySendError::Closed(())) => drop(self.job(load)),
            Err(TrySendError::Full(())) => {}
        }
    }

    /// Gives the lane a load as soon as it has room.
    pub(super) async fn give(&self, load: T) {
        drop(self.jobs.send(self.job(load)).await);
    }

    fn job(&self, load: T) -> Job<T> {
        let claim = Claim { counters: self.counters.clone(), units: load.units(), load: PhantomData };
        Job::Export(load, claim)
    }

    /// Waits for all loads before, and tells whether one was lost since the last time. Where it is the `last` time, the
    /// destination is shut down then.
    pub(super) async fn finish(&self, last: bool) -> Result<(), ExportError> {
        let (reply, answer) = oneshot::channel();
        let ended = || ExportError::new("the exporter has ended");
        self.jobs.send(Job::Flush(reply)).await.map_err(|_| ended())?;
        let flushed = answer.await.map_err(|_| ended())?;
        let (reply, answer) = oneshot::channel();
        if last && self.jobs.send(Job::Shutdown(reply)).await.is_ok() {
            drop(answer.await);
        }
        flushed
    }
}

impl<T: Load> Clone for Lane<T> {
    fn clone(&self) -> Self {
        Self { jobs: self.jobs.clone(), needed: Arc::clone(&self.needed), counters: self.counters.clone() }
    }
}

async fn run<T: Load>(
    sink: Arc<T::Sink>,
    mut work: mpsc::Receiver<Job<T>>,
    mut unneeded: oneshot::Receiver<Infallible>,
    shared: Shared,
) {
    let at_once = caught(|| T::at_once(&sink)).unwrap_or(1).max(1);
    let mut running = JoinSet::new();
    let mut failure = None;
    loop {
        tokio::select! {
            biased;
            // What is still on its way is counted as failed.
            _ = &mut unneeded => return,
            Some(ended) = running.join_next() => note(&mut failure, ended),
            Some(job) = work.recv(), if running.len() < at_once => {
                shared.room.notify_one();
                match job {
                Job::Export(load, claim) => {
                    running.spawn(export(sink.clone(), load, claim, shared.clone()));
                }
                Job::Flush(reply) => {
                    while let Some(ended) = running.join_next().await {
                        note(&mut failure, ended);
                    }
                    drop(reply.send(failure.take().map_or(Ok(()), Err)));
                }
                Job::Shutdown(reply) => {
                    shut_down::<T>(&sink, &shared).await;
                    // Whoever asked may have given up.
                    let _ = reply.send(());
                }
            }
            },
        }
    }
}

/// Keeps the first failure.
fn note(failure: &mut Option<ExportError>, ended: Result<Result<(), ExportError>, JoinError>) {
    let ended = ended.unwrap_or_else(|_| Err(ExportError::new("an export did not end by itself")));
    if let Err(error) = ended {
        failure.get_or_insert(error);
    }
}

async fn shut_down<T: Load>(sink: &T::Sink, shared: &Shared) {
    let ended = guarded(shared.timeout, || async {
        T::shutdown(sink).await;
        Ok(())
    });
    if let Err(error) = ended.await {
        let name = name::<T>(sink);
        shared.diagnostics.report(T::KIND, format_args!("the exporter {name} did not shut down: {error}"));
    }
}

/// What diagnostics call a sink, whose own code may panic.
fn name<T: Load>(sink: &T::Sink) -> String {
    caught(|| T::name(sink).to_owned()).unwrap_or_else(|| "an exporter".to_owned())
}

/// A destination that claims to have refused more than it got is not believed.
fn refused(receipt: &Receipt, units: usize) -> usize {
    usize::try_from(receipt.rejected).unwrap_or(usize::MAX).min(units)
}

async fn export<T: Load>(
    sink: Arc<T::Sink>,
    load: T,
    claim: Claim<T>,
    shared: Shared,
) -> Result<(), ExportError> {
    let units = claim.units;
    let report = |message: fmt::Arguments<'_>| shared.diagnostics.report(T::KIND, message);
    let started = Instant::now();
    let result = guarded(shared.timeout, || load.export(&sink, &shared.resource)).await;
    let rejected = result.as_ref().map_or(0, |receipt| refused(receipt, units));
    operations::exported(T::OPERATION, started.elapsed(), result.is_err(), rejected > 0);
    let what = T::UNITS;
    match result {
        Ok(receipt) => {
            claim.settle(rejected);
            if rejected == 0 && receipt.message.is_empty() {
                return Ok(());
            }
            let name = name::<T>(&sink);
            report(format_args!("{name} refused {rejected} of {units} {what}: {}", receipt.message));
            if rejected > 0 {
                // Counted apart from failures, but a flush that says "all well" would be a lie.
                return Err(ExportError::new(format!("{name} refused {rejected} of {units} {what}")));
            }
            Ok(())
        }
        Err(error) => {
            drop(claim);
            let name = name::<T>(&sink);
            report(format_args!("{name} lost {units} {what}: {error}"));
            Err(ExportError::new(format!("{name}: {error}")))
        }
    }
}
