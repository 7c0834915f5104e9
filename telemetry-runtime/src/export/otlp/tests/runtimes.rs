//! Flushing and ending from every place that a program may do it in.

use std::thread;

use tokio::runtime::Builder;

use super::delivery::{names, over_grpc, over_http};
use super::sink::Sink;
use crate::config::SpanExporterConfig;
use crate::export::start;
use crate::export::testing::{ENOUGH, Spans, plan, spans_to};

/// Where the exporters are started and ended.
#[derive(Clone, Copy, Debug)]
enum Place {
    PlainThread,
    CurrentThread,
    /// The only worker of a runtime, which waits for nothing but us (a container with one processor).
    OnlyWorker,
    Workers,
    Blocking,
}

/// Runs `work` in a place.
fn run<T: Send + 'static>(place: Place, work: impl FnOnce() -> T + Send + 'static) -> T {
    let several = |count| Builder::new_multi_thread().worker_threads(count).enable_all().build().unwrap();
    match place {
        Place::PlainThread => work(),
        Place::CurrentThread => {
            Builder::new_current_thread().enable_all().build().unwrap().block_on(async { work() })
        }
        Place::OnlyWorker => {
            let runtime = several(1);
            runtime.block_on(runtime.spawn(async { work() })).unwrap()
        }
        Place::Workers => {
            let runtime = several(2);
            runtime.block_on(runtime.spawn(async { work() })).unwrap()
        }
        Place::Blocking => {
            let runtime = several(1);
            runtime.block_on(runtime.spawn_blocking(work)).unwrap()
        }
    }
}

#[test]
fn every_span_arrives_wherever_flush_and_shutdown_are_called() {
    for place in
        [Place::PlainThread, Place::CurrentThread, Place::OnlyWorker, Place::Workers, Place::Blocking]
    {
        for grpc in [false, true] {
            for last in [false, true] {
                let sink = if grpc { Sink::grpc([]) } else { Sink::http([]) };
                let config = if grpc { over_grpc(&sink) } else { over_http(&sink) };
                run(place, move || {
                    let mut spans = spans_to(&Spans::of(25), Vec::new());
                    spans.exporters = vec![SpanExporterConfig::Otlp(config)];
                    let mut plan = plan();
                    plan.spans = Some(spans);
                    let exporters = start(plan).unwrap();
                    if last { exporters.shutdown(ENOUGH) } else { exporters.flush(ENOUGH) }.unwrap();
                });
                let arrived: usize = sink.received().iter().map(|request| names(&request.body).len()).sum();
                assert_eq!(arrived, 25, "{place:?}, grpc: {grpc}");
            }
        }
    }
}

#[test]
fn several_threads_may_flush_at_once() {
    let sink = Sink::http([]);
    let source = Spans::of(40);
    let mut spans = spans_to(&source, Vec::new());
    spans.exporters = vec![SpanExporterConfig::Otlp(over_http(&sink))];
    let mut plan = plan();
    plan.spans = Some(spans);
    let exporters = start(plan).unwrap();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| exporters.flush(ENOUGH).unwrap());
        }
    });
    let arrived: usize = sink.received().iter().map(|request| names(&request.body).len()).sum();
    assert_eq!(arrived, 40);
}
