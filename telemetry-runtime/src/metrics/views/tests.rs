//! The decisions and the algebra of views, and what the store does with them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use super::merge::{Point, coarsen, keep_series, reshape};
use super::*;
use crate::metrics::by_attributes::ByAttributes;
use crate::metrics::registry;
use crate::metrics::testing::{metric, numbers};
use crate::metrics::{
    AttributeData, Attributes, FreeAttributes, Histogram, HistogramPoint, Meter, MeterScope, Metric, Number,
    NumberKind, NumberPoint, ScopeMetrics, Temporality, collect,
};

fn view(instrument: &str) -> View {
    View {
        place: "app-config.yaml:1:1".to_owned(),
        instrument: Pattern::new(instrument),
        kind: None,
        of_unit: None,
        meter: None,
        plugin: None,
        name: None,
        also_as: Vec::new(),
        drop: false,
        settings: Settings::default(),
    }
}

fn named(instrument: &str, name: &str) -> View {
    View { name: Some(name.to_owned()), ..view(instrument) }
}

fn with_bounds(instrument: &str, bounds: &[f64]) -> View {
    View { settings: Settings { bounds: Some(bounds.into()), ..Settings::default() }, ..view(instrument) }
}

fn views(list: Vec<View>) -> Views {
    Views { naming: Naming::default(), include: vec![Pattern::new("*")], list }
}

fn subject(name: &str) -> Subject<'_> {
    let kind = SubjectKind::Instrument(InstrumentKind::Counter);
    Subject { name, kind, unit: "s", meter: "backstage", plugin: Some("catalog") }
}

fn names(views: &Views, subject: &Subject<'_>) -> Option<Vec<String>> {
    let streams = views.streams(subject)?;
    Some(streams.into_iter().map(|stream| stream.name).collect())
}

#[test]
fn a_metric_without_a_view_stays_and_each_view_gives_a_stream() {
    let some = views(vec![
        view("a.b"),
        named("a.*", "old.*"),
        View { also_as: vec!["x".to_owned(), "y".to_owned()], ..view("a.c") },
        View { drop: true, ..view("d") },
    ]);
    assert_eq!(names(&some, &subject("other")), None);
    assert_eq!(names(&some, &subject("a.b")).unwrap(), ["a.b", "old.b"]);
    assert_eq!(names(&some, &subject("a.c")).unwrap(), ["old.c", "a.c", "x", "y"]);
    assert_eq!(names(&some, &subject("d")).unwrap(), [""; 0]);
}

#[test]
fn the_conditions_of_a_view_all_have_to_hold() {
    let exact = View {
        kind: Some(InstrumentKind::Counter),
        of_unit: Some("s".to_owned()),
        meter: Some(Pattern::new("back*")),
        plugin: Some("catalog".to_owned()),
        ..view("*")
    };
    let selects = |subject: Subject<'_>| exact.selects(&subject);
    assert!(selects(subject("a")));
    assert!(!selects(Subject { unit: "", ..subject("a") }));
    assert!(!selects(Subject { meter: "other", ..subject("a") }));
    assert!(!selects(Subject { plugin: None, ..subject("a") }));
    assert!(selects(Subject { kind: SubjectKind::Sum(true), ..subject("a") }));
    for kind in [SubjectKind::Sum(false), SubjectKind::Gauge, SubjectKind::Histogram] {
        assert!(!selects(Subject { kind, ..subject("a") }), "{kind:?}");
    }
}

#[test]
fn views_of_one_name_are_one_stream_and_the_later_one_wins() {
    let limit =
        |limit| View { settings: Settings { limit: Some(limit), ..Settings::default() }, ..view("a") };
    let some = views(vec![with_bounds("*", &[1.0]), limit(3), limit(5)]);
    let streams = some.streams(&subject("a")).unwrap();
    assert_eq!(streams.len(), 1);
    assert_eq!(
        (streams[0].settings.bounds.as_deref(), streams[0].settings.limit),
        (Some(&[1.0][..]), Some(5))
    );
}

#[test]
fn what_is_not_included_has_no_stream_whatever_the_views_say() {
    let mut some = views(vec![view("c1")]);
    some.include = vec![Pattern::new("h1"), Pattern::new("c*")];
    assert_eq!(names(&some, &subject("c1")).unwrap(), ["c1"]);
    assert_eq!(names(&some, &subject("g1")).unwrap(), [""; 0]);
    assert_eq!(names(&some, &subject("h1")), None);
    assert!(!some.are_none());
    assert!(views(Vec::new()).are_none());
}

