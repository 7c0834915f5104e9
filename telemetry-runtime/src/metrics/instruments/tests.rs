use super::*;
use crate::metrics::testing::{descriptor, metric, numbers};
use crate::metrics::{FreeAttributes, Label, MetricData, Observer, set_cardinality_limit};
use crate::outcome::Outcome;
use crate::plugin::Scope;

#[test]
fn a_counter_sums_by_attributes() {
    static C: Counter<u64, (Outcome, bool)> = Counter::declared(descriptor!(
        Counter,
        U64,
        "t-counter",
        "a.b",
        attribute_keys(&["result", "changed"])
    ));
    C.add_with(2, (Outcome::Ok, true));
    C.add_with(3, (Outcome::Ok, true));
    C.add_with(1, (Outcome::Error, false));
    assert_eq!(
        numbers("t-counter", "a.b"),
        [("changed=true,result=ok".to_owned(), 5.0), ("changed=false,result=error".to_owned(), 1.0)]
    );
}

#[test]
fn adding_zero_makes_a_series() {
    static C: Counter<u64, (bool,)> =
        Counter::declared(descriptor!(Counter, U64, "t-zero", "a.b", attribute_keys(&["on"])));
    static F: Counter<f64, (bool,)> =
        Counter::declared(descriptor!(Counter, F64, "t-zero", "a.f", attribute_keys(&["on"])));
    C.add_with(0, (true,));
    F.add_with(-0.0, (false,));
    assert_eq!(numbers("t-zero", "a.b"), [("on=true".to_owned(), 0.0)]);
    assert_eq!(numbers("t-zero", "a.f"), [("on=false".to_owned(), 0.0)]);
}

#[test]
fn numbers_that_cannot_be_added_are_dropped_and_counted() {
    use crate::metrics::health::{Drop, drops};
    static C: Counter<f64> = Counter::declared(descriptor!(Counter, F64, "t-drop", "a.b"));
    static H: Histogram<f64> = Histogram::declared(descriptor!(Histogram, F64, "t-drop", "a.h"));
    static G: Gauge<f64> = Gauge::declared(descriptor!(Gauge, F64, "t-drop", "a.g"));
    let before = drops(Drop::Value);
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0] {
        C.add(bad);
        H.record(bad);
    }
    G.set(f64::NAN);
    C.add(1.5);
    H.record(-0.0);
    assert_eq!(drops(Drop::Value) - before, 9);
    assert_eq!(numbers("t-drop", "a.b"), [(String::new(), 1.5)]);
    assert!(metric("t-drop", "a.g").is_none());
    let Some(MetricData::Histogram { points, .. }) = metric("t-drop", "a.h") else {
        panic!("no histogram");
    };
    assert_eq!((points[0].count, points[0].sum.to_bits(), points[0].min), (1, 0, Some(0.0)));
}

#[test]
fn a_histogram_keeps_bounds_by_unit_and_its_extremes() {
    static H: Histogram<f64, (bool,)> = Histogram::declared(descriptor!(
        Histogram,
        F64,
        "t-histogram",
        "a.duration",
        unit("s"),
        attribute_keys(&["ok"])
    ));
    for value in [0.005, 0.0051, 3.0, 11.0] {
        H.record_with(value, (true,));
    }
    let Some(MetricData::Histogram { points, bounds }) = metric("t-histogram", "a.duration") else {
        panic!("no histogram");
    };
    assert_eq!((bounds.len(), points.len()), (14, 1));
    let point = &points[0];
    assert_eq!((point.count, point.min, point.max), (4, Some(0.005), Some(11.0)));
    assert_eq!((point.bucket_counts[0], point.bucket_counts[1], point.bucket_counts[14]), (1, 1, 1));
    assert!((point.sum - 14.0101).abs() < 1e-9);
}

#[test]
fn gauges_keep_the_last_value_and_zero_is_a_value() {
    static G: Gauge<i64, (bool,)> =
        Gauge::declared(descriptor!(Gauge, I64, "t-gauge", "a.b", attribute_keys(&["on"])));
    G.set_with(5, (true,));
    G.set_with(-3, (true,));
    G.set_with(0, (false,));
    assert_eq!(numbers("t-gauge", "a.b"), [("on=false".to_owned(), 0.0), ("on=true".to_owned(), -3.0)]);
}

