//! Telemetry of this test program: one bootstrap, whose spans stay in memory and whose metrics are scraped.

use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::Duration;

use it::exposition::Exposition;
use it::http;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SpanData};
use telemetry_runtime::Telemetry;

struct Fixture {
    telemetry: Telemetry,
    spans: InMemorySpanExporter,
}

/// How long a flush may take. It is generous: machines of CI are slow, and a flush ends as soon as it can.
const FLUSH: Duration = Duration::from_secs(20);

fn fixture() -> &'static Fixture {
    static FIXTURE: OnceLock<Fixture> = OnceLock::new();
    FIXTURE.get_or_init(|| {
        let spans = InMemorySpanExporter::default();
        let telemetry = Telemetry::builder()
            .without_config_files()
            .prometheus_port(0)
            .span_exporter("memory", spans.clone())
            .bootstrap()
            .expect("the defaults are a valid configuration");
        Fixture { telemetry, spans }
    })
}

/// Starts telemetry, unless another test did.
pub(crate) fn start() {
    fixture();
}

/// The address of the scrape endpoint.
pub(crate) fn address() -> SocketAddr {
    fixture().telemetry.prometheus_address().expect("the endpoint listens")
}

/// What a scraper sees now.
pub(crate) fn scrape() -> Exposition {
    let answer = http::get(address(), "/metrics", &[]);
    assert_eq!(answer.status, 200);
    Exposition::parse(answer.text())
}

/// All finished spans, third-party ones too, in the order in which they ended.
pub(crate) fn all_spans() -> Vec<SpanData> {
    let fixture = fixture();
    fixture.telemetry.flush(FLUSH).expect("a flush within its limit");
    let mut spans = fixture.spans.get_finished_spans().expect("the exporter is not shut down");
    spans.sort_by_key(|span| span.end_time);
    spans
}

/// The finished spans of the plugin, in the order in which they ended.
pub(crate) fn spans(plugin: &str) -> Vec<SpanData> {
    let mut spans = all_spans();
    spans.retain(|span| attribute(span, "backstage.plugin.id").as_deref() == Some(plugin));
    spans
}

/// The attribute `key` as text.
pub(crate) fn attribute(span: &SpanData, key: &str) -> Option<String> {
    span.attributes.iter().find(|pair| pair.key.as_str() == key).map(|pair| pair.value.to_string())
}
