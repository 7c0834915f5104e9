//! Cases 48 to 50: a query behind observables.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use telemetry_runtime::metrics::FreeAttributes;
use telemetry_runtime::services::{Cached, ObservableGaugeHandle};
use telemetry_runtime::testing::Capture;

use crate::fixture;

/// What the catalog knows of an entity: its kind once it is stitched.
type Entity = Option<&'static str>;

fn gauge(name: &str) -> ObservableGaugeHandle<u64> {
    let metrics = telemetry_runtime::plugin("cached").expect("a plugin id").metrics();
    metrics.create_observable_gauge::<u64>(name).build().expect("a new metric")
}

fn count_by_kind(entities: &[Entity]) -> Vec<(&'static str, u64)> {
    let mut counts: Vec<(&'static str, u64)> = Vec::new();
    for kind in entities.iter().flatten() {
        match counts.iter_mut().find(|(known, _)| known == kind) {
            Some((_, count)) => *count += 1,
            None => counts.push((kind, 1)),
        }
    }
    counts
}

#[test]
fn case_48_entities_are_counted_by_kind_without_those_that_are_not_stitched_yet() {
    let running = fixture::defaults().start();
    let entities = [Some("component"), None, Some("api"), Some("component")];
    let counts = Cached::new(Duration::from_secs(30), move || count_by_kind(&entities));
    let _token = gauge("entities.count").add_callback(move |observer| {
        for (kind, count) in counts.get().iter() {
            observer.observe_with(*count, FreeAttributes(&[("kind", (*kind).into())]));
        }
    });
    let scrape = running.scrape();
    let count = |labels: &[(&str, &str)]| scrape.sum("backstage_plugin_cached_entities_count", labels);
    assert_eq!(count(&[("kind", "component")]), Some(2.0));
    assert_eq!(count(&[("kind", "api")]), Some(1.0));
    assert_eq!(count(&[]), Some(3.0), "and nothing else");
}

#[telemetry_runtime::test]
fn case_49_a_change_is_not_seen_within_the_time_to_live_and_seen_after_it(capture: &Capture) {
    let _alone = fixture::alone();
    capture.clock().freeze();
    let database = Arc::new(AtomicU64::new(1));
    let read = Arc::clone(&database);
    let count = Cached::new(Duration::from_secs(30), move || read.load(Ordering::Relaxed));
    let _token = gauge("rows.count").add_callback(move |observer| {
        observer.observe_with(*count.get(), FreeAttributes(&[]));
    });
    assert_eq!(capture.gauge("rows.count", &[]), 1);
    database.store(2, Ordering::Relaxed);
    capture.clock().advance(Duration::from_millis(29_999));
    assert_eq!(capture.gauge("rows.count", &[]), 1);
    capture.clock().advance(Duration::from_millis(1));
    assert_eq!(capture.gauge("rows.count", &[]), 2);
}

#[test]
fn case_50_five_concurrent_readers_make_one_query_and_get_one_answer() {
    const READERS: usize = 5;
    let queries = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&queries);
    let cached = Cached::new(Duration::from_secs(3600), move || {
        // Long enough for all readers to arrive, however late they are scheduled.
        for _ in 0..100 {
            std::thread::yield_now();
        }
        count.fetch_add(1, Ordering::Relaxed) + 1
    });
    let together = Barrier::new(READERS);
    let answers: Vec<usize> = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS)
            .map(|_| {
                scope.spawn(|| {
                    together.wait();
                    *cached.get()
                })
            })
            .collect();
        readers.into_iter().map(|reader| reader.join().expect("no panic")).collect()
    });
    assert_eq!((answers, queries.load(Ordering::Relaxed)), (vec![1; READERS], 1));

    // The same at exporters: two instruments over one query, and a scrape beside an export.
    let running = fixture::defaults().start();
    let tokens = ["shared.first", "shared.second"].map(|name| {
        let cached = cached.clone();
        gauge(name).add_callback(move |observer| {
            observer.observe_with(*cached.get() as u64, FreeAttributes(&[]));
        })
    });
    let scrape = running.scrape();
    assert_eq!(scrape.sum("backstage_plugin_cached_shared_first", &[]), Some(1.0));
    assert_eq!(scrape.sum("backstage_plugin_cached_shared_second", &[]), Some(1.0));
    assert_eq!(running.total("backstage.plugin.cached.shared.second"), 1);
    assert_eq!(queries.load(Ordering::Relaxed), 1);
    drop(tokens);
}
