//! `prometheus`: vectors by label values.

use bench_harness::inputs::{SECONDS, duration, growing, texts};
use bench_harness::{Row, Started};
use prometheus::core::Collector;
use prometheus::{
    Gauge, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry,
};

use crate::metrics::assert_text;
use crate::words::Step;

pub const ROWS: &[Row] = &[
    Row::new("prometheus/counter_0", "loop", || {
        let counter = IntCounter::new("measured", "Measured").expect("a name");
        started(1, counter.clone(), Started::new(move |run| run.each(|_| counter.inc())))
    }),
    Row::new("prometheus/counter_1", "loop_kind", || {
        let counter = IntCounterVec::new(Opts::new("measured", "Measured"), &["kind"]).expect("names");
        started(
            2,
            counter.clone(),
            Started::new(move |run| {
                run.each(|index| counter.with_label_values(&[Step::at(index).kind.as_str()]).inc());
            }),
        )
    }),
    Row::new("prometheus/counter_3", "loop_step", || {
        let counter = vector(&["kind", "stage", "changed"]);
        started(
            16,
            counter.clone(),
            Started::new(move |run| {
                run.each(|index| counter.with_label_values(&values(Step::at(index))).inc())
            }),
        )
    }),
    Row::new("prometheus/label_3", "loop_texts", || {
        let counter = vector(&["method", "route", "status"]);
        started(
            16,
            counter.clone(),
            Started::new(move |run| run.each(|index| counter.with_label_values(&texts(index)).inc())),
        )
    }),
    Row::new("prometheus/histogram_0", "loop_duration", || {
        let histogram = Histogram::with_opts(options()).expect("a name");
        started(
            1,
            histogram.clone(),
            Started::new(move |run| run.each(|index| histogram.observe(duration(index)))),
        )
    }),
    Row::new("prometheus/histogram_0_growing", "loop_growing", || {
        let histogram = Histogram::with_opts(options()).expect("a name");
        started(
            1,
            histogram.clone(),
            Started::new(move |run| run.each(|index| histogram.observe(growing(index)))),
        )
    }),
    Row::new("prometheus/histogram_3", "loop_duration_step", || {
        let histogram = HistogramVec::new(options(), &["kind", "stage", "changed"]).expect("names");
        started(
            16,
            histogram.clone(),
            Started::new(move |run| {
                run.each(|index| {
                    histogram.with_label_values(&values(Step::at(index))).observe(duration(index))
                });
            }),
        )
    }),
    Row::new("prometheus/gauge_set", "loop_growing", || {
        let gauge = Gauge::new("measured", "Measured").expect("a name");
        let set = gauge.clone();
        Started::new(move |run| run.each(|index| set.set(growing(index))))
            .checked(move |_| assert!(gauge.get() > 0.0))
    }),
    Row::new("prometheus/up_down_add", "loop", || {
        let gauge = IntGauge::new("measured", "Measured").expect("a name");
        started(1, gauge.clone(), Started::new(move |run| run.each(|_| gauge.inc())))
    }),
];

fn vector(labels: &[&str]) -> IntCounterVec {
    IntCounterVec::new(Opts::new("measured", "Measured"), labels).expect("names")
}

fn options() -> HistogramOpts {
    HistogramOpts::new("measured", "Measured").buckets(SECONDS.to_vec())
}

#[inline(always)]
fn values(step: Step) -> [&'static str; 3] {
    [step.kind.as_str(), step.stage.as_str(), step.changed()]
}

fn started(series: usize, metric: impl Collector + 'static, started: Started) -> Started {
    let registry = Registry::new();
    registry.register(Box::new(metric)).expect("the only metric");
    started.checked(move |operations| {
        let text =
            prometheus::TextEncoder::new().encode_to_string(&registry.gather()).expect("it can be written");
        assert_text(&text, series, operations);
    })
}
