//! What a plugin records that knows the toolkit under another name.

use std::pin::pin;
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use opentelemetry_sdk::trace::{InMemorySpanExporter, SpanData};
use renamed::{each, once};
use telemetry::Telemetry;
use telemetry::metrics::{MetricData, Naming, Number, collect};

/// How long a flush may take. It is generous: machines of CI are slow, and a flush ends as soon as it can.
const FLUSH: Duration = Duration::from_secs(20);

/// The names of the spans of a scope, in the order in which they ended.
fn spans(scope: &str) -> Vec<String> {
    let (telemetry, exporter) = telemetry();
    telemetry.flush(FLUSH).expect("a flush within its limit");
    let mut spans: Vec<SpanData> = exporter.get_finished_spans().expect("the exporter is not shut down");
    spans.retain(|span| span.instrumentation_scope.name() == scope);
    spans.sort_by_key(|span| span.end_time);
    spans.into_iter().map(|span| span.name.into_owned()).collect()
}

fn telemetry() -> &'static (Telemetry, InMemorySpanExporter) {
    static TELEMETRY: OnceLock<(Telemetry, InMemorySpanExporter)> = OnceLock::new();
    TELEMETRY.get_or_init(|| {
        let exporter = InMemorySpanExporter::default();
        let builder = Telemetry::builder().without_config_files().prometheus_port(0);
        let telemetry = builder.span_exporter("memory", exporter.clone()).bootstrap();
        (telemetry.expect("the defaults are a valid configuration"), exporter)
    })
}

/// The sum over all points of a counter.
fn count(metric: &str) -> Option<u64> {
    let mut metrics = collect(&Naming::default()).into_iter().flat_map(|scope| scope.metrics);
    let metric = metrics.find(|found| *found.name == *format!("backstage.plugin.{metric}"))?;
    let MetricData::Sum { points, .. } = metric.data else { return None };
    let numbers = points.iter().map(|point| match point.value {
        Number::U64(number) => number,
        Number::I64(_) | Number::F64(_) => 0,
    });
    Some(numbers.sum())
}

fn finish<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nothing here waits"),
    }
}

#[test]
fn every_macro_takes_the_name_of_the_crate() {
    telemetry();
    each::find("text").expect("there is a text");
    each::find("").expect_err("there is none");
    finish(each::add());
    each::Catalog.plain();
    finish(each::Catalog.own());
    each::Metrics::get().size.record(7);
    assert_eq!(each::NAME, "entities.processed");
    assert_eq!(
        spans("backstage-plugin-renamed-each"),
        ["find", "find", "Catalog::plain", "own name"].map(str::to_owned)
    );
    assert_eq!(count("renamed-each.finds.calls"), Some(2));
    assert_eq!(count("renamed-each.entities.processed"), Some(1));
    assert_eq!(count("renamed-each.catalog.calls"), Some(2));
    assert_eq!(
        count("renamed.catalog.own"),
        Some(1),
        "the block's plugin is not that of its functions' own metrics"
    );
}

#[test]
fn a_block_gives_the_name_of_the_crate_to_everything_inside() {
    telemetry();
    once::find("").expect_err("there is no text");
    once::Catalog.plain();
    finish(once::inner::nearest());
    once::of_the_service();
    let metrics = once::Metrics::get();
    metrics.processed.add_with(2, once::Changed { change: once::Change::Added });
    metrics.seen.add_with(3, once::Renamed { change: once::Change::Added });
    assert_eq!(once::NAME, "entities.processed");
    assert_eq!(spans("backstage-plugin-renamed-once"), ["find", "Catalog::plain"].map(str::to_owned));
    assert_eq!(spans("backstage-plugin-renamed-inner"), ["nearest".to_owned()]);
    assert_eq!(spans("backstage-core-renamed-service"), ["of_the_service".to_owned()]);
    assert_eq!(count("renamed-once.finds.calls"), Some(1));
    assert_eq!(count("renamed-once.catalog.calls"), Some(1));
    assert_eq!(count("renamed-once.entities.processed"), Some(2));
    assert_eq!(count("renamed-once.entities.seen"), Some(3));
}
