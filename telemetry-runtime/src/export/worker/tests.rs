//! The telemetry thread as its callers and its exporters see it.

use std::future::pending;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};
use std::time::Instant as Clock;

use opentelemetry::Context;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

use super::*;
use crate::export::sink::{BoxFuture, Receipt};
use crate::export::start;
use crate::export::testing::{ENOUGH, Sink, Spans, collections, metrics_to, plan, spans_to, until};
use crate::metrics::Snapshot;

fn sizes(got: &Mutex<Vec<Vec<SpanData>>>) -> Vec<usize> {
    got.lock().unwrap().iter().map(Vec::len).collect()
}

#[test]
fn a_flush_exports_every_waiting_span_in_batches() {
    let source = Spans::of(25);
    let (sink, got) = Sink::healthy();
    let mut plan = plan();
    plan.spans = Some(spans_to(&source, vec![sink]));
    let exporters = start(plan).unwrap();
    exporters.flush(ENOUGH).unwrap();
    assert_eq!(sizes(&got), [10, 10, 5]);
    assert_eq!(exporters.counters().spans_exported.get(), 25);
    assert_eq!(source.exported.load(Relaxed), 25);
}

#[test]
fn a_shutdown_exports_what_waits_and_a_second_one_does_nothing() {
    let source = Spans::of(3);
    let (spans, got_spans) = Sink::healthy();
    let (metrics, got_metrics) = Sink::healthy();
    let mut plan = plan();
    plan.spans = Some(spans_to(&source, vec![spans]));
    plan.metrics = Some(metrics_to(vec![metrics]));
    let exporters = start(plan).unwrap();
    exporters.shutdown(ENOUGH).unwrap();
    exporters.shutdown(ENOUGH).unwrap();
    exporters.flush(ENOUGH).unwrap();
    assert_eq!(sizes(&got_spans), [3]);
    assert_eq!(got_metrics.lock().unwrap().len(), 1);
}

#[test]
fn a_full_queue_wakes_the_worker() {
    let source = Spans::of(25);
    let (sink, got) = Sink::healthy();
    let mut plan = plan();
    plan.spans = Some(spans_to(&source, vec![sink]));
    let _exporters = start(plan).unwrap();
    source.wake();
    until(|| sizes(&got).iter().sum::<usize>() == 25);
}

#[test]
fn spans_leave_after_the_delay_without_a_flush() {
    let source = Spans::of(3);
    let (sink, got) = Sink::healthy();
    let mut plan = plan();
    let mut spans = spans_to(&source, vec![sink]);
    spans.batch.schedule_delay = Duration::from_millis(5);
    plan.spans = Some(spans);
    let _exporters = start(plan).unwrap();
    until(|| sizes(&got) == [3]);
    source.add(2);
    until(|| sizes(&got) == [3, 2]);
}

#[test]
fn metrics_are_exported_periodically_and_at_a_flush() {
    let (sink, got) = Sink::healthy();
    let mut plan = plan();
    let mut metrics = metrics_to(vec![sink]);
    metrics.interval = Duration::from_millis(5);
    plan.metrics = Some(metrics);
    let exporters = start(plan).unwrap();
    until(|| got.lock().unwrap().len() >= 2);
    exporters.flush(ENOUGH).unwrap();
    let seen: Vec<u64> = got.lock().unwrap().iter().map(|snapshot| collections(snapshot)).collect();
    assert!(seen.is_sorted(), "{seen:?}");
    assert_eq!(exporters.counters().points_failed.get(), 0);
}

#[test]
fn spans_that_the_full_queue_dropped_are_reported() {
    let source = Spans::of(1);
    let (sink, _) = Sink::healthy();
    let reports = Arc::new(Mutex::new(Vec::new()));
    let mut plan = plan();
    let told = reports.clone();
    plan.diagnostics =
        Diagnostics::to_hook(move |diagnostic| told.lock().unwrap().push(diagnostic.message.to_owned()));
    plan.spans = Some(spans_to(&source, vec![sink]));
    let exporters = start(plan).unwrap();
    // The worker runs once it can be woken.
    source.wake();
    source.dropped.store(7, Relaxed);
    exporters.flush(ENOUGH).unwrap();
    let reports = reports.lock().unwrap();
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert!(reports[0].starts_with("7 spans were dropped because the queue of "), "{reports:?}");
}

#[test]
fn an_exporter_that_panics_is_used_again() {
    let source = Spans::of(20);
    let (sink, got) = Sink::new(|number| {
        Box::pin(async move {
            assert_ne!(number, 0, "the first export");
            Ok(Receipt::default())
        })
    });
    let mut plan = plan();
    plan.spans = Some(spans_to(&source, vec![sink]));
    let exporters = start(plan).unwrap();
    let error = exporters.flush(ENOUGH).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Export);
    assert_eq!(error.to_string(), "test: the exporter panicked");
    assert_eq!(sizes(&got), [10, 10]);
    assert_eq!((source.exported.load(Relaxed), source.failed.load(Relaxed)), (10, 10));
    // The failure was told once.
    exporters.flush(ENOUGH).unwrap();
}

