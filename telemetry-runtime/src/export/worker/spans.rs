//! Batches of spans: from the queue to every destination.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use opentelemetry_sdk::trace::SpanData;
use tokio::sync::{Notify, mpsc};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::lane::{Batch, Lane, Shared};
use super::{Flush, answer};
use crate::config::BatchConfig;
use crate::export::diagnostics::DiagnosticKind;
use crate::export::plan::SpanSource;
use crate::export::sink::{Destination, ExportError, SpanSink};

/// Batches that may wait in front of one of several destinations: how far one may fall behind the fastest one before it
/// misses a batch. Where there is only one, they wait in the queue, where they need less memory.
const BATCHES_AHEAD: usize = 4;

/// How long a destination without room holds up the others, until it has room again.
const PATIENCE: Duration = Duration::from_millis(100);

/// The batch loop.
pub(super) struct Spans {
    source: Arc<dyn SpanSource>,
    batch: BatchConfig,
    lanes: Vec<Lane<Batch>>,
    /// Which destinations are not waited for, until they have room again.
    is_behind: Vec<bool>,
    shared: Shared,
    full: Arc<Notify>,
    /// A batch that a destination missed since the last flush.
    missed: bool,
    /// Spans that the full queue has dropped, as far as they have been reported.
    dropped: u64,
}

impl Spans {
    /// Prepares the loop; its lanes run on the current runtime.
    pub(super) fn new(
        source: Arc<dyn SpanSource>,
        mut batch: BatchConfig,
        sinks: Vec<Destination<dyn SpanSink>>,
        shared: Shared,
    ) -> Self {
        // Batches of nothing would never empty the queue.
        batch.max_export_batch_size = batch.max_export_batch_size.max(1);
        // What an earlier telemetry of this process has lost was its to report.
        let dropped = source.dropped();
        let full = Arc::new(Notify::new());
        let wake = full.clone();
        source.on_full(Box::new(move || wake.notify_one()));
        let ahead = if sinks.len() > 1 { BATCHES_AHEAD } else { 1 };
        let is_behind = vec![false; sinks.len()];
        let lanes = sinks.into_iter().map(|sink| Lane::spawn(sink, ahead, shared.clone())).collect();
        Self { source, batch, lanes, is_behind, shared, full, missed: false, dropped }
    }

    /// Exports until the requests end.
    pub(super) async fn run(mut self, mut requests: mpsc::UnboundedReceiver<Flush>) {
        let mut due = interval(self.batch.schedule_delay.max(Duration::from_millis(1)));
        due.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // Spans of before the start are exported at once, and no later than what the first flush answers.
        due.tick().await;
        self.batch().await;
        loop {
            tokio::select! {
                biased;
                request = requests.recv() => match request {
                    Some(request) => self.flush(request).await,
                    None => return,
                },
                () = self.full.notified() => self.batch().await,
                _ = due.tick() => self.batch().await,
            }
        }
    }

    /// Exports one batch; where more spans wait, the next one comes at once, after a look at the requests.
    async fn batch(&mut self) {
        if self.next().await == self.batch.max_export_batch_size {
            self.full.notify_one();
        }
    }

    /// Hands out one batch and gives its size.
    async fn next(&mut self) -> usize {
        self.wait_for_room().await;
        let spans = self.drain().unwrap_or_else(|| {
            self.shared.diagnostics.report(DiagnosticKind::Internal, "a batch of spans could not be made");
            Vec::new()
        });
        self.report_dropped();
        let count = spans.len();
        if count > 0 {
            let batch = Batch::new(self.source.clone(), spans);
            let mut lanes = self.lanes.iter().filter(|lane| {
                let room = lane.has_room();
                if !room {
                    self.missed = true;
                    let _books = self.shared.counters.books();
                    self.shared.counters.spans_skipped.add(count);
                }
                room
            });
            let mut last = lanes.next();
            for lane in lanes {
                if let Some(lane) = last.replace(lane) {
                    lane.offer(batch.clone());
                }
            }
            if let Some(lane) = last {
                lane.offer(batch);
            }
        }
        count
    }

    /// Waits until a destination has room, and for a while until all have: being scheduled late is not being slow.
    async fn wait_for_room(&mut self) {
        loop {
            let lanes = || self.lanes.iter().zip(&self.is_behind);
            let some = lanes().any(|(lane, _)| lane.has_room());
            if some && lanes().all(|(lane, is_behind)| lane.has_room() || *is_behind) {
                break;
            }
            let changed = timeout(PATIENCE, self.shared.room.notified()).await;
            if changed.is_err() && some {
                for (lane, is_behind) in self.lanes.iter().zip(&mut self.is_behind) {
                    *is_behind = !lane.has_room();
                }
            }
        }
        for (lane, is_behind) in self.lanes.iter().zip(&mut self.is_behind) {
            *is_behind &= !lane.has_room();
        }
    }

    /// Takes spans out of the queue, for each destination; `None` where that panics.
    fn drain(&self) -> Option<Vec<SpanData>> {
        let counters = &self.shared.counters;
        let _books = counters.books();
        let drain = || self.source.drain(self.batch.max_export_batch_size);
        let spans = catch_unwind(AssertUnwindSafe(drain)).ok()?;
        counters.spans_offered.add(spans.len() * self.lanes.len());
        Some(spans)
    }

    /// Says what the queue could not hold since the last batch. The count is also a metric.
    fn report_dropped(&mut self) {
        let dropped = self.source.dropped();
        let new = dropped.saturating_sub(self.dropped);
        if new == 0 {
            return;
        }
        self.dropped = dropped;
        let size = self.batch.max_queue_size;
        let message = format!(
            "{new} spans were dropped because the queue of {size} was full; raise \
             `telemetry.tracing.batch.maxQueueSize`, or sample"
        );
        self.shared.diagnostics.report(DiagnosticKind::SpanExport, message);
    }

    async fn flush(&mut self, request: Flush) {
        // What is recorded from now on is not part of this flush, or it would never end under load.
        let mut waiting = self.source.waiting();
        loop {
            let taken = self.next().await;
            waiting = waiting.saturating_sub(taken);
            if taken == 0 || waiting == 0 {
                break;
            }
        }
        let failure = std::mem::take(&mut self.missed)
            .then(|| ExportError::new("an exporter was too slow and missed spans"));
        let last = request.last;
        let lanes = self.lanes.iter().cloned().map(|lane| async move { lane.finish(last).await });
        answer(request, failure, lanes);
    }
}
