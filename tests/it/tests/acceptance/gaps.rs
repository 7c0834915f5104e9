//! Cases 61 to 76: what the originals had no test for, metrics first.

use std::panic::{AssertUnwindSafe, catch_unwind};

use telemetry_runtime::metrics::{FreeAttributes, MetricData, Number};
use telemetry_runtime::{ErrorKind, plugin};

use crate::fixture;

#[test]
fn case_66_an_instrument_that_is_made_before_the_start_is_live_and_loses_nothing() {
    let _alone = fixture::alone();
    let early = plugin("early").expect("a plugin id").metrics();
    let counter = early.create_counter::<u64>("calls.early").build().expect("a new metric");
    counter.add(2);
    let running = fixture::defaults().start();
    assert_eq!(running.total("backstage.plugin.early.calls.early"), 2);
    counter.add(3);
    assert_eq!(running.total("backstage.plugin.early.calls.early"), 5);
}

#[test]
fn case_68_two_plugins_with_one_name_are_one_valid_prometheus_family() {
    let running = fixture::defaults().start();
    for (id, value) in [("first-of-two", 1), ("second-of-two", 2)] {
        let metrics = plugin(id).expect("a plugin id").metrics();
        metrics.create_counter::<u64>("::shared.requests").build().expect("a new metric").add(value);
    }
    // Reading the text fails on a second TYPE line of a family.
    let scrape = running.scrape();
    assert_eq!(scrape.types.get("shared_requests_total").map(String::as_str), Some("counter"));
    let of = |id| scrape.sum("shared_requests_total", &[("otel_scope_backstage_plugin_id", id)]);
    assert_eq!((of("first-of-two"), of("second-of-two")), (Some(1.0), Some(2.0)));
}

#[test]
fn case_69_nan_and_negative_values_are_dropped_and_counted() {
    let running = fixture::defaults().start();
    let dropped = || {
        let text = running.scrape();
        text.sum("backstage_core_telemetry_measurements_dropped_total", &[("reason", "value")]).unwrap_or(0.0)
    };
    let before = dropped();
    let metrics = plugin("values").expect("a plugin id").metrics();
    let counter = metrics.create_counter::<f64>("sum.of_all").build().expect("a new metric");
    let histogram = metrics.create_histogram::<f64>("spread.of_all").build().expect("a new metric");
    let gauge = metrics.create_gauge::<f64>("level.of_all").build().expect("a new metric");
    counter.add(1.0);
    counter.add(f64::NAN);
    counter.add(-5.0);
    histogram.record(2.0);
    histogram.record(f64::NAN);
    histogram.record(-1.0);
    gauge.record(-3.0);
    gauge.record(f64::NAN);
    assert_eq!(running.total("backstage.plugin.values.sum.of_all"), 1);
    assert_eq!(running.total("backstage.plugin.values.spread.of_all"), 2);
    assert_eq!(running.total("backstage.plugin.values.level.of_all"), -3);
    assert_eq!(Number::F64(dropped() - before), 5);
}

#[test]
fn case_70_an_invalid_name_is_a_typed_error_or_a_report_and_a_no_op() {
    let _alone = fixture::alone();
    let metrics = plugin("names").expect("a plugin id").metrics();
    let refused = metrics.create_counter::<u64>("9 lives").build().expect_err("a bad name");
    assert_eq!(refused.kind(), ErrorKind::Name);
    assert!(refused.to_string().contains("`9 lives`"), "{refused}");

    let running = fixture::defaults().start();
    // Made twice, and reported once.
    for _ in 0..2 {
        let noop = metrics.create_counter::<u64>("9 more.lives").build_or_noop();
        assert!(!noop.is_recorded());
        noop.add(1);
    }
    let reports: Vec<String> =
        running.diagnostics().into_iter().filter(|report| report.contains("9 more.lives")).collect();
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert!(!running.scrape_text().contains("lives"));
    assert!(metrics.create_counter::<u64>("fine.lives").build_or_noop().is_recorded());
}

