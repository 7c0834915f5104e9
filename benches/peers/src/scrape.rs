//! Collection and the text for Prometheus, of a counter with three texts as labels; that of `measured` is beside its types.

use bench_harness::inputs::many_texts;
use bench_harness::{Row, Started};
use opentelemetry::KeyValue;
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_sdk::metrics::{SdkMeterProvider, Stream};
use prometheus::{IntCounterVec, Opts, Registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

use crate::metrics::assert_text;
use crate::prometheus_client::Request;

pub const ROWS: &[Row] = &[
    small("otel/scrape_1000", || otel(1_000)),
    large("otel/scrape_100000", || otel(100_000)),
    small("prometheus/scrape_1000", || prometheus(1_000)),
    large("prometheus/scrape_100000", || prometheus(100_000)),
    small("prometheus_client/scrape_1000", || prometheus_client(1_000)),
    large("prometheus_client/scrape_100000", || prometheus_client(100_000)),
    small("metrics/scrape_1000", || metrics(1_000)),
    large("metrics/scrape_100000", || metrics(100_000)),
];

const fn small(name: &'static str, start: fn() -> Started) -> Row {
    Row::whole(name, start).count(10).of(1_000)
}

const fn large(name: &'static str, start: fn() -> Started) -> Row {
    Row::whole(name, start).timed().of(100_000)
}

/// Renders again and again, and checks the last text.
fn started(series: u64, render: impl Fn() -> String + Clone + Send + Sync + 'static) -> Started {
    let last = render.clone();
    Started::new(move |run| run.each(|_| render()))
        .checked(move |_| assert_text(&last(), series as usize, series))
}

/// `opentelemetry-prometheus`.
fn otel(series: u64) -> Started {
    let registry = Registry::new();
    let exporter = opentelemetry_prometheus::exporter()
        .with_registry(registry.clone())
        .without_target_info()
        .build()
        .expect("an exporter");
    let limit = series as usize + 1;
    let provider = SdkMeterProvider::builder()
        .with_reader(exporter)
        .with_view(move |_: &opentelemetry_sdk::metrics::Instrument| {
            Stream::builder().with_cardinality_limit(limit).build().ok()
        })
        .build();
    let counter = provider.meter("bench").u64_counter("measured").build();
    for index in 0..series {
        let [method, route, status] = many_texts(index);
        let attributes =
            [KeyValue::new("method", method), KeyValue::new("route", route), KeyValue::new("status", status)];
        counter.add(1, &attributes);
    }
    started(series, move || {
        // The provider has to live as long as its reader.
        let _ = &provider;
        text(&registry)
    })
}

fn prometheus(series: u64) -> Started {
    let registry = Registry::new();
    let counter =
        IntCounterVec::new(Opts::new("measured", "Measured"), &["method", "route", "status"]).expect("names");
    registry.register(Box::new(counter.clone())).expect("the only metric");
    for index in 0..series {
        counter.with_label_values(&many_texts(index)).inc();
    }
    started(series, move || text(&registry))
}

fn text(registry: &Registry) -> String {
    prometheus::TextEncoder::new().encode_to_string(&registry.gather()).expect("it can be written")
}

fn prometheus_client(series: u64) -> Started {
    let mut registry = prometheus_client::registry::Registry::default();
    let family = Family::<Request, Counter>::default();
    registry.register("measured", "Measured", family.clone());
    for index in 0..series {
        let [method, route, status] = many_texts(index);
        family.get_or_create(&Request { method, route, status }).inc();
    }
    let registry = std::sync::Arc::new(registry);
    started(series, move || {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).expect("it can be written");
        text
    })
}

fn metrics(series: u64) -> Started {
    let handle = crate::metrics::install();
    for index in 0..series {
        let [method, route, status] = many_texts(index);
        metrics::counter!("measured", "method" => method, "route" => route, "status" => status).increment(1);
    }
    started(series, move || handle.render())
}
