use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::{Capture, INNER, OUTER, call};
use crate::context::wrap;
use crate::plugin::Scope;
use crate::trace::{SpanSite, TraceSettings, TracerScope};

fn queue_of(max_queue_size: usize, wake_at: usize) -> Capture {
    Capture::with(TraceSettings { max_queue_size, wake_at, ..TraceSettings::default() })
}

#[test]
fn spans_beyond_the_capacity_are_dropped_and_counted() {
    let capture = queue_of(10, 10);
    for _ in 0..13 {
        drop(call(&OUTER));
    }
    assert_eq!(capture.counts().waiting, 10);
    assert_eq!(capture.spans().len(), 10);
    drop(call(&OUTER));
    let counts = capture.counts();
    assert_eq!((counts.made, counts.taken, counts.dropped_full, counts.waiting), (14, 10, 3, 1));
}

#[test]
fn a_drain_takes_at_most_what_it_is_asked_for_oldest_first() {
    static FIRST: SpanSite = SpanSite::new("first", Scope::plugin("catalog"));
    let capture = Capture::new();
    drop(call(&FIRST));
    for _ in 0..4 {
        drop(call(&OUTER));
    }
    let batch = capture.recorder.queue.drain(2);
    assert_eq!(batch.iter().map(|span| &*span.name).collect::<Vec<_>>(), ["first", "outer"]);
    assert_eq!(capture.spans().len(), 3);
}

#[test]
fn threads_that_come_and_go_lose_nothing() {
    let capture = queue_of(1_000_000, 1_000_000);
    let mut taken = 0;
    for _ in 0..20 {
        let workers: Vec<_> = (0..8)
            .map(|_| {
                thread::spawn(wrap(|| {
                    for _ in 0..50 {
                        drop(call(&OUTER));
                    }
                }))
            })
            .collect();
        taken += capture.spans().len();
        for worker in workers {
            worker.join().unwrap();
        }
    }
    taken += capture.spans().len();
    assert_eq!(taken, 20 * 8 * 50);
    let counts = capture.counts();
    assert_eq!((counts.made, counts.taken, counts.dropped_full), (taken as u64, taken as u64, 0));
}

#[test]
fn made_is_taken_and_dropped_when_a_small_queue_is_overrun() {
    let capture = queue_of(100, 50);
    let workers: Vec<_> = (0..4)
        .map(|_| {
            thread::spawn(wrap(|| {
                for _ in 0..1_000 {
                    drop(call(&OUTER));
                }
            }))
        })
        .collect();
    let mut taken = 0;
    while !workers.iter().all(thread::JoinHandle::is_finished) {
        taken += capture.recorder.queue.drain(16).len();
    }
    for worker in workers {
        worker.join().unwrap();
    }
    taken += capture.spans().len();
    let counts = capture.counts();
    assert_eq!(counts.made, 4_000);
    assert_eq!(counts.taken, taken as u64);
    assert_eq!(counts.made, counts.taken + counts.dropped_full);
    assert_eq!(counts.waiting, 0);
}

#[test]
fn a_waiting_batch_wakes_the_exporter_once_for_each_drain() {
    let capture = queue_of(100, 5);
    let woken = Arc::new(AtomicUsize::new(0));
    let wakes = Arc::clone(&woken);
    capture.recorder.queue.on_batch(move || {
        wakes.fetch_add(1, Ordering::Relaxed);
    });
    for _ in 0..4 {
        drop(call(&OUTER));
    }
    assert_eq!(woken.load(Ordering::Relaxed), 0);
    for _ in 0..4 {
        drop(call(&OUTER));
    }
    assert_eq!(woken.load(Ordering::Relaxed), 1);
    capture.spans();
    for _ in 0..8 {
        drop(call(&OUTER));
    }
    assert_eq!(woken.load(Ordering::Relaxed), 2);
}

#[test]
fn a_closed_queue_counts_what_comes_and_what_waited() {
    let capture = Capture::new();
    drop(call(&OUTER));
    let open = call(&INNER);
    capture.recorder.queue.close();
    drop(open);
    assert!(capture.spans().is_empty());
    let counts = capture.counts();
    assert_eq!((counts.made, counts.taken, counts.dropped_closed, counts.waiting), (2, 0, 2, 0));
}

#[test]
fn a_plugins_tracer_can_be_named_in_the_configuration() {
    let scope = TracerScope {
        name: Some("my-catalog".to_owned()),
        version: Some("2.0".to_owned()),
        schema_url: Some("https://example.org/schema".to_owned()),
    };
    let capture = Capture::with(TraceSettings {
        tracers: [(Scope::plugin("catalog"), scope)].into(),
        ..TraceSettings::default()
    });
    drop(call(&OUTER));
    let span = capture.span();
    let scope = &span.instrumentation_scope;
    assert_eq!((scope.name(), scope.version()), ("my-catalog", Some("2.0")));
    assert_eq!(scope.schema_url(), Some("https://example.org/schema"));
}