#[test]
fn a_gauge_keeps_every_number_of_its_type() {
    static I: Gauge<i64> = Gauge::declared(descriptor!(Gauge, I64, "t-gauge-any", "a.i"));
    static U: Gauge<u64> = Gauge::declared(descriptor!(Gauge, U64, "t-gauge-any", "a.u"));
    static F: Gauge<f64> = Gauge::declared(descriptor!(Gauge, F64, "t-gauge-any", "a.f"));
    let shown = |name: &str| numbers("t-gauge-any", name)[0].1.to_bits();
    for value in [0, -1, 1] {
        I.set(i64::from(value));
        assert_eq!(shown("a.i"), f64::from(value).to_bits());
    }
    for value in [0, 1, u32::MAX] {
        U.set(u64::from(value));
        assert_eq!(shown("a.u"), f64::from(value).to_bits());
    }
    for value in [0.0, -0.0, f64::MIN, f64::MAX, 5e-324] {
        F.set(value);
        assert_eq!(shown("a.f"), value.to_bits());
    }
}

#[test]
fn up_down_counters_come_back_to_zero_and_stay() {
    static U: UpDownCounter<i64, (bool,)> =
        UpDownCounter::declared(descriptor!(UpDownCounter, I64, "t-updown", "a.b", attribute_keys(&["on"])));
    static F: UpDownCounter<f64> =
        UpDownCounter::declared(descriptor!(UpDownCounter, F64, "t-updown", "a.f"));
    U.add_with(2, (true,));
    U.add_with(-2, (true,));
    F.add(1.5);
    F.add(-0.5);
    assert_eq!(numbers("t-updown", "a.b"), [("on=true".to_owned(), 0.0)]);
    assert_eq!(numbers("t-updown", "a.f"), [(String::new(), 1.0)]);
}

#[test]
fn instruments_of_one_metric_share_their_values_and_plugins_do_not() {
    let d = descriptor!(Counter, U64, "t-shared", "a.b");
    let again = descriptor!(Counter, U64, "t-shared", "A.b");
    let first: Counter<u64> = Counter::declared(d);
    let second: Counter<u64> = Counter::declared(again);
    let other: Counter<u64> = Counter::in_scope(d, Scope::plugin("t-shared-other"));
    assert_eq!(numbers("t-shared-other", "a.b"), [(String::new(), 0.0)]);
    first.add(1);
    second.add(2);
    other.add(4);
    assert_eq!(numbers("t-shared", "a.b"), [(String::new(), 3.0)]);
    assert_eq!(numbers("t-shared-other", "a.b"), [(String::new(), 4.0)]);
}

#[test]
fn a_set_shows_only_its_name_until_it_is_recorded() {
    let d = descriptor!(Counter, U64, "t-set", "a.b", attribute_keys(&["on"]));
    let _set: Counter<u64, (bool,)> = Counter::in_scope(d, Scope::plugin("t-set"));
    assert_eq!(numbers("t-set", "a.b"), []);
}

#[test]
fn labels_are_bounded_and_nothing_is_lost() {
    struct Run<'a>(Label<'a>, bool);
    impl crate::metrics::MetricAttributes for Run<'_> {
        type Schema = Run<'static>;
        const KEYS: &'static [&'static str] = &["task", "ok"];
        const CARDINALITY: usize = 2;
        const OPEN: bool = true;
        const LIMITS: &'static [(usize, usize)] = &[(0, 3)];
        fn index(&self) -> usize {
            usize::from(self.1)
        }
        fn values(index: usize, visit: &mut dyn FnMut(usize, crate::metrics::AttributeData)) {
            visit(1, crate::metrics::AttributeData::Bool(index == 1));
        }
        fn labels(&self, visit: &mut dyn FnMut(usize, &str)) {
            visit(0, self.0.as_str());
        }
    }
    static C: Counter<u64, Run<'static>> =
        Counter::declared(descriptor!(Counter, U64, "t-label", "a.b", attribute_keys(&["task", "ok"])));
    for round in 0..10_u64 {
        for task in 0..8 {
            C.add_with(round, Run(Label::new(&format!("task-{task}")), task % 2 == 0));
        }
    }
    let points = numbers("t-label", "a.b");
    assert_eq!(points.len(), 4, "{points:?}");
    assert_eq!(points[0], ("ok=true,task=task-0".to_owned(), 45.0));
    assert_eq!(points[3], ("otel.metric.overflow=true".to_owned(), 5.0 * 45.0));
}