#[test]
fn case_71_another_unit_or_kind_of_a_known_metric_is_a_typed_error_and_the_first_goes_on() {
    let running = fixture::defaults().start();
    let metrics = plugin("conflicts").expect("a plugin id").metrics();
    let first = metrics.create_counter::<u64>("things.made").unit("{thing}").build().expect("a new metric");
    let unit = metrics.create_counter::<u64>("things.made").unit("s").build().expect_err("another unit");
    let kind = metrics.create_gauge::<f64>("Things.Made").build().expect_err("another kind");
    assert_eq!((unit.kind(), kind.kind()), (ErrorKind::Conflict, ErrorKind::Conflict));
    assert_eq!(unit.to_string().matches("gaps.rs").count(), 2, "both places: {unit}");
    let same = metrics.create_counter::<u64>("things.made").unit("{thing}").build().expect("the same metric");
    first.add(1);
    same.add(2);
    assert_eq!(running.total("backstage.plugin.conflicts.things.made"), 3);
}

#[test]
fn case_72_a_failing_callback_harms_only_itself() {
    let running = fixture::defaults().start();
    let metrics = plugin("callbacks").expect("a plugin id").metrics();
    let gauge = metrics.create_observable_gauge::<u64>("level.seen").build().expect("a new metric");
    let _fails = gauge.add_callback(|_| panic!("the database is gone"));
    let _works = gauge.add_callback(|observer| observer.observe_with(72, FreeAttributes(&[])));
    assert_eq!(running.total("backstage.plugin.callbacks.level.seen"), 72);
    assert_eq!(running.scrape().sum("backstage_plugin_callbacks_level_seen", &[]), Some(72.0));
}

#[test]
fn case_76_a_removed_callback_stops_reporting() {
    let running = fixture::defaults().start();
    let metrics = plugin("removed").expect("a plugin id").metrics();
    let gauge = metrics.create_observable_gauge::<u64>("level.seen").build().expect("a new metric");
    let token = gauge.add_callback(|observer| observer.observe_with(76, FreeAttributes(&[])));
    let shown = || running.scrape().sum("backstage_plugin_removed_level_seen", &[]);
    assert_eq!(shown(), Some(76.0));
    // In the original the last value stays exported for ever.
    drop(token);
    assert_eq!(shown(), None);
}

#[test]
fn a_timer_records_how_the_work_ended_in_the_unit_of_its_histogram() {
    let running = fixture::defaults().start();
    let metrics = plugin("guards").expect("a plugin id").metrics();
    let times = metrics.create_histogram::<f64>("work.duration").unit("s").build().expect("a new metric");
    drop(times.start_timer());
    times.start_timer().attribute("step", "parse").finish(&Err::<(), _>("no such file"));
    times.start_timer().discard();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _timer = times.start_timer();
        panic!("out of luck");
    }));
    assert!(panicked.is_err());
    let (_, metric) = running.metric("backstage.plugin.guards.work.duration");
    let MetricData::Histogram { points, bounds } = metric.data else { panic!("no histogram") };
    // Case 75: a histogram of seconds has buckets for seconds.
    assert_eq!((bounds[0], bounds[bounds.len() - 1]), (0.005, 10.0));
    let scrape = running.scrape();
    let count =
        |labels: &[(&str, &str)]| scrape.sum("backstage_plugin_guards_work_duration_seconds_count", labels);
    assert_eq!(points.len(), 3);
    assert_eq!(count(&[("outcome", "ok")]), Some(1.0));
    assert_eq!(count(&[("outcome", "error"), ("step", "parse")]), Some(1.0));
    assert_eq!(count(&[("outcome", "panic")]), Some(1.0));
}

#[test]
fn what_is_in_flight_is_counted_while_its_guard_lives_and_after_a_panic_not() {
    let running = fixture::defaults().start();
    let metrics = plugin("guards").expect("a plugin id").metrics();
    let active = metrics.create_up_down_counter::<i64>("work.active").build().expect("a new metric");
    let guard = active.in_flight();
    let labelled = active.in_flight_with([("kind", "api".into())]);
    assert_eq!(running.total("backstage.plugin.guards.work.active"), 2);
    drop((guard, labelled));
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _guard = active.in_flight();
        panic!("out of luck");
    }));
    assert!(panicked.is_err());
    assert_eq!(running.total("backstage.plugin.guards.work.active"), 0);
}
