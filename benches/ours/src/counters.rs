//! The typed counter.

use bench_harness::{Row, Started};
use telemetry_runtime::{Counter, MetricSet};

use crate::exporters::{self, points};
use crate::steps::{OfKind, Step};

pub const ROWS: &[Row] = &[
    Row::new("counter_0", "loop", || {
        let metrics = Calls::get();
        started("calls.plain", 1, 0, move |_| metrics.plain.add(1))
    }),
    Row::new("counter_1", "loop_kind", || {
        let metrics = Calls::get();
        started("calls.by_kind", 2, 1, move |index| metrics.by_kind.add_with(1, OfKind::at(index)))
    }),
    Row::new("counter_3", "loop_step", || {
        let metrics = Calls::get();
        started("calls.by_step", 16, 3, move |index| metrics.by_step.add_with(1, Step::at(index)))
    }),
];

#[derive(MetricSet)]
#[metric_set(plugin = "bench")]
struct Calls {
    /// Without attributes.
    #[metric(counter = "calls.plain", unit = "{call}")]
    plain: Counter<u64>,
    /// With one enum.
    #[metric(counter = "calls.by_kind", unit = "{call}")]
    by_kind: Counter<u64, OfKind>,
    /// With two enums and a flag.
    #[metric(counter = "calls.by_step", unit = "{call}")]
    by_step: Counter<u64, Step>,
}

/// Counts, and reads the series back.
fn started(
    name: &'static str,
    series: usize,
    attributes: usize,
    add: impl Fn(u64) + Copy + Send + Sync + 'static,
) -> Started {
    let exporters = exporters::start();
    Started::new(move |run| run.each(add)).checked(move |operations| {
        let expected = (series, series * attributes, operations as f64);
        assert_eq!(points(&exporters.metric(name)), expected, "series, attributes and sum");
    })
}
