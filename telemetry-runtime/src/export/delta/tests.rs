//! Deltas add up to what was recorded, to the unit, whatever else reads.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::*;
use crate::metrics::{AttributeData, Attributes, FreeAttributes, Meter, Naming, collect};
use crate::plugin::Scope;

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn attributes(value: &str) -> Attributes {
    [("key".into(), AttributeData::String(value.to_owned().into()))].into()
}

fn snapshot(time: u64, metrics: Vec<Metric>) -> Arc<Snapshot> {
    Arc::new(Snapshot {
        time: at(time),
        scopes: vec![ScopeMetrics { scope: MeterScope::default(), metrics }],
    })
}

fn metric(name: &str, kind: InstrumentKind, data: MetricData) -> Metric {
    Metric {
        name: name.into(),
        description: "".into(),
        unit: "".into(),
        kind: Some(kind),
        temporality: Temporality::Cumulative,
        data,
    }
}

/// A counter, or any other sum, of two series.
fn sum(kind: InstrumentKind, start: u64, values: &[(&str, u64)]) -> Metric {
    let point = |(key, value): &(&str, u64)| NumberPoint {
        attributes: attributes(key),
        start_time: at(start),
        value: Number::U64(*value),
    };
    let points = values.iter().map(point).collect();
    metric("sum", kind, MetricData::Sum { monotonic: kind.is_monotonic(), points })
}

fn histogram(start: u64, counts: &[u64], sum: f64) -> Metric {
    let point = HistogramPoint {
        attributes: attributes("a"),
        start_time: at(start),
        count: counts.iter().sum(),
        sum,
        min: Some(0.5),
        max: Some(9.0),
        bucket_counts: counts.to_vec(),
        exemplars: Vec::new(),
    };
    let data = MetricData::Histogram { bounds: [1.0].into(), points: vec![point] };
    metric("histogram", InstrumentKind::Histogram, data)
}

/// Start, value and key of each point.
fn numbers(snapshot: &Snapshot) -> Vec<(SystemTime, f64)> {
    let mut found = Vec::new();
    for metric in snapshot.scopes.iter().flat_map(|scope| &scope.metrics) {
        if let MetricData::Sum { points, .. } | MetricData::Gauge { points } = &metric.data {
            found.extend(points.iter().map(|point| (point.start_time, point.value.as_f64())));
        }
    }
    found
}

const COUNTER: InstrumentKind = InstrumentKind::Counter;

#[test]
fn a_delta_starts_where_the_last_one_that_was_taken_ended() {
    let mut taken = Taken::default();
    let first = snapshot(10, vec![sum(COUNTER, 3, &[("a", 5)])]);
    let delta = taken.since(&first, false);
    assert_eq!(numbers(&delta), [(at(3), 5.0)]);
    assert_eq!(delta.scopes[0].metrics[0].temporality, Temporality::Delta);
    // Not taken, so it comes again.
    assert_eq!(numbers(&taken.since(&first, false)), [(at(3), 5.0)]);
    taken.take(&first, false);
    let second = snapshot(20, vec![sum(COUNTER, 3, &[("a", 7), ("new", 1)])]);
    assert_eq!(numbers(&taken.since(&second, false)), [(at(10), 2.0), (at(10), 1.0)]);
    taken.take(&second, false);
    let third = snapshot(30, vec![sum(COUNTER, 3, &[("a", 7), ("new", 4)])]);
    assert_eq!(numbers(&taken.since(&third, false)), [(at(20), 3.0)], "a series at rest tells nothing");
}

#[test]
fn a_series_that_began_anew_starts_at_its_own_start() {
    let mut taken = Taken::default();
    taken.take(&snapshot(10, vec![sum(COUNTER, 3, &[("a", 5)]), histogram(3, &[1, 1], 2.0)]), false);
    let later = snapshot(20, vec![sum(COUNTER, 15, &[("a", 6)]), histogram(15, &[2, 1], 3.0)]);
    let delta = taken.since(&later, false);
    assert_eq!(numbers(&delta), [(at(15), 6.0)]);
    let MetricData::Histogram { points, .. } = &delta.scopes[0].metrics[1].data else { panic!("{delta:?}") };
    assert_eq!((points[0].start_time, &*points[0].bucket_counts), (at(15), &[2, 1][..]));
    // A sum that is smaller than before is another sum, whatever its start says.
    let smaller = snapshot(20, vec![sum(COUNTER, 3, &[("a", 2)])]);
    assert_eq!(numbers(&taken.since(&smaller, false)), [(at(10), 2.0)]);
}

#[test]
fn histograms_have_deltas_of_counts_and_sum() {
    let mut taken = Taken::default();
    taken.take(&snapshot(10, vec![histogram(3, &[1, 1], 2.0)]), false);
    let delta = taken.since(&snapshot(20, vec![histogram(3, &[1, 4], 5.5)]), false);
    let MetricData::Histogram { points, .. } = &delta.scopes[0].metrics[0].data else { panic!("{delta:?}") };
    let point = &points[0];
    assert_eq!((point.start_time, point.count, &*point.bucket_counts), (at(10), 3, &[0, 3][..]));
    assert!((point.sum - 3.5).abs() < 1e-12);
    assert_eq!((point.min, point.max), (None, None));
    let rest = taken.since(&snapshot(20, vec![histogram(3, &[1, 1], 2.0)]), false);
    assert!(
        matches!(&rest.scopes[0].metrics[0].data, MetricData::Histogram { points, .. } if points.is_empty())
    );
}

