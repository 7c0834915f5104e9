//! A scrape: collection and the text for Prometheus, by HTTP, and the same without what a request costs that shows nothing.

use std::sync::Arc;

use bench_harness::inputs::many_texts;
use bench_harness::{Row, Started};
use telemetry_runtime::{Counter, Label, MetricAttributes, MetricSet};

use crate::exporters;

pub const ROWS: &[Row] = &[
    Row::new("scrape_1000", "loop_request", || started(1_000)).count(10).everywhere(1_000).unchecked(),
    Row::whole("scrape_1000_http", || started(1_000)).count(10).everywhere(1_000).unchecked(),
    Row::whole("scrape_100000", || started(100_000)).count(2).everywhere(100_000).unchecked(),
    // Of a thousand series, as what it is taken off from.
    Row::whole("loop_request", request).count(50).everywhere(1_000).unchecked(),
];

#[derive(Clone, Copy, MetricAttributes)]
struct Entity<'a> {
    kind: Label<'a>,
    namespace: Label<'a>,
    name: Label<'a>,
}

#[derive(MetricSet)]
#[metric_set(plugin = "bench")]
struct Entities {
    /// Entities by their name.
    #[metric(counter = "entities.read", unit = "{entity}")]
    read: Counter<u64, Entity<'static>>,
}

/// A request for the page that says where the metrics are.
fn request() -> Started {
    let exporters = exporters::start();
    let asked = Arc::clone(&exporters);
    Started::new(move |run| {
        run.each(|_| {
            asked.request("/");
        });
    })
    .checked(move |_| assert!(exporters.request("/").starts_with(b"HTTP/1.1 200 ")))
}

/// So many series of three texts; each scrape has to show all of them.
fn started(series: u64) -> Started {
    let exporters = exporters::start_with(|builder| {
        builder.config_value("telemetry.metrics.cardinalityLimit", (series + 1).to_string())
    });
    for index in 0..series {
        let [kind, namespace, name] = many_texts(index);
        let entity = Entity { kind: (&kind).into(), namespace: (&namespace).into(), name: (&name).into() };
        Entities::get().read.add_with(1, entity);
    }
    let scraped = Arc::clone(&exporters);
    Started::new(move |run| {
        run.each(|_| {
            scraped.request("/metrics");
        });
    })
    .checked(move |_| {
        let text = String::from_utf8(exporters.request("/metrics")).expect("the text is UTF-8");
        let lines = text.lines().filter(|line| line.starts_with("backstage_plugin_bench_entities_read"));
        let lines = lines.filter(|line| line.ends_with(" 1")).count();
        assert_eq!(lines as u64, series, "each series has its line");
    })
}