#[test]
fn free_attributes_are_one_series_in_any_order() {
    static C: Counter<u64, FreeAttributes<'static>> =
        Counter::declared(descriptor!(Counter, U64, "t-free", "a.b", keys_of_expression()));
    C.add_with(1, FreeAttributes(&[("b", "x".into()), ("a", true.into())]));
    C.add_with(2, FreeAttributes(&[("a", true.into()), ("b", "x".into())]));
    C.add_with(4, FreeAttributes(&[("a", true.into()), ("b", "other".into()), ("b", "x".into())]));
    C.add_with(8, FreeAttributes(&[("a", "true".into()), ("b", "x".into())]));
    assert_eq!(numbers("t-free", "a.b"), [("a=true,b=x".to_owned(), 7.0), ("a=true,b=x".to_owned(), 8.0)]);
}

#[test]
fn an_instrument_over_its_limit_conserves_the_sum() {
    static C: Counter<u64, (Label<'static>,)> =
        Counter::declared(descriptor!(Counter, U64, "t-limit", "a.b", attribute_keys(&["id"])));
    set_cardinality_limit(2000);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || {
                for n in 0..1500 {
                    C.add_with(1, (Label::new(&format!("{}", n + thread * 500)),));
                }
            });
        }
    });
    let points = numbers("t-limit", "a.b");
    assert_eq!(points.len(), 2001);
    assert!((points.iter().map(|(_, value)| value).sum::<f64>() - 6000.0).abs() < f64::EPSILON);
    assert!(
        points.iter().any(|(attributes, value)| attributes == "otel.metric.overflow=true" && *value > 0.0)
    );
}

#[test]
fn observables_report_once_per_collection_until_the_handle_goes() {
    let gauge: ObservableGauge<i64, (bool,)> = ObservableGauge::in_scope(
        descriptor!(ObservableGauge, I64, "t-observe", "a.b", attribute_keys(&["on"])),
        Scope::plugin("t-observe"),
    );
    let calls = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(0));
    let counted = calls.clone();
    let handle = gauge.observe_with(move |observer: &mut Observer<'_, i64, (bool,)>| {
        counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        observer.observe_with(1, (true,));
        observer.observe_with(7, (true,));
        // Making an instrument inside a callback does not wait for the collection.
        let late: Counter<u64> =
            Counter::in_scope(descriptor!(Counter, U64, "t-observe", "a.late"), Scope::plugin("t-observe"));
        late.add(1);
    });
    let before = calls.load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!(numbers("t-observe", "a.b"), [("on=true".to_owned(), 7.0)]);
    assert!(calls.load(std::sync::atomic::Ordering::Relaxed) > before);
    drop(handle);
    assert_eq!(numbers("t-observe", "a.b"), []);
    assert!(numbers("t-observe", "a.late")[0].1 >= 1.0);
}

#[test]
fn a_panicking_callback_harms_only_itself() {
    use crate::metrics::health::{Drop, drops};
    let counter: ObservableCounter<u64> = ObservableCounter::in_scope(
        descriptor!(ObservableCounter, U64, "t-panic", "a.bad"),
        Scope::plugin("t-panic"),
    );
    let healthy: ObservableUpDownCounter<i64> = ObservableUpDownCounter::in_scope(
        descriptor!(ObservableUpDownCounter, I64, "t-panic", "a.good"),
        Scope::plugin("t-panic"),
    );
    let before = drops(Drop::Callback);
    let bad = counter.observe_with(|observer| {
        observer.observe(3);
        std::panic::resume_unwind(Box::new("deliberate"));
    });
    healthy.observe_with(|observer| observer.observe(-4)).keep();
    assert_eq!(numbers("t-panic", "a.bad"), []);
    assert_eq!(numbers("t-panic", "a.good"), [(String::new(), -4.0)]);
    assert!(drops(Drop::Callback) > before);
    drop(bad);
}
