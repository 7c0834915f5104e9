//! One destination: its exports run one after the other, and only it waits for them.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use tokio::sync::{Notify, mpsc, oneshot};

use crate::export::counters::{Counter, Counters};
use crate::export::diagnostics::{DiagnosticKind, Diagnostics};
use crate::export::guard::guarded;
use crate::export::plan::SpanSource;
use crate::export::sink::{BoxFuture, ExportError, MetricSink, Receipt, SpanSink};
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
    /// What diagnostics call its units.
    const UNITS: &'static str;

    fn units(&self) -> usize;
    fn tally(counters: &Counters) -> Tally<'_>;
    fn name(sink: &Self::Sink) -> &str;
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
        let tally = T::tally(&self.counters);
        tally.exported.add(self.units - rejected);
        tally.rejected.add(rejected);
        self.units = 0;
    }
}

impl<T: Load> Drop for Claim<T> {
    fn drop(&mut self) {
        T::tally(&self.counters).failed.add(self.units);
    }
}

enum Job<T: Load> {
    Export(T, Claim<T>),
    /// Answers with the first failure since the last flush.
    Flush(oneshot::Sender<Result<(), ExportError>>),
    Shutdown(oneshot::Sender<()>),
}

impl<T: Load> Lane<T> {
    /// Starts the lane on the current runtime. `capacity` loads may wait.
    pub(super) fn spawn(sink: Box<T::Sink>, capacity: usize, shared: Shared) -> Self {
        let (jobs, work) = mpsc::channel(capacity);
        let counters = shared.counters.clone();
        tokio::spawn(run(sink, work, shared));
        Self { jobs, counters }
    }

    pub(super) fn has_room(&self) -> bool {
        self.jobs.capacity() > 0
    }

    /// Gives the lane a load, unless it is full.
    pub(super) fn offer(&self, load: T) {
        if let Ok(room) = self.jobs.try_reserve() {
            room.send(self.job(load));
        }
    }

    /// Gives the lane a load as soon as it has room.
    pub(super) async fn give(&self, load: T) {
        if let Ok(room) = self.jobs.reserve().await {
            room.send(self.job(load));
        }
    }

    fn job(&self, load: T) -> Job<T> {
        let claim = Claim { counters: self.counters.clone(), units: load.units(), load: PhantomData };
        Job::Export(load, claim)
    }

    /// Waits for all loads before, and tells whether one was lost since the last flush.
    pub(super) async fn flush(&self) -> Result<(), ExportError> {
        let (reply, answer) = oneshot::channel();
        let ended = || ExportError::new("the exporter has ended");
        self.jobs.send(Job::Flush(reply)).await.map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
    }

    pub(super) async fn shutdown(&self) {
        let (reply, answer) = oneshot::channel();
        if self.jobs.send(Job::Shutdown(reply)).await.is_ok() {
            drop(answer.await);
        }
    }
}

async fn run<T: Load>(sink: Box<T::Sink>, mut work: mpsc::Receiver<Job<T>>, shared: Shared) {
    let mut failure = None;
    while let Some(job) = work.recv().await {
        match job {
            Job::Export(load, claim) => {
                shared.room.notify_one();
                if let Err(error) = export(&*sink, load, claim, &shared).await {
                    failure.get_or_insert(error);
                }
            }
            Job::Flush(reply) => drop(reply.send(failure.take().map_or(Ok(()), Err))),
            Job::Shutdown(reply) => {
                let ended = guarded(shared.timeout, || async {
                    T::shutdown(&sink).await;
                    Ok(())
                });
                if let Err(error) = ended.await {
                    let name = T::name(&sink);
                    shared
                        .diagnostics
                        .report(T::KIND, format_args!("the exporter {name} did not shut down: {error}"));
                }
                // Whoever asked may have given up.
                let _ = reply.send(());
            }
        }
    }
}

/// A destination that claims to have refused more than it got is not believed.
fn refused(receipt: &Receipt, units: usize) -> usize {
    usize::try_from(receipt.rejected).unwrap_or(usize::MAX).min(units)
}

async fn export<T: Load>(
    sink: &T::Sink,
    load: T,
    claim: Claim<T>,
    shared: &Shared,
) -> Result<(), ExportError> {
    let units = claim.units;
    let report = |message: fmt::Arguments<'_>| shared.diagnostics.report(T::KIND, message);
    let (name, what) = (T::name(sink), T::UNITS);
    match guarded(shared.timeout, || load.export(sink, &shared.resource)).await {
        Ok(receipt) => {
            let rejected = refused(&receipt, units);
            claim.settle(rejected);
            if rejected > 0 || !receipt.message.is_empty() {
                report(format_args!("{name} refused {rejected} of {units} {what}: {}", receipt.message));
            }
            if rejected > 0 {
                // Counted apart from failures, but a flush that says "all well" would be a lie.
                return Err(ExportError::new(format!("{name} refused {rejected} of {units} {what}")));
            }
            Ok(())
        }
        Err(error) => {
            report(format_args!("{name} lost {units} {what}: {error}"));
            Err(ExportError::new(format!("{name}: {error}")))
        }
    }
}
