//! A scrape: collection and the text for Prometheus, in the process as the peers do it, and by HTTP.

use std::hint::black_box;
use std::sync::Arc;

use bench_harness::inputs::many_texts;
use bench_harness::{Row, Started};
use telemetry_runtime::{Counter, Label, MetricAttributes, MetricSet};

use crate::exporters::{self, Exporters};

pub const ROWS: &[Row] = &[
    Row::whole("scrape_1000", || started(1_000, page)).count(10).everywhere(1_000).unchecked(),
    Row::whole("scrape_1000_http", || started(1_000, requested)).count(10).everywhere(1_000).unchecked(),
    Row::whole("scrape_100000", || started(100_000, page)).count(2).everywhere(100_000).unchecked(),
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

/// A page, however it came.
type Page = Box<dyn AsRef<[u8]>>;

/// As a server of the program's own gets it.
fn page(_: &Exporters) -> Page {
    Box::new(telemetry_runtime::exposition("").expect("metrics are on").body)
}

/// As the endpoint answers it.
fn requested(exporters: &Exporters) -> Page {
    Box::new(exporters.scrape())
}

/// So many series of three texts; each scrape has to show all of them.
fn started(series: u64, scrape: fn(&Exporters) -> Page) -> Started {
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
            black_box(scrape(&scraped));
        });
    })
    .checked(move |_| {
        let page = scrape(&exporters);
        let text = str::from_utf8((*page).as_ref()).expect("the text is UTF-8");
        let lines = text.lines().filter(|line| line.starts_with("backstage_plugin_bench_entities_read"));
        let lines = lines.filter(|line| line.ends_with(" 1")).count();
        assert_eq!(lines as u64, series, "each series has its line");
    })
}