#[test]
fn bounds_are_recorded_such_that_every_stream_can_have_its_own() {
    let wide = View { name: Some("wide".to_owned()), ..with_bounds("a", &[1.0, 10.0]) };
    let some = views(vec![with_bounds("a", &[0.5, 1.0]), wide, view("a")]);
    assert_eq!(some.recorded_by_others(&subject("a")).bounds, Some(vec![0.5, 1.0, 10.0]));
    assert_eq!(some.recorded_by_others(&subject("b")).bounds, None);
}

/// Numbers that look random, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

fn attributes(pairs: &[(&'static str, u64)]) -> Attributes {
    pairs
        .iter()
        .map(|(key, value)| ((*key).into(), AttributeData::String(value.to_string().into())))
        .collect()
}

fn keys(included: &[&str]) -> Keys {
    Keys { included: included.iter().map(|key| Pattern::new(key)).collect(), excluded: Vec::new() }
}

fn keep_attributes(points: Vec<NumberPoint>, keys: &Keys) -> Vec<NumberPoint> {
    reshape(points, Some(keys), &[], Point::absorb)
}

/// Points of all combinations of three keys, some in another order of keys.
fn points(random: &mut Random) -> Vec<NumberPoint> {
    let mut points = Vec::new();
    for number in 0..random.below(40) {
        let (a, b, c) = (number % 3, number / 3 % 3, number / 9);
        let pairs = [("a", a), ("b", b), ("c", c)];
        let pairs = if random.below(2) == 0 { pairs } else { [pairs[2], pairs[0], pairs[1]] };
        let start_time = SystemTime::UNIX_EPOCH + Duration::from_secs(random.below(9));
        let value = Number::U64(random.below(1000));
        points.push(NumberPoint { attributes: attributes(&pairs), start_time, value });
    }
    points
}

fn total(points: &[NumberPoint]) -> f64 {
    points.iter().map(|point| point.value.as_f64()).sum()
}

#[test]
#[expect(clippy::float_cmp, reason = "whole numbers")]
fn merging_attributes_conserves_sums_and_leaves_each_set_once() {
    let mut random = Random(7);
    for round in 0..500 {
        let points = points(&mut random);
        let all = total(&points);
        for kept in [&["a"][..], &["a", "b"], &[], &["*"], &["c", "nothing"]] {
            let keys = keys(kept);
            let merged = keep_attributes(points.clone(), &keys);
            assert_eq!(total(&merged), all, "round {round}, {kept:?}");
            let mut sets: Vec<String> =
                merged.iter().map(|point| format!("{:?}", point.attributes)).collect();
            sets.sort();
            let several = sets.len();
            sets.dedup();
            assert_eq!(sets.len(), several, "round {round}, {kept:?}");
            assert!(merged.iter().all(|point| point.attributes.iter().all(|(key, _)| keys.keep(key))));
            let earliest = |points: &[NumberPoint]| points.iter().map(|point| point.start_time).min();
            assert_eq!(earliest(&merged), earliest(&points));
            // A second time there is nothing left to do, and one step is as good as two.
            assert_eq!(keep_attributes(merged.clone(), &keys).len(), merged.len());
        }
        let at_once = keep_attributes(points.clone(), &keys(&["a"]));
        let in_steps = keep_attributes(keep_attributes(points, &keys(&["a", "b"])), &keys(&["a"]));
        let mut values = [at_once, in_steps].map(|points| {
            let mut values: Vec<_> =
                points.iter().map(|point| format!("{:?} {:?}", point.attributes, point.value)).collect();
            values.sort();
            values
        });
        let (one, other) = values.split_at_mut(1);
        assert_eq!(one[0], other[0]);
    }
}

#[test]
fn attributes_are_renamed_in_order_and_two_of_a_point_never_share_a_key() {
    let point = |pairs: &[(&'static str, u64)], value| NumberPoint {
        attributes: attributes(pairs),
        start_time: SystemTime::UNIX_EPOCH,
        value: Number::U64(value),
    };
    let renamed = |names: &[(&str, &str)], points: Vec<NumberPoint>| {
        let names: Vec<_> = names.iter().map(|(old, new)| ((*old).to_owned(), (*new).to_owned())).collect();
        reshape(points, None, &names, Point::absorb)
    };
    let points = renamed(&[("task_id", "aTask")], vec![point(&[("scope", 1), ("task_id", 2)], 5)]);
    assert_eq!(points, [point(&[("aTask", 2), ("scope", 1)], 5)]);
    let both = vec![point(&[("a", 1), ("b", 2)], 5)];
    assert_eq!(renamed(&[("a", "b")], both.clone()), both);
    // What becomes equal is added up.
    let points = renamed(&[("a", "b")], vec![point(&[("a", 1)], 5), point(&[("b", 1)], 6)]);
    assert_eq!(points, [point(&[("b", 1)], 11)]);
}

#[test]
#[expect(clippy::float_cmp, reason = "whole numbers")]
fn a_limit_conserves_sums_and_keeps_the_series_that_came_first() {
    let mut random = Random(11);
    for _ in 0..200 {
        let mut admitted = ByAttributes::default();
        let first = points(&mut random);
        let later = points(&mut random);
        let kept = keep_series(first.clone(), &mut admitted, 5, false);
        assert_eq!(total(&kept), total(&first));
        assert!(kept.len() <= 6);
        let of_first: Vec<_> = kept.iter().take(5).map(|point| point.attributes.clone()).collect();
        let kept = keep_series(later.clone(), &mut admitted, 5, false);
        assert_eq!(total(&kept), total(&later));
        if first.len() > 5 {
            let is_overflow = |point: &NumberPoint| point.attributes[0].0 == "otel.metric.overflow";
            assert!(kept.iter().all(|point| is_overflow(point) || of_first.contains(&point.attributes)));
        }
    }
}

fn histogram(counts: &[u64]) -> HistogramPoint {
    HistogramPoint {
        attributes: attributes(&[]),
        start_time: SystemTime::UNIX_EPOCH,
        count: counts.iter().sum(),
        sum: 1.0,
        min: None,
        max: None,
        bucket_counts: counts.to_vec(),
        exemplars: Vec::new(),
    }
}

#[test]
fn coarser_buckets_hold_what_the_finer_ones_held() {
    let mut random = Random(3);
    for _ in 0..300 {
        let fine: Vec<f64> =
            [0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 9.0].into_iter().filter(|_| random.below(3) > 0).collect();
        let coarse: Arc<[f64]> = fine.iter().copied().filter(|_| random.below(2) == 0).collect();
        let counts: Vec<u64> = (0..=fine.len()).map(|_| random.below(9)).collect();
        let mut bounds: Arc<[f64]> = fine.as_slice().into();
        let mut points = [histogram(&counts)];
        assert!(coarsen(&mut bounds, &mut points, &coarse));
        assert_eq!(bounds, coarse);
        // Below each bound that both have lies the same number of measurements.
        for (at, bound) in coarse.iter().enumerate() {
            let below = fine.iter().position(|fine| fine >= bound).unwrap();
            let sum = |counts: &[u64], last: usize| counts[..=last].iter().sum::<u64>();
            assert_eq!(sum(&points[0].bucket_counts, at), sum(&counts, below));
        }
        assert_eq!(points[0].bucket_counts.iter().sum::<u64>(), counts.iter().sum::<u64>());
    }
}

#[test]
fn a_bound_that_was_not_recorded_cannot_be_shown() {
    let mut bounds: Arc<[f64]> = [1.0, 2.0].into();
    let mut points = [histogram(&[1, 2, 3])];
    assert!(!coarsen(&mut bounds, &mut points, &[1.5].into()));
    assert_eq!((&*bounds, &*points[0].bucket_counts), (&[1.0, 2.0][..], &[1, 2, 3][..]));
}

fn shown(name: &'static str, data: MetricData) -> Metric {
    let (kind, temporality) = (None, Temporality::Cumulative);
    Metric { name: name.into(), description: "Text.".into(), unit: "s".into(), kind, temporality, data }
}

fn sum(points: Vec<NumberPoint>) -> MetricData {
    MetricData::Sum { monotonic: true, points }
}

fn apply(views: Views, metrics: Vec<Metric>) -> (Vec<Metric>, Vec<String>) {
    let applied = AppliedViews::new(Arc::new(views));
    let mut told = Vec::new();
    let scopes = vec![ScopeMetrics { scope: MeterScope::default(), metrics }];
    let scopes = applied.apply(applied.apply_twice(scopes, &mut told), &mut |text| told.push(text));
    (scopes.into_iter().flat_map(|scope| scope.metrics).collect(), told)
}

impl AppliedViews {
    /// Applies them once before, to see that the second time nothing is told again.
    fn apply_twice(&self, scopes: Vec<ScopeMetrics>, told: &mut Vec<String>) -> Vec<ScopeMetrics> {
        self.apply(scopes.clone(), &mut |text| told.push(text));
        scopes
    }
}

#[test]
fn names_descriptions_and_units_are_those_of_the_view() {
    let renamed = View {
        also_as: vec!["new".to_owned()],
        settings: Settings {
            description: Some("Other.".to_owned()),
            unit: Some(String::new()),
            ..Settings::default()
        },
        ..named("z", "a")
    };
    let (metrics, told) =
        apply(views(vec![renamed]), vec![shown("m", sum(Vec::new())), shown("z", sum(Vec::new()))]);
    let texts: Vec<_> =
        metrics.iter().map(|metric| (&*metric.name, &*metric.description, &*metric.unit)).collect();
    assert_eq!(texts, [("a", "Other.", ""), ("m", "Text.", "s"), ("new", "Other.", "")]);
    assert!(told.is_empty());
}

#[test]
fn of_two_metrics_with_one_name_the_one_that_has_it_stays() {
    let (metrics, told) =
        apply(views(vec![named("a", "b")]), vec![shown("a", sum(Vec::new())), shown("b", sum(Vec::new()))]);
    assert_eq!(metrics.len(), 1);
    assert_eq!(told, ["two metrics of one scope have the name `b` by a view: one is left out"]);
}

#[test]
fn a_gauge_keeps_its_attributes_and_that_is_told_once() {
    let keep = View { settings: Settings { keys: Some(keys(&["b"])), ..Settings::default() }, ..view("*") };
    let points = points(&mut Random(5));
    let (metrics, told) = apply(
        views(vec![keep]),
        vec![shown("g", MetricData::Gauge { points: points.clone() }), shown("s", sum(points.clone()))],
    );
    let MetricData::Gauge { points: kept } = &metrics[0].data else { panic!("{metrics:?}") };
    assert_eq!(kept, &points);
    let MetricData::Sum { points: kept, .. } = &metrics[1].data else { panic!("{metrics:?}") };
    assert!(kept.len() <= 3);
    assert_eq!(told, ["gauge `g` keeps its attributes: values of a gauge cannot be merged"]);
}

/// Sets what the store records by, for one test at a time: there is one store.
fn recording(views: Option<Views>) -> std::sync::MutexGuard<'static, ()> {
    let one = crate::metrics::testing::recording();
    record_by(views);
    one
}

fn record_by(views: Option<Views>) {
    crate::metrics::set_recording(views.map(|views| {
        let rule: registry::RecordingRule =
            Arc::new(move |descriptor: &Descriptor, scope| views.recorded(descriptor, scope));
        rule
    }));
}

fn counts(plugin: &str, name: &str) -> (Vec<f64>, Vec<(SystemTime, Vec<u64>)>) {
    let Some(MetricData::Histogram { bounds, points }) = metric(plugin, name) else {
        panic!("no histogram {name}");
    };
    (bounds.to_vec(), points.into_iter().map(|point| (point.start_time, point.bucket_counts)).collect())
}

/// Values in both of the first and one above.
const VALUES: [f64; 4] = [0.003, 0.4, 3.0, 30.0];

#[test]
fn buckets_change_before_and_after_the_first_measurement_and_begin_anew() {
    static DESCRIPTOR: Descriptor = Descriptor::new(
        InstrumentKind::Histogram,
        NumberKind::F64,
        Scope::plugin("v-restart"),
        "a.time",
        "c",
    )
    .unit("s");
    static HISTOGRAM: Histogram<f64> = Histogram::declared(&DESCRIPTOR);
    let record = || VALUES.iter().for_each(|value| HISTOGRAM.record(*value));
    let name = "backstage.plugin.v-restart.a.time";
    let _one = recording(None);
    record();
    let (bounds, points) = counts("v-restart", "a.time");
    assert_eq!((bounds.len(), points[0].1.iter().sum::<u64>()), (14, 4));
    let before = points[0].0;

    record_by(Some(views(vec![with_bounds(name, &[0.5, 5.0])])));
    assert_eq!(counts("v-restart", "a.time").1[0].1, [0, 0, 0], "nothing recorded since");
    let between = SystemTime::now();
    for _ in 0..2 {
        record();
    }
    std::thread::scope(|scope| {
        scope.spawn(record);
    });
    let (bounds, points) = counts("v-restart", "a.time");
    assert_eq!((bounds, &points[0].1), (vec![0.5, 5.0], &vec![6, 3, 3]));
    assert!(before < points[0].0 && points[0].0 <= between, "{points:?}");

    // The same buckets go on; others begin anew, the declared ones too.
    record_by(Some(views(vec![with_bounds(name, &[0.5, 5.0])])));
    record();
    assert_eq!(counts("v-restart", "a.time").1[0].1, [8, 4, 4]);
    record_by(Some(views(vec![with_bounds(name, &[1.0])])));
    record();
    assert_eq!(counts("v-restart", "a.time").1[0].1, [2, 2]);
    record_by(None);
    record();
    let (bounds, points) = counts("v-restart", "a.time");
    assert_eq!((bounds.len(), points[0].1.iter().sum::<u64>()), (14, 4));
}

#[test]
fn free_attributes_and_rows_made_later_have_the_buckets_of_the_view() {
    let _one = recording(None);
    let meter = Meter::new(Scope::plugin("v-open"));
    let early = meter.histogram::<f64>("a.time").unit("s").build().unwrap();
    let record = |queue: &str| {
        for value in VALUES {
            early.record_with(value, FreeAttributes(&[("queue", queue.into())]));
        }
    };
    record("old");
    record_by(Some(views(vec![with_bounds("backstage.plugin.v-open.*", &[0.5, 5.0])])));
    record("old");
    record("new");
    let late = meter.histogram::<f64>("b.time").unit("s").build().unwrap();
    late.record_with(1.0, FreeAttributes(&[]));
    let (bounds, points) = counts("v-open", "a.time");
    assert_eq!(bounds, [0.5, 5.0]);
    assert_eq!(points.into_iter().map(|(_, counts)| counts).collect::<Vec<_>>(), [[2, 1, 1], [2, 1, 1]]);
    assert_eq!(counts("v-open", "b.time").0, [0.5, 5.0]);
    record_by(None);
}

#[test]
fn restarting_while_threads_record_loses_nothing_that_came_later() {
    let _one = recording(None);
    let meter = Meter::new(Scope::plugin("v-race"));
    let histogram = meter.histogram::<f64>("a.time").unit("s").build().unwrap();
    let stop = AtomicBool::new(false);
    let record = || VALUES.iter().for_each(|value| histogram.record_with(*value, FreeAttributes(&[])));
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        record();
                    }
                })
            })
            .collect();
        record_by(Some(views(vec![with_bounds("backstage.plugin.v-race.*", &[0.5, 5.0])])));
        // From the first collection on every thread is where it belongs.
        drop(collect(&Naming::default()));
        stop.store(true, Ordering::Relaxed);
        for thread in threads {
            thread.join().unwrap();
        }
        let sum = || counts("v-race", "a.time").1.iter().flat_map(|(_, counts)| counts.clone()).sum::<u64>();
        let before = sum();
        for _ in 0..100 {
            record();
        }
        std::thread::scope(|scope| {
            scope.spawn(record);
        });
        assert_eq!(sum() - before, 404);
    });
    record_by(None);
}