#[test]
fn a_destination_that_hangs_does_not_hold_up_flush_or_shutdown() {
    let source = Spans::of(100);
    let (sink, _) = Sink::new(|_| Box::pin(pending()));
    let mut plan = plan();
    plan.spans = Some(spans_to(&source, vec![sink]));
    let exporters = start(plan).unwrap();
    let start = Clock::now();
    let limit = Duration::from_millis(100);
    assert_eq!(exporters.flush(limit).unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(exporters.shutdown(limit).unwrap_err().kind(), ErrorKind::Timeout);
    assert!(start.elapsed() < Duration::from_secs(5));
    // Nothing is lost without being counted: what was taken and not delivered has failed, the rest waits.
    until(|| source.failed.load(Relaxed) + crate::export::plan::SpanSource::waiting(&*source) == 100);
    until(|| exporters.counters().spans_failed.get() == source.failed.load(Relaxed) as u64);
}

#[test]
fn an_export_ends_with_its_timeout() {
    let source = Spans::of(10);
    let (sink, _) = Sink::new(|_| Box::pin(pending()));
    let mut plan = plan();
    let mut spans = spans_to(&source, vec![sink]);
    spans.batch.export_timeout = Duration::from_millis(10);
    plan.spans = Some(spans);
    let exporters = start(plan).unwrap();
    assert_eq!(exporters.flush(ENOUGH).unwrap_err().to_string(), "test: no answer within 10ms");
    assert_eq!(source.failed.load(Relaxed), 10);
}

#[test]
fn a_slow_destination_does_not_hold_up_a_fast_one() {
    let source = Spans::of(200);
    let (slow, _) = Sink::new(|_| Box::pin(pending()));
    let (fast, got) = Sink::healthy();
    let mut plan = plan();
    plan.spans = Some(spans_to(&source, vec![slow, fast]));
    let exporters = start(plan).unwrap();
    source.wake();
    until(|| sizes(&got).iter().sum::<usize>() == 200);
    assert!(exporters.counters().spans_skipped.get() > 0);
}

#[test]
fn what_a_destination_refuses_is_counted_and_reported() {
    let source = Spans::of(10);
    let (sink, _) = Sink::new(|_| {
        let message = "no such tenant".to_owned();
        Box::pin(async { Ok(Receipt { rejected: 4, message }) })
    });
    let (reports, reported) = std::sync::mpsc::channel();
    let mut plan = plan();
    plan.diagnostics = Diagnostics::to_hook(move |diagnostic| reports.send(diagnostic.to_string()).unwrap());
    plan.spans = Some(spans_to(&source, vec![sink]));
    let exporters = start(plan).unwrap();
    assert_eq!(exporters.flush(ENOUGH).unwrap_err().to_string(), "test refused 4 of 10 spans");
    let counters = exporters.counters();
    assert_eq!((counters.spans_exported.get(), counters.spans_rejected.get()), (6, 4));
    assert_eq!(reported.try_recv().unwrap(), "test refused 4 of 10 spans: no such tenant");
}

/// Flushes inside a runtime, on the thread that drives it.
fn flush_inside(runtime: &tokio::runtime::Runtime) {
    let source = Spans::of(5);
    let (sink, got) = Sink::new(|_| {
        Box::pin(async {
            // Needs a running timer, which must be the telemetry thread's.
            tokio::time::sleep(Duration::from_millis(1)).await;
            Ok(Receipt::default())
        })
    });
    let mut plan = plan();
    plan.spans = Some(spans_to(&source, vec![sink]));
    let exporters = runtime.block_on(async { start(plan) }).unwrap();
    runtime.block_on(async { exporters.flush(ENOUGH) }).unwrap();
    assert_eq!(sizes(&got), [5]);
    runtime.block_on(async { exporters.shutdown(ENOUGH) }).unwrap();
}

#[test]
fn a_flush_may_block_a_current_thread_runtime() {
    flush_inside(&tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap());
}

/// An exporter that blocks its thread, counts on not being in a runtime, and panics at first.
#[derive(Debug, Default)]
struct Blocking {
    exports: AtomicUsize,
    exported: Arc<AtomicUsize>,
    resource: Option<Resource>,
}

impl SpanExporter for Blocking {
    async fn export(&self, batch: Vec<SpanData>) -> opentelemetry_sdk::error::OTelSdkResult {
        assert!(tokio::runtime::Handle::try_current().is_err());
        assert_eq!(self.resource.as_ref(), Some(&crate::export::testing::resource()));
        assert_ne!(self.exports.fetch_add(1, Relaxed), 0, "the first export");
        self.exported.fetch_add(batch.len(), Relaxed);
        Ok(())
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.resource = Some(resource.clone());
    }
}

#[test]
fn an_exporter_for_the_sdk_may_block_and_panic() {
    let source = Spans::of(22);
    let exporter = Blocking::default();
    let arrived = exporter.exported.clone();
    let mut plan = plan();
    plan.spans = Some(spans_to(&source, vec![<dyn SpanSink>::from_exporter("blocking", exporter).unwrap()]));
    let exporters = start(plan).unwrap();
    assert_eq!(exporters.flush(ENOUGH).unwrap_err().to_string(), "blocking: the exporter panicked");
    assert_eq!(arrived.load(Relaxed), 12);
    assert_eq!((source.exported.load(Relaxed), source.failed.load(Relaxed)), (12, 10));
    exporters.shutdown(ENOUGH).unwrap();
}

/// A destination whose thread is held until the test lets go of it.
struct Held(Mutex<std::sync::mpsc::Receiver<()>>);

impl SpanSink for Held {
    fn name(&self) -> &'static str {
        "held"
    }

    fn export<'a>(
        &'a self,
        _: Vec<SpanData>,
        _: &'a Resource,
    ) -> BoxFuture<'a, Result<Receipt, ExportError>> {
        let _ = self.0.lock().unwrap().recv();
        Box::pin(async { Ok(Receipt::default()) })
    }
}