/// Count and sum of each point of the histogram.
fn counts_and_sums(snapshot: &Snapshot) -> Vec<(u64, f64)> {
    match &snapshot.scopes[0].metrics[0].data {
        MetricData::Histogram { points, .. } => points.iter().map(|point| (point.count, point.sum)).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_came_to_a_sum_before_its_count_did_is_told_with_that() {
    let mut taken = Taken::default();
    let told: Vec<_> = [
        histogram(3, &[1, 1], 2.0),
        // Read while two measurements were recorded: their counts were not there yet.
        histogram(3, &[1, 1], 5.5),
        histogram(3, &[1, 1], 5.5),
        histogram(3, &[1, 3], 5.5),
        // Here one more was counted in the meantime.
        histogram(3, &[2, 3], 6.75),
        histogram(3, &[2, 4], 6.75),
    ]
    .into_iter()
    .zip(1..)
    .map(|(histogram, time)| {
        let snapshot = snapshot(time * 10, vec![histogram]);
        let told = counts_and_sums(&taken.since(&snapshot, false));
        taken.take(&snapshot, false);
        told
    })
    .collect();
    let expected: [&[_]; 6] = [&[(2, 2.0)], &[], &[], &[(2, 3.5)], &[(1, 1.25)], &[(1, 0.0)]];
    assert_eq!(told, expected);
}

#[test]
fn what_can_go_down_stays_cumulative_and_with_low_memory_observable_counters_too() {
    let gauge = metric(
        "gauge",
        InstrumentKind::Gauge,
        MetricData::Gauge {
            points: vec![NumberPoint {
                attributes: attributes("a"),
                start_time: at(1),
                value: Number::U64(9),
            }],
        },
    );
    let up_down = sum(InstrumentKind::UpDownCounter, 3, &[("a", 5)]);
    let observed = sum(InstrumentKind::ObservableCounter, 3, &[("a", 5)]);
    let all = snapshot(10, vec![up_down, gauge]);
    for low_memory in [false, true] {
        let mut taken = Taken::default();
        taken.take(&all, low_memory);
        let delta = taken.since(&all, low_memory);
        assert_eq!(numbers(&delta), [(at(3), 5.0), (at(1), 9.0)]);
        assert!(delta.scopes[0].metrics.iter().all(|metric| metric.temporality == Temporality::Cumulative));
    }
    let observed = snapshot(10, vec![observed]);
    for (low_memory, expected) in [(false, Temporality::Delta), (true, Temporality::Cumulative)] {
        let delta = Taken::default().since(&observed, low_memory);
        assert_eq!(delta.scopes[0].metrics[0].temporality, expected);
    }
}

/// All values of a plugin's sums and the counts of its histograms.
fn all(snapshot: &Snapshot, plugin: &str) -> (f64, u64, f64) {
    let mut found = (0.0, 0, 0.0);
    let own = |scope: &&ScopeMetrics| scope.scope.attributes.iter().any(|(_, id)| id == plugin);
    for metric in snapshot.scopes.iter().filter(own).flat_map(|scope| &scope.metrics) {
        match &metric.data {
            MetricData::Sum { points, .. } => {
                found.0 += points.iter().map(|point| point.value.as_f64()).sum::<f64>();
            }
            MetricData::Histogram { points, .. } => {
                for point in points {
                    assert_eq!(point.count, point.bucket_counts.iter().sum::<u64>());
                    found.1 += point.count;
                    found.2 += point.sum;
                }
            }
            MetricData::Gauge { .. } => {}
        }
    }
    found
}

#[test]
fn deltas_of_two_readers_add_up_to_what_threads_recorded_while_a_third_reads_all() {
    const THREADS: u32 = 4;
    const EACH: u32 = 20_000;
    let meter = Meter::new(Scope::plugin("delta-exact"));
    let counter = meter.counter::<u64>("a.count").build().unwrap();
    let histogram = meter.histogram::<f64>("a.size").build().unwrap();
    let read = || Arc::new(Snapshot { time: SystemTime::now(), scopes: collect(&Naming::default()) });
    let recorded = AtomicBool::new(false);
    thread::scope(|scope| {
        let deltas = |every: usize| {
            let mut taken = Taken::default();
            let mut total = (0.0, 0, 0.0);
            let mut round = 0;
            loop {
                let last = recorded.load(Ordering::Acquire);
                let snapshot = read();
                round += 1;
                // Some exports fail: what was not taken must come with the next one, once.
                if last || round % every != 0 {
                    let delta = all(&taken.since(&snapshot, false), "delta-exact");
                    total = (total.0 + delta.0, total.1 + delta.1, total.2 + delta.2);
                    taken.take(&snapshot, false);
                }
                if last {
                    return total;
                }
            }
        };
        let readers = [2, 3].map(|every| scope.spawn(move || deltas(every)));
        let cumulative = scope.spawn(|| {
            let mut before = (0.0, 0, 0.0);
            while !recorded.load(Ordering::Acquire) {
                let now = all(&read(), "delta-exact");
                assert!(before.0 <= now.0 && before.1 <= now.1 && before.2 <= now.2, "{before:?} {now:?}");
                before = now;
            }
        });
        let writers: Vec<_> = (0..THREADS)
            .map(|number| {
                let (counter, histogram) = (&counter, &histogram);
                scope.spawn(move || {
                    for value in 0..EACH {
                        let key = [("worker", i64::from((number + value) % 7).into())];
                        counter.add_with(2, FreeAttributes(&key));
                        histogram.record_with(f64::from(value % 300), FreeAttributes(&key));
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.join().unwrap();
        }
        recorded.store(true, Ordering::Release);
        let size: f64 = (0..EACH).map(|value| f64::from(value % 300)).sum();
        let expected = (f64::from(2 * THREADS * EACH), u64::from(THREADS * EACH), size * f64::from(THREADS));
        for reader in readers {
            assert_eq!(reader.join().unwrap(), expected);
        }
        cumulative.join().unwrap();
        assert_eq!(all(&read(), "delta-exact"), expected);
    });
}
