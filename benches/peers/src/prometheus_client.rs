//! `prometheus-client`: families whose labels are enums.

use std::sync::atomic::{AtomicI64, AtomicU64};

use bench_harness::inputs::{SECONDS, duration, growing, texts};
use bench_harness::{Row, Started};
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry};

use crate::metrics::assert_text;

bench_harness::step! {
    #[derive(Clone, Copy, Debug, Hash, PartialEq, Eq, EncodeLabelValue)] value;
    #[derive(Clone, Copy, Debug, Hash, PartialEq, Eq, EncodeLabelSet)] set;
}

#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfKind {
    kind: Kind,
}

/// Three texts.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct Request {
    pub method: String,
    pub route: String,
    pub status: String,
}

pub const ROWS: &[Row] = &[
    Row::new("prometheus_client/counter_0", "loop", || {
        let counter = Counter::<u64, AtomicU64>::default();
        started(1, counter.clone(), Started::new(move |run| run.each(|_| counter.inc())))
    }),
    Row::new("prometheus_client/counter_1", "loop_kind", || {
        let family = Family::<OfKind, Counter>::default();
        started(
            2,
            family.clone(),
            Started::new(move |run| {
                run.each(|index| family.get_or_create(&OfKind { kind: Step::at(index).kind }).inc());
            }),
        )
    }),
    Row::new("prometheus_client/counter_3", "loop_step", || {
        let family = Family::<Step, Counter>::default();
        started(
            16,
            family.clone(),
            Started::new(move |run| run.each(|index| family.get_or_create(&Step::at(index)).inc())),
        )
    }),
    Row::new("prometheus_client/label_3", "loop_texts", || {
        let family = Family::<Request, Counter>::default();
        started(
            16,
            family.clone(),
            Started::new(move |run| {
                run.each(|index| {
                    let [method, route, status] = texts(index).map(str::to_owned);
                    family.get_or_create(&Request { method, route, status }).inc()
                });
            }),
        )
    }),
    Row::new("prometheus_client/histogram_0", "loop_duration", || {
        let histogram = histogram();
        started(
            1,
            histogram.clone(),
            Started::new(move |run| run.each(|index| histogram.observe(duration(index)))),
        )
    }),
    Row::new("prometheus_client/histogram_0_growing", "loop_growing", || {
        let histogram = histogram();
        started(
            1,
            histogram.clone(),
            Started::new(move |run| run.each(|index| histogram.observe(growing(index)))),
        )
    }),
    Row::new("prometheus_client/histogram_3", "loop_duration_step", || {
        let family = Family::<Step, Histogram>::new_with_constructor(histogram);
        started(
            16,
            family.clone(),
            Started::new(move |run| {
                run.each(|index| family.get_or_create(&Step::at(index)).observe(duration(index)));
            }),
        )
    }),
    Row::new("prometheus_client/gauge_set", "loop_growing", || {
        let gauge = Gauge::<f64, AtomicU64>::default();
        let set = gauge.clone();
        Started::new(move |run| run.each(|index| set.set(growing(index))))
            .checked(move |_| assert!(gauge.get() > 0.0))
    }),
    Row::new("prometheus_client/up_down_add", "loop", || {
        let gauge = Gauge::<i64, AtomicI64>::default();
        started(1, gauge.clone(), Started::new(move |run| run.each(|_| gauge.inc())))
    }),
];

fn histogram() -> Histogram {
    Histogram::new(SECONDS)
}

fn started(series: usize, metric: impl Metric, started: Started) -> Started {
    let mut registry = Registry::default();
    registry.register("measured", "Measured", metric);
    started.checked(move |operations| {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).expect("it can be written");
        assert_text(&text, series, operations);
    })
}
