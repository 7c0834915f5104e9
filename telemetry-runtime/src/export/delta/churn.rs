//! Threads come and go by the thousand while destinations of both kinds export: each has got what was added, to the unit.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;

use super::*;
use crate::metrics::testing::{descriptor, text};
use crate::metrics::{Attributes, Counter, Histogram, Naming, collect};

/// How many threads start others, one after the other.
const STARTERS: u32 = if cfg!(miri) { 2 } else { 4 };
/// How many each of them starts, half of which are even.
const THREADS: u32 = if cfg!(miri) { 4 } else { 500 };
/// How often each of those records before it ends.
const EACH: u32 = 20;

static COUNT: Counter<u64, (bool,)> =
    Counter::declared(descriptor!(Counter, U64, "delta-churn", "a.count", attribute_keys(&["on"])));
static AMOUNT: Counter<f64> = Counter::declared(descriptor!(Counter, F64, "delta-churn", "a.amount"));
static SIZE: Histogram<u64, (bool,)> =
    Histogram::declared(descriptor!(Histogram, U64, "delta-churn", "a.size", attribute_keys(&["on"])));

/// Counts at the end of its thread.
struct Late;

impl Drop for Late {
    fn drop(&mut self) {
        COUNT.add_with(3, (true,));
    }
}

thread_local! {
    static LATE: Late = const { Late };
}

/// What a short thread does: sums of quarters are exact in any order.
fn record(number: u32) {
    LATE.with(|_| ());
    for n in 0..EACH {
        COUNT.add_with(1, (false,));
        AMOUNT.add(0.25);
        SIZE.record_with(n.into(), (number.is_multiple_of(2),));
    }
}

type Sums = BTreeMap<String, f64>;

/// Every value by its metric and attributes, and of histograms count, sum and each bucket.
fn sums(snapshot: &Snapshot) -> Sums {
    let mut sums = Sums::new();
    let own = |scope: &&ScopeMetrics| scope.scope.attributes.iter().any(|(_, id)| id == "delta-churn");
    for metric in snapshot.scopes.iter().filter(own).flat_map(|scope| &scope.metrics) {
        let mut put = |attributes: &Attributes, what: &str, value: f64| {
            let known = sums.insert(format!("{} {} {what}", metric.name, text(attributes)), value);
            assert!(known.is_none(), "two points of one series in {metric:?}");
        };
        match &metric.data {
            MetricData::Sum { points, .. } | MetricData::Gauge { points } => {
                for point in points {
                    put(&point.attributes, "value", point.value.as_f64());
                }
            }
            #[expect(clippy::cast_precision_loss, reason = "few")]
            MetricData::Histogram { points, .. } => {
                for point in points {
                    put(&point.attributes, "count", point.count as f64);
                    put(&point.attributes, "sum", point.sum);
                    for (index, count) in point.bucket_counts.iter().enumerate() {
                        put(&point.attributes, &format!("bucket {index}"), *count as f64);
                    }
                }
            }
        }
    }
    sums
}

/// A destination that refuses some exports and puts the others together, as a backend does.
struct Backend {
    temporality: TemporalityPreference,
    /// Every so many exports fail; none with 0.
    refuses: usize,
    exports: AtomicUsize,
    got: Arc<Mutex<Sums>>,
}

impl MetricSink for Backend {
    fn name(&self) -> &'static str {
        "backend"
    }

    fn temporality(&self) -> TemporalityPreference {
        self.temporality
    }

    fn export<'a>(
        &'a self,
        snapshot: &'a Arc<Snapshot>,
        _: &'a Resource,
    ) -> BoxFuture<'a, Result<Receipt, ExportError>> {
        let number = self.exports.fetch_add(1, Ordering::Relaxed) + 1;
        if self.refuses > 0 && number.is_multiple_of(self.refuses) {
            return Box::pin(async { Err(ExportError::new("not now")) });
        }
        let is_delta = self.temporality == TemporalityPreference::Delta;
        let mut got = self.got.lock().unwrap();
        for (series, value) in sums(snapshot) {
            let total = got.entry(series).or_default();
            assert!(is_delta || *total <= value, "a cumulative value went back from {total} to {value}");
            *total = if is_delta { *total + value } else { value };
        }
        Box::pin(async { Ok(Receipt::default()) })
    }
}

fn export(sink: &dyn MetricSink, resource: &Resource) -> bool {
    let snapshot = Arc::new(Snapshot { time: SystemTime::now(), scopes: collect(&Naming::default()) });
    let mut export = sink.export(&snapshot, resource);
    match export.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result.is_ok(),
        Poll::Pending => panic!("the backend waits for nothing"),
    }
}

fn expected() -> Sums {
    let threads = f64::from(STARTERS * THREADS);
    let half = threads / 2.0;
    let mut expected = Sums::new();
    let mut put = |series: &str, value: f64| {
        expected.insert(format!("backstage.plugin.delta-churn.{series}"), value);
    };
    put("a.amount  value", threads * f64::from(EACH) / 4.0);
    put("a.count on=false value", threads * f64::from(EACH));
    put("a.count on=true value", threads * 3.0);
    for on in [false, true] {
        put(&format!("a.size on={on} count"), half * f64::from(EACH));
        put(&format!("a.size on={on} sum"), half * f64::from((0..EACH).sum::<u32>()));
    }
    expected
}

#[test]
fn every_destination_has_got_what_threads_added_that_came_and_went() {
    let over = AtomicBool::new(false);
    let kinds = [
        (TemporalityPreference::Delta, 0),
        (TemporalityPreference::Delta, 3),
        (TemporalityPreference::Cumulative, 0),
        (TemporalityPreference::Cumulative, 3),
    ];
    thread::scope(|scope| {
        let readers = kinds.map(|(temporality, refuses)| {
            let over = &over;
            scope.spawn(move || {
                let got = Arc::default();
                let exports = AtomicUsize::new(0);
                let backend = Backend { temporality, refuses, exports, got: Arc::clone(&got) };
                let sink = DeltaSink::around(Box::new(backend));
                let resource = Resource::builder_empty().build();
                let mut taken = 0;
                loop {
                    let last = over.load(Ordering::Acquire);
                    let is_taken = export(&*sink, &resource);
                    taken += usize::from(is_taken);
                    if last && is_taken {
                        let got = got.lock().unwrap().clone();
                        return (got, taken);
                    }
                }
            })
        });
        let starters: Vec<_> = (0..STARTERS)
            .map(|_| {
                scope.spawn(|| {
                    for number in 0..THREADS {
                        thread::spawn(move || record(number)).join().unwrap();
                    }
                })
            })
            .collect();
        for starter in starters {
            starter.join().unwrap();
        }
        over.store(true, Ordering::Release);
        for (reader, kind) in readers.into_iter().zip(kinds) {
            let (mut got, taken) = reader.join().unwrap();
            let buckets: f64 =
                got.iter().filter(|(series, _)| series.contains("bucket")).map(|(_, n)| n).sum();
            got.retain(|series, _| !series.contains("bucket"));
            assert_eq!(got, expected(), "{kind:?}");
            assert_eq!(buckets.to_bits(), f64::from(STARTERS * THREADS * EACH).to_bits(), "{kind:?}");
            assert!(taken > 1, "{kind:?} has seen nothing of what happens in between");
        }
    });
}
