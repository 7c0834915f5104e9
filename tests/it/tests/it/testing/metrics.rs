use std::thread;

use telemetry_runtime::metrics::{FreeAttributes, Meter};
use telemetry_runtime::testing::Capture;
use telemetry_runtime::{
    AttributeValue, Counter, Gauge, Histogram, Label, MetricAttributes, MetricSet, ObservableGauge, Observer,
    Scope, UpDownCounter,
};

use super::{load, panic_of};

#[derive(Clone, Copy, AttributeValue)]
enum Kind {
    Api,
    Component,
}

#[derive(Clone, Copy, MetricAttributes)]
struct ByKind {
    kind: Kind,
}

#[derive(Clone, Copy, MetricAttributes)]
struct ByTask<'a> {
    task: Label<'a>,
}

#[derive(MetricSet)]
#[metric_set(plugin = "capture-set")]
struct Instruments {
    /// A counter.
    #[metric(counter = "set.counted", unit = "{entity}")]
    counted: Counter<u64, ByKind>,
    /// A counter of fractions.
    #[metric(counter = "set.weighed", unit = "kg")]
    weighed: Counter<f64>,
    /// An up-down counter.
    #[metric(up_down_counter = "set.open", unit = "{entity}")]
    open: UpDownCounter<i64>,
    /// A gauge.
    #[metric(gauge = "set.level", unit = "1")]
    level: Gauge<f64, ByKind>,
    /// A histogram.
    #[metric(histogram = "set.sizes", unit = "By", buckets = [10, 100])]
    sizes: Histogram<u64>,
    /// Free text.
    #[metric(counter = "set.runs", unit = "{run}")]
    runs: Counter<u64, ByTask<'static>>,
    /// Observed.
    #[metric(observable_gauge = "set.observed", unit = "{entity}", callback = observe)]
    observed: ObservableGauge<u64>,
}

fn observe(observer: &mut Observer<'_, u64>) {
    observer.observe(12);
    // What a callback records belongs to the capture that is read.
    Instruments::get().weighed.add(0.25);
}

#[telemetry_runtime::test]
fn every_instrument_is_read_with_the_values_of_the_capture(capture: &Capture) {
    let set = Instruments::get();
    set.counted.add_with(2, ByKind { kind: Kind::Api });
    set.counted.add_with(3, ByKind { kind: Kind::Component });
    set.weighed.add(1.5);
    set.open.add(4);
    set.open.add(-1);
    set.level.set_with(0.5, ByKind { kind: Kind::Api });
    set.sizes.record(7);
    set.sizes.record(70);
    set.runs.add_with(1, ByTask { task: Label::new("refresh") });
    assert_eq!(capture.counter("set.counted", &[]), 5);
    assert_eq!(capture.counter("set.counted", &[("kind", "component")]), 3);
    assert_eq!(capture.counter("set.weighed", &[]), 1.5);
    assert_eq!(capture.up_down_counter("set.open", &[]), 3);
    assert_eq!(capture.gauge("set.level", &[("kind", "api")]), 0.5);
    assert_eq!(capture.counter("backstage.plugin.capture-set.set.runs", &[("task", "refresh")]), 1);
    assert_eq!(capture.gauge("set.observed", &[]), 12);
    assert_eq!(capture.counter("set.weighed", &[]), 1.75, "the callback records");
    let sizes = capture.histogram("set.sizes", &[]);
    assert_eq!((sizes.count(), sizes.sum(), sizes.min(), sizes.max()), (2, 77.0, Some(7.0), Some(70.0)));
    assert_eq!(sizes.buckets().collect::<Vec<_>>(), [(10.0, 1), (100.0, 1), (f64::INFINITY, 0)]);
}

#[telemetry_runtime::test]
fn what_was_never_recorded_is_nothing_but_a_gauge_is_unknown(capture: &Capture) {
    assert_eq!(capture.counter("set.counted", &[("kind", "api")]), 0);
    assert_eq!(capture.up_down_counter("set.open", &[]), 0);
    assert_eq!(capture.histogram("set.sizes", &[]).count(), 0);
    let text = panic_of(|| capture.gauge("set.level", &[("kind", "api")]));
    assert!(
        text.starts_with(
            "gauge `backstage.plugin.capture-set.set.level`{kind=api} was not set; no metrics were recorded\n"
        ),
        "{text}"
    );
}

#[telemetry_runtime::test]
fn a_gauge_with_several_series_wants_to_know_which(capture: &Capture) {
    let set = Instruments::get();
    set.level.set_with(0.5, ByKind { kind: Kind::Api });
    set.level.set_with(0.25, ByKind { kind: Kind::Component });
    let text = panic_of(|| capture.gauge("set.level", &[]));
    assert!(text.contains("has several series; name more attributes"), "{text}");
    assert!(text.contains("set.level{kind=api} 0.5\n"), "{text}");
}

