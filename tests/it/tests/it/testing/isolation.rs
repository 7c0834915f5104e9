use std::thread;

use telemetry_runtime::metrics::{MetricData, Naming, Number, collect};
use telemetry_runtime::testing::Capture;
use telemetry_runtime::{Counter, Gauge, Histogram, Label, MetricAttributes, MetricSet, UpDownCounter};

use super::{load, stitch};
use crate::fixture;

#[derive(Clone, Copy, MetricAttributes)]
struct ByName<'a> {
    name: Label<'a>,
}

#[derive(MetricSet)]
#[metric_set(plugin = "capture-isolation")]
struct Instruments {
    /// A counter.
    #[metric(counter = "alone.counted", unit = "{entity}")]
    counted: Counter<u64>,
    /// A counter with free text.
    #[metric(counter = "alone.named", unit = "{entity}")]
    named: Counter<u64, ByName<'static>>,
    /// A gauge.
    #[metric(gauge = "alone.level", unit = "1")]
    level: Gauge<u64>,
    /// An up-down counter.
    #[metric(up_down_counter = "alone.open", unit = "{entity}")]
    open: UpDownCounter<i64>,
    /// A histogram.
    #[metric(histogram = "alone.sizes", unit = "By")]
    sizes: Histogram<u64>,
}

/// A counter's value for the process.
fn process(name: &str) -> Number {
    let scopes = collect(&Naming::default());
    let metric = scopes.iter().flat_map(|scope| &scope.metrics).find(|metric| metric.name.ends_with(name));
    match metric.map(|metric| &metric.data) {
        Some(MetricData::Sum { points, .. }) => points[0].value,
        other => panic!("{name} is {other:?}"),
    }
}

#[test]
fn captures_in_parallel_threads_see_only_their_own() {
    let threads: Vec<_> = (1..=8_u32)
        .map(|own| {
            thread::spawn(move || {
                let (own, largest) = (u64::from(own), f64::from(own));
                let set = Instruments::get();
                for round in 0..200 {
                    let capture = Capture::start();
                    let name = format!("name-{own}");
                    for _ in 0..own {
                        set.counted.add(1);
                        set.named.add_with(1, ByName { name: Label::new(&name) });
                        set.sizes.record(own);
                    }
                    set.level.set(own);
                    set.open.add(own.cast_signed());
                    load("api").unwrap();
                    assert_eq!(capture.counter("alone.counted", &[]), own, "round {round}");
                    let metrics = capture.metrics();
                    assert_eq!(metrics.counter("alone.named", &[("name", &name)]), own);
                    assert_eq!(metrics.counter("alone.named", &[]), own);
                    assert_eq!(metrics.gauge("alone.level", &[]), own);
                    assert_eq!(metrics.up_down_counter("alone.open", &[]), own);
                    assert_eq!(metrics.counter("entities.loaded", &[]), 1);
                    let sizes = metrics.histogram("alone.sizes", &[]);
                    assert_eq!((sizes.count(), sizes.max()), (own, Some(largest)));
                    capture.assert_spans("load [ok] catalog.kind=api");
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn what_a_capture_takes_the_process_does_not_have_and_the_other_way_round() {
    #[telemetry_runtime::metric(counter = "apart.counted", plugin = "capture-process", outcome = false)]
    fn count() {}
    count();
    assert_eq!(process("apart.counted"), 1);
    {
        let capture = Capture::start();
        assert_eq!(capture.counter("apart.counted", &[]), 0);
        count();
        assert_eq!(capture.counter("apart.counted", &[]), 1);
        assert_eq!(process("apart.counted"), 1);
    }
    count();
    assert_eq!(process("apart.counted"), 2);
}

#[telemetry_runtime::test]
fn a_capture_inside_another_takes_everything_until_it_ends(outer: &Capture) {
    #[telemetry_runtime::traced(plugin = "search")]
    fn around() {
        let inner = Capture::start();
        stitch();
        inner.assert_spans("stitch [ok]\n  load [ok]\n  load [error]");
        assert_eq!(inner.counter("entities.loaded", &[]), 2);
        drop(inner);
        load("api").unwrap();
    }
    around();
    outer.assert_spans("around [ok]\n  load [ok]");
    assert_eq!(outer.counter("entities.loaded", &[]), 1);
}

#[test]
fn without_a_capture_none_is_current() {
    assert!(Capture::current().is_none());
    let capture = Capture::start();
    assert!(Capture::current().is_some());
    drop(capture);
    assert!(Capture::current().is_none());
}

#[test]
fn a_capture_can_be_read_after_its_guard() {
    let guard = Capture::start();
    stitch();
    let capture = guard.clone();
    drop(guard);
    load("api").unwrap();
    assert_eq!(capture.spans().len(), 3);
    assert_eq!(capture.counter("entities.loaded", &[]), 2);
}

#[test]
fn limits_count_what_the_capture_recorded() {
    #[derive(Clone, Copy, MetricAttributes)]
    struct Limited<'a> {
        #[attribute(limit = 2)]
        name: Label<'a>,
    }
    #[telemetry_runtime::metric(
        counter = "limited.counted",
        plugin = "capture-limits",
        outcome = false,
        attributes = Limited { name: Label::new(name) },
    )]
    fn count(name: &str) {}
    for round in ["first", "second", "third"] {
        let capture = Capture::start();
        for name in ["a", "b", "c", "a"] {
            count(&format!("{round}-{name}"));
        }
        let metrics = capture.metrics();
        assert_eq!(metrics.counter("limited.counted", &[("name", &format!("{round}-a"))]), 2);
        assert_eq!(metrics.counter("limited.counted", &[("otel.metric.overflow", "true")]), 1);
        assert_eq!(metrics.counter("limited.counted", &[]), 4);
    }
}

#[test]
fn what_is_captured_is_not_exported() {
    #[telemetry_runtime::traced(plugin = "capture-export")]
    #[telemetry_runtime::metric(counter = "exports.seen", plugin = "capture-export")]
    fn export() {}
    fixture::start();
    {
        let capture = Capture::start();
        export();
        capture.assert_spans("export [ok]");
        assert_eq!(capture.counter("exports.seen", &[]), 1);
    }
    assert!(fixture::spans("capture-export").is_empty());
    export();
    assert_eq!(fixture::spans("capture-export").len(), 1);
    assert_eq!(process("capture-export.exports.seen"), 1);
}

#[test]
fn numbers_are_compared_with_whatever_a_test_has() {
    let numbers = [Number::U64(3), Number::I64(3), Number::F64(3.0)];
    for number in numbers {
        assert!(number == 3 && number == 3_u64 && number == 3_usize && number == 3.0, "{number:?}");
        assert!(number != 4 && number != -3 && number != 3.5, "{number:?}");
        assert_eq!(number.to_string(), "3");
    }
    assert!(Number::F64(3.5) != 3 && Number::U64(u64::MAX) != -1);
}
