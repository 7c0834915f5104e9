//! Attributes that are texts, in series that exist.

use bench_harness::inputs::texts;
use bench_harness::{Row, Started};
use telemetry_runtime::services::CounterHandle;
use telemetry_runtime::{Counter, Label, MetricAttributes, MetricSet, plugin};

use crate::exporters::{self, points};

pub const ROWS: &[Row] = &[
    Row::new("label_3", "loop_texts", || {
        let requests = Requests::get();
        started("requests.handled", move |index| {
            let [method, route, status] = texts(index);
            let request = Request { method: method.into(), route: route.into(), status: status.into() };
            requests.handled.add_with(1, request);
        })
    }),
    Row::new("dynamic_3", "loop_texts", || {
        let metrics = plugin("bench").expect("a plugin id").metrics();
        let counter: CounterHandle<u64> =
            metrics.create_counter("requests.dynamic").build().expect("a right name");
        started("requests.dynamic", move |index| {
            let [method, route, status] = texts(index);
            counter
                .add_with(1, [("method", method.into()), ("route", route.into()), ("status", status.into())]);
        })
    }),
];

#[derive(Clone, Copy, MetricAttributes)]
struct Request<'a> {
    method: Label<'a>,
    route: Label<'a>,
    status: Label<'a>,
}

#[derive(MetricSet)]
#[metric_set(plugin = "bench")]
struct Requests {
    /// By three texts.
    #[metric(counter = "requests.handled", unit = "{request}")]
    handled: Counter<u64, Request<'static>>,
}

/// Counts, and reads the series back.
fn started(name: &'static str, add: impl Fn(u64) + Send + Sync + 'static) -> Started {
    let exporters = exporters::start();
    Started::new(move |run| run.each(&add)).checked(move |operations| {
        assert_eq!(
            points(&exporters.metric(name)),
            (16, 48, operations as f64),
            "series, attributes and sum"
        );
    })
}
