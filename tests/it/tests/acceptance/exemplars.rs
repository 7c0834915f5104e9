//! Exemplars of histograms: single measurements that lead to their trace, at an OTLP receiver and at a scrape.

use it::http;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{Exemplar, HistogramDataPoint, exemplar};
use telemetry_runtime::{Histogram, MetricAttributes, MetricSet, traced};

use crate::fixture::{self, Running};

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0";

/// Each test has a histogram of its own: what was measured stays for the life of the process.
#[derive(MetricSet)]
#[metric_set(plugin = "exemplars")]
struct Waits {
    /// Of sampled spans.
    #[metric(histogram = "sampled.wait", unit = "s")]
    sampled: Histogram<f64>,
    /// Of spans that are not sampled.
    #[metric(histogram = "unsampled.wait", unit = "s")]
    unsampled: Histogram<f64>,
    /// Of sampled spans, with the filter off.
    #[metric(histogram = "off.wait", unit = "s")]
    off: Histogram<f64>,
    /// Of no span.
    #[metric(histogram = "always.wait", unit = "s")]
    always: Histogram<f64>,
    /// Read as deltas.
    #[metric(histogram = "delta.wait", unit = "s")]
    delta: Histogram<f64>,
    /// Whose attributes a view takes away.
    #[metric(histogram = "viewed.wait", unit = "s")]
    viewed: Histogram<f64, Change>,
}

#[derive(Clone, Copy, MetricAttributes)]
struct Change {
    changed: bool,
}

#[traced]
fn wait(histogram: &Histogram<f64>, seconds: f64) {
    histogram.record(seconds);
}

/// The one point of a histogram at the OTLP receiver.
fn point(running: &Running, name: &str) -> HistogramDataPoint {
    let name = format!("backstage.plugin.exemplars.{name}");
    let metric = running.otlp().last_metrics().into_iter().find(|metric| metric.metric.name == name);
    match metric.and_then(|metric| metric.metric.data) {
        Some(Data::Histogram(mut histogram)) if histogram.data_points.len() == 1 => {
            histogram.data_points.remove(0)
        }
        other => panic!("`{name}` is a histogram of one series: {other:?}"),
    }
}

fn value(exemplar: &Exemplar) -> Option<f64> {
    match exemplar.value {
        Some(exemplar::Value::AsDouble(value)) => Some(value),
        _ => None,
    }
}

/// The lines of a metric's buckets in the format that the header asks for.
fn buckets(running: &Running, name: &str, accept: &str) -> Vec<String> {
    let address = running.telemetry().prometheus_address().expect("the endpoint listens");
    let answer = http::get(address, "/metrics", &[("accept", accept)]);
    let series = format!("backstage_plugin_exemplars_{name}_seconds_bucket{{");
    answer.text().lines().filter(|line| line.starts_with(&series)).map(str::to_owned).collect()
}

#[test]
fn a_measurement_in_a_sampled_span_leads_to_it() {
    let running = fixture::defaults().otlp().start();
    // One of each bucket is kept, whatever comes after it in the same interval.
    for seconds in [0.003, 0.3, 0.004, 20.0] {
        wait(&Waits::get().sampled, seconds);
    }
    let mut spans = running.all_spans();
    spans.retain(|span| span.name == "wait");
    let point = point(&running, "sampled.wait");
    let kept: Vec<_> = point.exemplars.iter().filter_map(value).collect();
    assert_eq!(kept, [0.003, 0.3, 20.0]);
    for (exemplar, span) in point.exemplars.iter().zip([&spans[0], &spans[1], &spans[3]]) {
        assert_eq!(exemplar.trace_id, span.span_context.trace_id().to_bytes());
        assert_eq!(exemplar.span_id, span.span_context.span_id().to_bytes());
        assert!((point.start_time_unix_nano..=point.time_unix_nano).contains(&exemplar.time_unix_nano));
    }

    let lines = buckets(&running, "sampled_wait", OPEN_METRICS);
    let with_exemplar: Vec<&String> = lines.iter().filter(|line| line.contains(" # {")).collect();
    assert_eq!(with_exemplar.len(), 3, "{lines:#?}");
    let context = &spans[0].span_context;
    let expected = format!(
        "le=\"0.005\"}} 2 # {{trace_id=\"{}\",span_id=\"{}\"}} 0.003 ",
        context.trace_id(),
        context.span_id()
    );
    assert!(with_exemplar[0].contains(&expected), "{with_exemplar:#?}");
    // The other format has none, and would be misread.
    assert!(buckets(&running, "sampled_wait", "text/plain").iter().all(|line| !line.contains('#')));

    // The next interval takes another one of a bucket that had one.
    wait(&Waits::get().sampled, 0.002);
    let point = self::point(&running, "sampled.wait");
    assert_eq!(value(&point.exemplars[0]), Some(0.002));
}

#[test]
fn a_span_that_is_not_sampled_gives_none() {
    let running = fixture::yaml("telemetry: { tracing: { sampler: { type: always_off } } }").otlp().start();
    wait(&Waits::get().unsampled, 0.3);
    Waits::get().unsampled.record(0.3);
    let point = point(&running, "unsampled.wait");
    assert_eq!((point.count, point.exemplars), (2, Vec::new()));
}

#[test]
fn the_filter_says_which_measurements_are_kept() {
    let running = fixture::defaults().env("OTEL_METRICS_EXEMPLAR_FILTER", "always_off").otlp().start();
    wait(&Waits::get().off, 0.3);
    assert_eq!(point(&running, "off.wait").exemplars, []);

    let always = fixture::yaml("telemetry: { metrics: { exemplarFilter: always_on } }").otlp();
    let running = running.then(always);
    Waits::get().always.record(0.3);
    let point = point(&running, "always.wait");
    assert_eq!(point.exemplars.iter().map(value).collect::<Vec<_>>(), [Some(0.3)]);
    // Made in no span, it leads nowhere.
    assert_eq!((point.exemplars[0].trace_id.len(), point.exemplars[0].span_id.len()), (0, 0));
    let lines = buckets(&running, "always_wait", OPEN_METRICS);
    assert!(lines.iter().any(|line| line.contains("le=\"0.5\"} 1 # {} 0.3 ")), "{lines:#?}");
}

#[test]
fn a_delta_has_the_exemplars_of_its_time() {
    let delta = fixture::defaults().env("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta");
    let running = delta.otlp().start();
    wait(&Waits::get().delta, 0.3);
    assert_eq!(point(&running, "delta.wait").exemplars.len(), 1);
    wait(&Waits::get().delta, 0.003);
    let point = point(&running, "delta.wait");
    assert_eq!(point.exemplars.iter().map(value).collect::<Vec<_>>(), [Some(0.003)]);
}

#[test]
fn what_a_view_takes_from_a_series_stays_on_its_exemplars() {
    #[traced]
    fn change(changed: bool, seconds: f64) {
        Waits::get().viewed.record_with(seconds, Change { changed });
    }

    let views = "telemetry: { metrics: { views: [ { instrument: 'backstage.plugin.exemplars.viewed.wait', \
                 attributes: { excluded: [changed] } } ] } }";
    let running = fixture::yaml(views).otlp().start();
    change(true, 0.3);
    change(false, 0.003);
    let point = point(&running, "viewed.wait");
    assert_eq!((point.count, point.attributes.len()), (2, 0));
    let filtered: Vec<_> =
        point.exemplars.iter().map(|exemplar| exemplar.filtered_attributes.len()).collect();
    assert_eq!(filtered, [1, 1]);
    assert_eq!(point.exemplars.iter().filter_map(value).collect::<Vec<_>>(), [0.003, 0.3]);
}
