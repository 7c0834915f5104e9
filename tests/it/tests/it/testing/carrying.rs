use std::thread;

use opentelemetry::Context;
use opentelemetry::trace::{
    FutureExt, SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState,
};
use telemetry_runtime::testing::Capture;
use telemetry_runtime::{context, metric, traced};

use super::{fetch, load};

#[telemetry_runtime::test]
fn a_wrapped_closure_records_on_another_thread(capture: &Capture) {
    thread::spawn(context::wrap(|| load("api").unwrap())).join().unwrap();
    capture.assert_spans("load [ok]");
    assert_eq!(capture.counter("entities.loaded", &[]), 1);
}

#[telemetry_runtime::test]
fn a_thread_that_nothing_was_carried_to_records_for_the_process(capture: &Capture) {
    thread::spawn(|| load("api").unwrap()).join().unwrap();
    capture.assert_spans("");
    assert_eq!(capture.counter("entities.loaded", &[]), 0);
}

#[telemetry_runtime::test]
fn a_context_that_third_parties_attach_carries_it(capture: &Capture) {
    let carried = Context::current();
    thread::spawn(move || {
        let _attached = carried.attach();
        load("api").unwrap();
    })
    .join()
    .unwrap();
    assert_eq!(capture.counter("entities.loaded", &[]), 1);
    capture.assert_spans("load [ok]");
}

#[telemetry_runtime::test]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tasks_of_other_threads_record_what_is_carried_to_them(capture: &Capture) {
    let tasks: Vec<_> = (0..50)
        .map(|number| match number % 2 {
            0 => tokio::spawn(context::propagate(fetch("api"))),
            _ => tokio::spawn(fetch("api").with_context(Context::current())),
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(capture.counter("entities.fetched", &[("outcome", "ok")]), 50);
    assert_eq!(capture.counter("entities.loaded", &[("outcome", "ok")]), 50);
    assert_eq!(capture.spans().len(), 100);
    assert_eq!(capture.up_down_counter("entities.loading", &[]), 0);
}

#[telemetry_runtime::test]
#[tokio::test]
async fn tasks_on_the_thread_of_the_test_need_nothing_carried(capture: &Capture) {
    tokio::spawn(async { load("api").unwrap() }).await.unwrap();
    assert_eq!(capture.counter("entities.loaded", &[]), 1);
    capture.assert_spans("load [ok]");
}

#[telemetry_runtime::test]
fn a_running_call_is_counted_down_where_it_was_counted_up(capture: &Capture) {
    #[metric(in_flight = "runs.running", plugin = "capture-carrying")]
    async fn run() {
        tokio::task::yield_now().await;
    }
    let mut task = Box::pin(run());
    let mut poll = || task.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
    assert!(poll().is_pending());
    assert_eq!(capture.up_down_counter("runs.running", &[]), 1);
    {
        // It ends where another capture is current.
        let other = Capture::start();
        while poll().is_pending() {}
        assert_eq!(other.up_down_counter("runs.running", &[]), 0);
    }
    assert_eq!(capture.up_down_counter("runs.running", &[]), 0);
}

#[telemetry_runtime::test]
fn many_threads_of_one_capture_are_summed(capture: &Capture) {
    #[traced(plugin = "capture-carrying")]
    fn spread() {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                thread::spawn(context::wrap(|| {
                    for _ in 0..100 {
                        load("api").unwrap();
                    }
                }))
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
    }
    spread();
    assert_eq!(capture.counter("entities.loaded", &[]), 800);
    assert_eq!(capture.histogram("loading.duration", &[]).count(), 800);
    let spread = capture.span("spread");
    assert!(capture.spans().iter().all(|span| span.trace_id() == spread.trace_id()));
}

#[telemetry_runtime::test]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_traced_future_carries_the_capture_of_its_call(capture: &Capture) {
    tokio::spawn(fetch("api")).await.unwrap().unwrap();
    capture.assert_spans("fetch [ok]\n  load [ok]");
    assert_eq!(capture.counter("entities.fetched", &[("outcome", "ok")]), 1);
    assert_eq!(capture.counter("entities.loaded", &[("outcome", "ok")]), 1);
}

#[telemetry_runtime::test]
fn a_parent_from_outside_does_not_lead_out_of_the_capture(capture: &Capture) {
    #[traced(plugin = "capture-carrying", parent = parent)]
    fn serve(parent: &Context) {
        load("api").unwrap();
    }
    let remote = SpanContext::new(
        TraceId::from(7_u128),
        SpanId::from(9_u64),
        TraceFlags::SAMPLED,
        true,
        TraceState::default(),
    );
    serve(&Context::new().with_remote_span_context(remote));
    capture.assert_spans("serve [ok]\n  load [ok]");
    assert_eq!(capture.span("serve").parent_id(), Some(SpanId::from(9_u64)));
    assert_eq!(capture.counter("entities.loaded", &[]), 1);
}

#[test]
fn a_future_that_was_made_before_the_capture_is_part_of_it() {
    let mut early = Box::pin(fetch("api"));
    let capture = Capture::start();
    while early.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_pending() {}
    capture.assert_spans("fetch [ok]\n  load [ok]");
    assert_eq!(capture.counter("entities.fetched", &[]), 1);
}
