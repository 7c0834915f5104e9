//! The typed histogram, with the fourteen boundaries that seconds have by default.

use bench_harness::inputs::{duration, growing};
use bench_harness::{Row, Started};
use telemetry_runtime::metrics::{Metric, MetricData};
use telemetry_runtime::{Histogram, MetricSet};

use crate::exporters::{self, points};
use crate::spans;
use crate::steps::Step;

pub const ROWS: &[Row] = &[
    Row::new("histogram_0", "loop_duration", || {
        let times = Times::get();
        started("calls.duration", 1, 0, move |index| times.plain.record(duration(index)))
    }),
    Row::new("histogram_0_growing", "loop_growing", || {
        let times = Times::get();
        started("calls.duration", 1, 0, move |index| times.plain.record(growing(index)))
    }),
    Row::new("histogram_3", "loop_duration_step", || {
        let times = Times::get();
        started("steps.duration", 16, 3, move |index| {
            times.by_step.record_with(duration(index), Step::at(index))
        })
    }),
    Row::new("exemplar_unsampled", "histogram_0", || exemplars("always_off", false)),
    Row::new("exemplar_held", "histogram_0", || exemplars("always_on", true)),
];

#[derive(MetricSet)]
#[metric_set(plugin = "bench")]
struct Times {
    /// Without attributes.
    #[metric(histogram = "calls.duration", unit = "s")]
    plain: Histogram<f64>,
    /// With two enums and a flag.
    #[metric(histogram = "steps.duration", unit = "s")]
    by_step: Histogram<f64, Step>,
}

/// Records, and reads the series back.
fn started(
    name: &'static str,
    series: usize,
    attributes: usize,
    record: impl Fn(u64) + Copy + Send + Sync + 'static,
) -> Started {
    let exporters = exporters::start();
    Started::new(move |run| run.each(record)).checked(move |operations| {
        let metric = exporters.metric(name);
        let expected = (series, series * attributes, operations as f64);
        assert_eq!(points(&metric), expected, "series, attributes and count");
        assert!(buckets(&metric) >= 8, "the measurements are of all sizes");
    })
}

/// How many of the fifteen buckets of a series are in use, at most.
fn buckets(metric: &Metric) -> usize {
    let MetricData::Histogram { bounds, points } = &metric.data else { return 0 };
    assert_eq!(bounds.len(), 14);
    let used = |counts: &[u64]| counts.iter().filter(|count| **count > 0).count();
    let mut all = vec![0; 15];
    for point in points {
        all.iter_mut().zip(&point.bucket_counts).for_each(|(sum, count)| *sum += count);
    }
    used(&all)
}

/// Records inside of spans. All but the first measurements of a bucket find that it has an exemplar.
fn exemplars(sampler: &'static str, are_taken: bool) -> Started {
    let exporters =
        exporters::start_with(|builder| builder.config_value("telemetry.tracing.sampler.type", sampler));
    let times = Times::get();
    Started::new(|run| spans::children(run, |index| times.plain.record(duration(index)))).checked(
        move |operations| {
            let metric = exporters.metric("calls.duration");
            assert_eq!(points(&metric), (1, 0, operations as f64), "series, attributes and count");
            let MetricData::Histogram { points, .. } = &metric.data else { panic!("a histogram") };
            let taken: usize = points.iter().map(|point| point.exemplars.len()).sum();
            assert_eq!(taken > 0, are_taken, "{taken} exemplars");
        },
    )
}
