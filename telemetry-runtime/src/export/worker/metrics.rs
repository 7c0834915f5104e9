//! Periodic export of metrics to every destination.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::lane::{Lane, Shared};
use super::{Flush, answer};
use crate::export::collector::Collector;
use crate::export::sink::{Destination, MetricSink};
use crate::metrics::Snapshot;

/// The periodic export.
pub(super) struct Metrics {
    collector: Arc<Collector>,
    interval: Duration,
    lanes: Vec<Lane<Arc<Snapshot>>>,
}

impl Metrics {
    /// Prepares the loop; its lanes run on the current runtime.
    pub(super) fn new(
        collector: Arc<Collector>,
        interval: Duration,
        sinks: Vec<Destination<dyn MetricSink>>,
        shared: &Shared,
    ) -> Self {
        // One snapshot may wait: a destination that is slower than the interval gets every second one, and as sums
        // are cumulative it misses nothing.
        let lanes = sinks.into_iter().map(|sink| Lane::spawn(sink, 1, shared.clone())).collect();
        Self { collector, interval: interval.max(Duration::from_millis(1)), lanes }
    }

    /// Exports until the requests end.
    pub(super) async fn run(self, mut requests: mpsc::UnboundedReceiver<Flush>) {
        let mut due = interval_at(Instant::now() + self.interval, self.interval);
        due.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                request = requests.recv() => match request {
                    Some(request) => self.flush(request).await,
                    None => return,
                },
                _ = due.tick() => {
                    let snapshot = self.collector.snapshot().await;
                    for lane in &self.lanes {
                        lane.offer(snapshot.clone());
                    }
                }
            }
        }
    }

    async fn flush(&self, request: Flush) {
        let snapshot = self.collector.snapshot().await;
        // A destination that hangs must keep the last values from no other, and no later ones either.
        let last = request.last;
        let given = self.lanes.iter().map(|lane| {
            let (lane, snapshot) = (lane.clone(), snapshot.clone());
            async move {
                lane.give(snapshot).await;
                lane.finish(last).await
            }
        });
        answer(request, None, given);
    }
}
