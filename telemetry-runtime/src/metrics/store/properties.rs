//! Random programs on the store, against the simplest model of what they measure.
//!
//! Instruments outlive a case, so each compares what came since.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;

use proptest::collection::vec;
use proptest::prelude::*;
use telemetry_macros::MetricAttributes;

use crate::metrics::registry::Recorded;
use crate::metrics::snapshot::HistogramPoint;
use crate::metrics::testing::{descriptor, metric, numbers, recording};
use crate::metrics::{
    Counter, Descriptor, FreeAttributes, Histogram, Label, Meter, MetricData, set_recording,
};
use crate::plugin::Scope;

/// One under Miri, which is slow, and no files: it has none.
fn config() -> ProptestConfig {
    ProptestConfig {
        cases: if cfg!(miri) { 1 } else { 48 },
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// One measurement.
#[derive(Clone, Debug)]
enum Step {
    Count(u32, bool),
    Float(u8, bool),
    Measure(u16, bool),
    Text(u8),
    Collect,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (any::<u32>(), any::<bool>()).prop_map(|(n, on)| Step::Count(n, on)),
        2 => (any::<u8>(), any::<bool>()).prop_map(|(n, on)| Step::Float(n, on)),
        4 => (any::<u16>(), any::<bool>()).prop_map(|(n, on)| Step::Measure(n, on)),
        2 => any::<u8>().prop_map(Step::Text),
        1 => Just(Step::Collect),
    ]
}

static COUNT: Counter<u64, (bool,)> =
    Counter::declared(descriptor!(Counter, U64, "p-sums", "a.u", attribute_keys(&["on"])));
static FLOAT: Counter<f64, (bool,)> =
    Counter::declared(descriptor!(Counter, F64, "p-sums", "a.f", attribute_keys(&["on"])));
static MEASURE: Histogram<u64, (bool,)> =
    Histogram::declared(descriptor!(Histogram, U64, "p-sums", "a.h", attribute_keys(&["on"])));
static TEXT: Counter<u64, (Label<'static>,)> =
    Counter::declared(descriptor!(Counter, U64, "p-sums", "a.l", attribute_keys(&["id"])));

fn run(steps: &[Step]) {
    for step in steps {
        match *step {
            Step::Count(n, on) => COUNT.add_with(n.into(), (on,)),
            // Quarters are added exactly in any order.
            Step::Float(n, on) => FLOAT.add_with(f64::from(n) / 4.0, (on,)),
            Step::Measure(n, on) => MEASURE.record_with(n.into(), (on,)),
            Step::Text(n) => TEXT.add_with(1, (Label::new(&n.to_string()),)),
            Step::Collect => drop(metric("p-sums", "a.u")),
        }
    }
}

/// The points of a histogram by their attributes.
fn points(plugin: &str, name: &str) -> Vec<HistogramPoint> {
    match metric(plugin, name) {
        Some(MetricData::Histogram { points, .. }) => points,
        other => panic!("{name} is {other:?}"),
    }
}

/// All sums by metric and attributes, the number of measurements among them.
fn sums() -> BTreeMap<String, f64> {
    let mut sums = BTreeMap::new();
    for name in ["a.u", "a.f", "a.l"] {
        // Declared when it was first recorded.
        if metric("p-sums", name).is_some() {
            sums.extend(
                numbers("p-sums", name).into_iter().map(|(key, value)| (format!("{name} {key}"), value)),
            );
        }
    }
    if metric("p-sums", "a.h").is_some() {
        for point in points("p-sums", "a.h") {
            let on = point.attributes[0].1.clone();
            #[expect(clippy::cast_precision_loss, reason = "few")]
            let count = point.count as f64;
            sums.insert(format!("a.h count {on:?}"), count);
            sums.insert(format!("a.h sum {on:?}"), point.sum);
        }
    }
    sums
}

fn model(steps: &[Step]) -> BTreeMap<String, f64> {
    let mut model = BTreeMap::new();
    let mut add = |key: String, value: f64| *model.entry(key).or_insert(0.0) += value;
    for step in steps {
        match *step {
            Step::Count(n, on) => add(format!("a.u on={on}"), n.into()),
            Step::Float(n, on) => add(format!("a.f on={on}"), f64::from(n) / 4.0),
            Step::Measure(n, on) => {
                let on = crate::metrics::AttributeData::Bool(on);
                add(format!("a.h count {on:?}"), 1.0);
                add(format!("a.h sum {on:?}"), n.into());
            }
            Step::Text(n) => add(format!("a.l id={n}"), 1.0),
            Step::Collect => {}
        }
    }
    model
}

/// Has the histogram of `p-moved` recorded with these bounds.
fn record_with(bounds: Option<&'static [f64]>) {
    set_recording(Some(Arc::new(move |_: &Descriptor, scope: Scope| Recorded {
        bounds: bounds.filter(|_| scope.id() == "p-moved").map(<[f64]>::to_vec),
        limit: None,
    })));
}

/// Bounds that a view may give; `None` is what was declared.
const BOUNDS: [Option<&'static [f64]>; 4] = [None, Some(&[10.0, 100.0]), Some(&[1.0, 2.0, 4.0]), Some(&[])];

#[derive(Clone, Copy, MetricAttributes)]
struct Few<'a> {
    #[attribute(limit = 5)]
    text: Label<'a>,
    on: bool,
}

static FEW: Counter<u64, Few<'static>> = Counter::declared(descriptor!(Counter, U64, "p-few", "a.l"));

proptest! {
    #![proptest_config(config())]

    #[test]
    fn sums_are_those_of_all_threads(programs in vec(vec(step(), 0..30), 1..6)) {
        let before = sums();
        // The first half beside each other, the others one after the other, in slabs that were handed back.
        let (together, after) = programs.split_at(programs.len() / 2);
        thread::scope(|scope| {
            let threads: Vec<_> = together.iter().map(|steps| scope.spawn(|| run(steps))).collect();
            for thread in threads {
                thread.join().expect("nothing panics");
            }
        });
        for steps in after {
            thread::scope(|scope| scope.spawn(|| run(steps)).join()).expect("nothing panics");
        }
        let mut since = sums();
        for (key, value) in &mut since {
            *value -= before.get(key).copied().unwrap_or(0.0);
        }
        since.retain(|_, value| *value != 0.0);
        let mut expected = model(&programs.concat());
        expected.retain(|_, value| *value != 0.0);
        prop_assert_eq!(since, expected);
    }

    #[test]
    fn a_histogram_holds_what_came_since_its_buckets_changed(
        rounds in vec((0..BOUNDS.len(), vec(any::<u16>(), 0..12), any::<bool>()), 1..8),
    ) {
        let _one = recording();
        let histogram = Meter::new(Scope::plugin("p-moved")).histogram::<u64>("a.h").build().expect("a metric");
        // Whatever another case left, it begins anew with these, and again with any of the others.
        let mut bounds: Option<&'static [f64]> = Some(&[77.0]);
        record_with(bounds);
        let mut values: Vec<u16> = Vec::new();
        for (to, more, elsewhere) in rounds {
            record_with(BOUNDS[to]);
            if bounds != BOUNDS[to] {
                bounds = BOUNDS[to];
                values.clear();
            }
            let record = || {
                for n in &more {
                    histogram.record_with(u64::from(*n), FreeAttributes(&[]));
                }
            };
            if elsewhere {
                thread::scope(|scope| scope.spawn(record).join()).expect("nothing panics");
            } else {
                record();
            }
            values.extend(&more);
            let Some(MetricData::Histogram { bounds, points }) = metric("p-moved", "a.h") else {
                panic!("no histogram");
            };
            let mut counts = vec![0_u64; bounds.len() + 1];
            for value in &values {
                counts[bounds.iter().filter(|bound| **bound < f64::from(*value)).count()] += 1;
            }
            let shown = points.first().map(|point| point.bucket_counts.clone()).unwrap_or_default();
            prop_assert_eq!(shown.iter().sum::<u64>(), values.len() as u64);
            prop_assert!(values.is_empty() || shown == counts, "{shown:?} is not {counts:?}");
            let sum = points.first().map_or(0.0, |point| point.sum);
            let expected = values.iter().fold(0.0, |sum, value| sum + f64::from(*value));
            prop_assert_eq!(sum.to_bits(), expected.to_bits());
            if let Some(point) = points.first().filter(|_| !values.is_empty()) {
                prop_assert_eq!(point.min, values.iter().min().map(|value| f64::from(*value)));
                prop_assert_eq!(point.max, values.iter().max().map(|value| f64::from(*value)));
            }
        }
        set_recording(None);
    }

    #[test]
    fn what_goes_beyond_a_limit_is_counted_on_the_overflow_series(texts in vec((0_u8..12, any::<bool>()), 0..60)) {
        let total = || -> f64 {
            let shown = metric("p-few", "a.l").is_some();
            if shown { numbers("p-few", "a.l").iter().map(|(_, value)| value).sum() } else { 0.0 }
        };
        let before = total();
        thread::scope(|scope| {
            let threads: Vec<_> = texts
                .chunks(20)
                .map(|texts| {
                    scope.spawn(move || {
                        for (text, on) in texts {
                            FEW.add_with(1, Few { text: Label::new(&text.to_string()), on: *on });
                        }
                    })
                })
                .collect();
            for thread in threads {
                thread.join().expect("nothing panics");
            }
        });
        #[expect(clippy::cast_precision_loss, reason = "few")]
        let expected = texts.len() as f64;
        prop_assert_eq!((total() - before).to_bits(), expected.to_bits());
        if !texts.is_empty() {
            // Five texts with two values each, and the rest.
            prop_assert!(numbers("p-few", "a.l").len() <= 11);
        }
    }
}