#[test]
fn a_metric_of_free_attributes_takes_as_many_series_as_its_view_says() {
    let limit = |limit| Settings { limit: Some(limit), ..Settings::default() };
    let _one =
        recording(Some(views(vec![View { settings: limit(2), ..view("backstage.plugin.v-limit.*") }])));
    let meter = Meter::new(Scope::plugin("v-limit"));
    let counter = meter.counter::<u64>("a.count").build().unwrap();
    for id in 0..5_i64 {
        counter.add_with(1, FreeAttributes(&[("id", id.into())]));
    }
    let seen = meter.observable_gauge::<i64>("a.level").build().unwrap();
    seen.observe_with(|observer| {
        for id in 0..5_i64 {
            observer.observe_with(id, FreeAttributes(&[("id", id.into())]));
        }
    })
    .keep();
    assert_eq!(
        numbers("v-limit", "a.count").iter().map(|(_, value)| *value).collect::<Vec<_>>(),
        [1.0, 1.0, 3.0]
    );
    assert_eq!(numbers("v-limit", "a.level").len(), 3);
    record_by(None);
}

static COUNTER: Descriptor =
    Descriptor::new(InstrumentKind::Counter, NumberKind::U64, Scope::plugin("v-check"), "a.count", "c");
static GAUGE: Descriptor =
    Descriptor::new(InstrumentKind::Gauge, NumberKind::U64, Scope::plugin("v-check"), "b.level", "c")
        .attribute_keys(&["kind"]);