#[test]
fn a_destination_that_blocks_its_thread_holds_up_nothing_but_itself() {
    let source = Spans::of(200);
    let (release, held) = std::sync::mpsc::channel();
    let (fast, got) = Sink::healthy();
    let (metrics, got_metrics) = Sink::healthy();
    let mut plan = plan();
    plan.spans = Some(spans_to(&source, vec![Box::new(Held(Mutex::new(held))), fast]));
    plan.metrics = Some(metrics_to(vec![metrics]));
    let exporters = start(plan).unwrap();
    assert_eq!(exporters.flush(Duration::from_millis(500)).unwrap_err().kind(), ErrorKind::Timeout);
    until(|| sizes(&got).iter().sum::<usize>() == 200);
    until(|| !got_metrics.lock().unwrap().is_empty());
    // What comes after a flush that waits is exported all the same.
    source.add(10);
    source.wake();
    until(|| sizes(&got).iter().sum::<usize>() == 210);
    drop(release);
    exporters.shutdown(ENOUGH).unwrap_err();
    // The destination that was let go missed some, and none of them twice.
    let counters = exporters.counters();
    let [exported, failed, skipped] =
        [&counters.spans_exported, &counters.spans_failed, &counters.spans_skipped]
            .map(crate::export::Counter::get);
    assert_eq!((exported + failed + skipped, counters.spans_offered.get()), (420, 420));
}

#[test]
fn several_exports_are_on_their_way_where_the_sink_says_so() {
    struct Parallel(tokio::sync::Barrier);

    impl SpanSink for Parallel {
        fn name(&self) -> &'static str {
            "parallel"
        }

        fn max_concurrent_exports(&self) -> usize {
            3
        }

        fn export<'a>(
            &'a self,
            _: Vec<SpanData>,
            _: &'a Resource,
        ) -> BoxFuture<'a, Result<Receipt, ExportError>> {
            Box::pin(async {
                self.0.wait().await;
                Ok(Receipt::default())
            })
        }
    }

    let source = Spans::of(30);
    let mut plan = plan();
    plan.spans = Some(spans_to(&source, vec![Box::new(Parallel(tokio::sync::Barrier::new(3)))]));
    start(plan).unwrap().flush(ENOUGH).unwrap();
    assert_eq!(source.exported.load(Relaxed), 30);
}

#[test]
fn exporters_run_with_telemetry_suppressed() {
    let source = Spans::of(1);
    let (sink, _) = Sink::new(|_| {
        Box::pin(async {
            let quiet = Context::current().is_telemetry_suppressed();
            if quiet { Ok(Receipt::default()) } else { Err(ExportError::new("not suppressed")) }
        })
    });
    let mut plan = plan();
    plan.spans = Some(spans_to(&source, vec![sink]));
    start(plan).unwrap().flush(ENOUGH).unwrap();
}

#[test]
fn scrapes_and_flushes_share_one_collection_path() {
    let (sink, got) = Sink::<Arc<Snapshot>>::healthy();
    let mut plan = plan();
    plan.metrics = Some(metrics_to(vec![sink]));
    let exporters = start(plan).unwrap();
    exporters.flush(ENOUGH).unwrap();
    let next = exporters.collect().unwrap();
    assert_eq!((collections(&got.lock().unwrap()[0]), collections(&next)), (1, 2));
}