#[telemetry_runtime::test]
fn the_metrics_of_functions_are_read_by_outcome(capture: &Capture) {
    load("api").unwrap();
    load("bug").unwrap_err();
    load("bug").unwrap_err();
    assert_eq!(capture.counter("entities.loaded", &[]), 3);
    assert_eq!(capture.counter("entities.loaded", &[("outcome", "error")]), 2);
    assert_eq!(capture.counter("entities.loaded", &[("outcome", "panic")]), 0);
    assert_eq!(capture.histogram("loading.duration", &[("outcome", "ok")]).count(), 1);
    assert_eq!(capture.up_down_counter("entities.loading", &[]), 0);
}

#[telemetry_runtime::test]
fn instruments_of_run_time_are_read_too(capture: &Capture) {
    let meter = Meter::new(Scope::plugin("capture-dynamic"));
    let jobs = meter.counter::<u64>("jobs.done").build().unwrap();
    jobs.add_with(2, FreeAttributes(&[("queue", "fast".into()), ("retry", true.into())]));
    let level = meter.gauge::<i64>("jobs.level").build().unwrap();
    level.set_with(-7, FreeAttributes(&[]));
    assert_eq!(capture.counter("jobs.done", &[("retry", "true")]), 2);
    assert_eq!(capture.counter("jobs.done", &[("queue", "slow")]), 0);
    assert_eq!(capture.gauge("jobs.level", &[]), -7);
}

#[telemetry_runtime::test]
fn a_name_of_several_plugins_means_the_one_with_values(capture: &Capture) {
    for plugin in ["capture-one", "capture-two"] {
        Meter::new(Scope::new(telemetry_runtime::ScopeKind::Plugin, plugin).unwrap())
            .counter::<u64>("jobs.seen")
            .build()
            .unwrap();
    }
    let text = panic_of(|| capture.counter("jobs.seen", &[]));
    assert!(
        text.starts_with(
            "several metrics are named `jobs.seen`; write one of `backstage.plugin.capture-one.jobs.seen`, \
             `backstage.plugin.capture-two.jobs.seen`"
        ),
        "{text}"
    );
    let two = Meter::new(Scope::plugin("capture-two")).counter::<u64>("jobs.seen").build().unwrap();
    two.add_with(1, FreeAttributes(&[]));
    assert_eq!(capture.counter("jobs.seen", &[]), 1);
    assert_eq!(capture.counter("backstage.plugin.capture-one.jobs.seen", &[]), 0);
}

#[telemetry_runtime::test]
fn a_callback_of_a_capture_runs_for_it_alone(capture: &Capture) {
    let meter = Meter::new(Scope::plugin("capture-callback"));
    let gauge = meter.observable_gauge::<u64>("jobs.waiting").build().unwrap();
    let _outer = gauge.observe_with(|observer| observer.observe_with(1, FreeAttributes(&[])));
    {
        let inner = Capture::start();
        let _inner = gauge.observe_with(|observer| observer.observe_with(2, FreeAttributes(&[])));
        assert_eq!(inner.gauge("jobs.waiting", &[]), 2);
        assert_eq!(capture.gauge("jobs.waiting", &[]), 1);
    }
    assert_eq!(capture.gauge("jobs.waiting", &[]), 1);
}

#[telemetry_runtime::test]
fn a_callback_of_a_capture_runs_in_the_place_of_one_from_outside(capture: &Capture) {
    let meter = Meter::new(Scope::plugin("capture-shadow"));
    let gauge = meter.observable_gauge::<u64>("jobs.waiting").build().unwrap();
    // Another thread is in no capture.
    let outside = || gauge.observe_with(|observer| observer.observe_with(1, FreeAttributes(&[])));
    let _outside = thread::scope(|scope| scope.spawn(outside).join()).unwrap();
    assert_eq!(capture.gauge("jobs.waiting", &[]), 1);
    let own = gauge.observe_with(|observer| observer.observe_with(2, FreeAttributes(&[])));
    assert_eq!(capture.gauge("jobs.waiting", &[]), 2);
    drop(own);
    let _late = thread::scope(|scope| scope.spawn(outside).join()).unwrap();
    let _own = gauge.observe_with(|observer| observer.observe_with(3, FreeAttributes(&[])));
    let _later = thread::scope(|scope| scope.spawn(outside).join()).unwrap();
    assert_eq!(capture.gauge("jobs.waiting", &[]), 3);
}

#[telemetry_runtime::test]
fn all_metrics_together_are_those_recorded_and_those_observed(capture: &Capture) {
    load("api").unwrap();
    let names = |text: String| -> Vec<String> {
        text.lines().map(|line| line.split(['{', ' ']).next().unwrap_or_default().to_owned()).collect()
    };
    let mut names = names(capture.metrics().to_string());
    names.retain(|name| {
        name.contains(".capture.") || name.contains(".capture-set.") || name.contains("telemetry")
    });
    assert_eq!(
        names,
        [
            "backstage.plugin.capture-set.set.observed",
            "backstage.plugin.capture-set.set.weighed",
            "backstage.plugin.capture.entities.loaded",
            "backstage.plugin.capture.entities.loading",
            "backstage.plugin.capture.loading.duration",
        ]
    );
}