fn check(views: &Views, descriptors: &[&'static Descriptor]) -> Findings {
    let busy = crate::metrics::store::Busy::enter().unwrap();
    let families: Vec<_> =
        descriptors.iter().map(|descriptor| registry::family(&busy, descriptor, descriptor.scope)).collect();
    drop(busy);
    views.check_all(&families)
}

#[test]
fn what_a_view_cannot_do_is_a_mistake_if_it_is_about_one_metric_and_else_a_notice() {
    let both: &[&'static Descriptor] = &[&COUNTER, &GAUGE];
    let no_keys = Settings { keys: Some(keys(&["other"])), ..Settings::default() };
    let gauge = "backstage.plugin.v-check.b.level";
    let text = format!(
        "app-config.yaml:1:1: gauge `{gauge}` keeps its attribute `kind`: values of a gauge cannot be merged"
    );
    let one = check(&views(vec![View { settings: no_keys.clone(), ..view(gauge) }]), both);
    assert_eq!(one, Findings { errors: vec![text.clone()], notices: Vec::new() });
    let many = check(&views(vec![View { settings: no_keys, ..view("backstage.plugin.v-check.*") }]), both);
    assert_eq!(many, Findings { errors: Vec::new(), notices: vec![text] });
    let buckets = check(&views(vec![with_bounds("backstage.plugin.v-check.a.count", &[1.0])]), both);
    assert_eq!(
        buckets.errors,
        [
            "app-config.yaml:1:1: `backstage.plugin.v-check.a.count` is no histogram but a counter, which has no buckets"
        ]
    );
    let dropped = View { drop: true, ..view(gauge) };
    let kept = check(&views(vec![dropped, view("*")]), both);
    assert_eq!(
        kept.notices,
        [format!("app-config.yaml:1:1: `{gauge}` is exported all the same, by another view that selects it")]
    );
}

#[test]
fn a_pattern_for_names_of_ours_that_selects_nothing_is_noticed_with_the_nearest_name() {
    let both: &[&'static Descriptor] = &[&COUNTER, &GAUGE];
    let mut some = views(vec![
        view("backstage.plugin.v-check.a.cuont"),
        view("backstage.core.*"),
        view("third.party"),
        view("backstage.plugin.v-check.*"),
    ]);
    some.include.push(Pattern::new("backstage.plugin.v-chekc.*"));
    let later = "selects no metric of this program, unless one is made later";
    assert_eq!(
        check(&some, both).notices,
        [
            format!(
                "app-config.yaml:1:1: `backstage.plugin.v-check.a.cuont` {later} (nearest: `backstage.plugin.v-check.a.count`)"
            ),
            format!("app-config.yaml:1:1: `backstage.core.*` {later}"),
            format!("telemetry.metrics.include: `backstage.plugin.v-chekc.*` {later}"),
        ]
    );
}

#[test]
fn names_that_meet_by_a_view_are_mistakes_also_as_prometheus_spells_them() {
    let both: &[&'static Descriptor] = &[&COUNTER, &GAUGE];
    let (counter, gauge) = ("backstage.plugin.v-check.a.count", "backstage.plugin.v-check.b.level");
    let one_name = check(&views(vec![named(counter, "x"), named(gauge, "X")]), both);
    assert_eq!(
        one_name.errors,
        [format!("app-config.yaml:1:1: `{counter}` and `{gauge}` would both be exported as `X`")]
    );
    let spelled = check(&views(vec![named(counter, "a.b"), named(gauge, "a_b")]), both);
    assert_eq!(
        spelled.errors,
        [format!(
            "app-config.yaml:1:1: `{counter}` and `{gauge}` would both be `a_b` in Prometheus, and one of them is left out there"
        )]
    );
    assert_eq!(check(&views(vec![named(counter, "a"), named(gauge, "b")]), both), Findings::default());
}

#[test]
fn names_that_meet_because_they_are_as_written_are_noticed() {
    static OTHER: Descriptor =
        Descriptor::new(InstrumentKind::Gauge, NumberKind::U64, Scope::plugin("v-other"), "a.count", "c");
    static SAME: Descriptor =
        Descriptor::new(InstrumentKind::Counter, NumberKind::U64, Scope::plugin("v-same"), "a.count", "c");
    let mut as_is = views(Vec::new());
    as_is.naming.as_is = true;
    assert_eq!(check(&as_is, &[&COUNTER, &SAME]), Findings::default());
    let found = check(&as_is, &[&COUNTER, &OTHER]);
    assert!(found.errors.is_empty());
    assert_eq!(
        found.notices,
        ["`a.count` and `a.count` would both be `a_count` in Prometheus, and one of them is left out there"]
    );
}
