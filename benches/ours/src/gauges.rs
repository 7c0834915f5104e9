//! The gauge and the up-down counter.

use bench_harness::{Row, Started};
use telemetry_runtime::{Gauge, MetricSet, UpDownCounter};

use crate::exporters::{self, points};

pub const ROWS: &[Row] = &[
    Row::new("gauge_set", "loop_growing", || {
        let exporters = exporters::start();
        let load = Load::get();
        Started::new(|run| run.each(|index| load.last.set(bench_harness::inputs::growing(index)))).checked(
            move |operations| {
                let (series, _, value) = points(&exporters.metric("load.last"));
                assert_eq!(series, 1);
                assert!(value > 0.0 && value < operations as f64, "{value} was set");
            },
        )
    }),
    Row::new("up_down_add", "loop", || {
        let exporters = exporters::start();
        let load = Load::get();
        Started::new(|run| run.each(|_| load.active.add(1))).checked(move |operations| {
            assert_eq!(points(&exporters.metric("load.active")), (1, 0, operations as f64));
        })
    }),
];

#[derive(MetricSet)]
#[metric_set(plugin = "bench")]
struct Load {
    /// Set.
    #[metric(gauge = "load.last")]
    last: Gauge<f64>,
    /// Up and down.
    #[metric(up_down_counter = "load.active", unit = "{call}")]
    active: UpDownCounter<i64>,
}
