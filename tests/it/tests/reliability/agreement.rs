//! Row 26: whoever reads one run, by whatever protocol, reads the same totals.

use std::collections::HashSet;
use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

use it::exposition::Exposition;
use it::http;
use it::judges::Prometheus;
use it::otelite::Otelite;
use it::requests::{SPANS_PER_REQUEST, handle};
use it::rotel::Rotel;
use it::sink::{Sink, SinkMetric};
use opentelemetry_proto::tonic::metrics::v1::{metric, number_data_point};
use serde_json::Value;
use telemetry_runtime::Telemetry;

use crate::figures::{Size, alone, count, whole_row};

const THREADS: usize = 4;
/// The requests between two flushes: no more batches than may wait for a reader that is slower than the others, which would
/// miss some otherwise.
const AT_ONCE: usize = 500;
/// The start of every name of the requests' metrics, and that of Prometheus.
const PREFIX: (&str, &str) = ("backstage.plugin.traffic.requests.", "backstage_plugin_traffic_requests_");

/// What a reader makes of the requests.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Totals {
    handled: u64,
    durations: u64,
    active: i64,
}

impl Totals {
    /// As a receiver of OTLP got them last.
    fn received(sink: &Sink) -> Self {
        let metrics = sink.last_metrics();
        let find = |name: &str| -> &SinkMetric {
            let full = format!("{}{name}", PREFIX.0);
            metrics.iter().find(|metric| metric.metric.name == full).unwrap_or_else(|| panic!("no {full}"))
        };
        let sum = |name: &str| -> i64 {
            let Some(metric::Data::Sum(sum)) = &find(name).metric.data else { panic!("{name} is a sum") };
            let values = sum.data_points.iter().map(|point| match point.value {
                Some(number_data_point::Value::AsInt(value)) => value,
                _ => panic!("{name} counts"),
            });
            values.sum()
        };
        let Some(metric::Data::Histogram(durations)) = &find("duration").metric.data else {
            panic!("durations are a histogram")
        };
        Self {
            handled: sum("handled").try_into().expect("a count"),
            durations: durations.data_points.iter().map(|point| point.count).sum(),
            active: sum("active"),
        }
    }

    /// As otelite shows those that it got last; no durations where it does not have the histogram.
    fn shown(otelite: &Otelite) -> Self {
        let values = |name: &str| otelite.last_values(&format!("{}{name}", PREFIX.0));
        let sum = |values: &[Value], field: &str| -> i64 {
            values.iter().map(|value| value.pointer(field).and_then(Value::as_i64).expect("a count")).sum()
        };
        let active = values("active");
        assert!(!active.is_empty(), "no active");
        Self {
            handled: sum(&values("handled"), "").try_into().expect("a count"),
            durations: sum(&values("duration"), "/count").try_into().expect("a count"),
            active: sum(&active, ""),
        }
    }

    /// As they stand in a text.
    fn scraped(scrape: &Exposition) -> Self {
        let sum = |name: &str| scrape.sum(&format!("{}{name}", PREFIX.1), &[]).expect("the series is there");
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
        let count = |name: &str| sum(name) as u64;
        #[expect(clippy::cast_possible_truncation, reason = "a count")]
        let active = sum("active") as i64;
        Self { handled: count("handled_total"), durations: count("duration_seconds_count"), active }
    }

    /// As a server answers a question.
    fn asked(server: &Prometheus) -> Self {
        let ask = |name: &str| server.value(&format!("sum({}{name})", PREFIX.1)).parse::<i64>();
        let count = |name: &str| ask(name).ok().and_then(|count| count.try_into().ok()).expect("a count");
        Self {
            handled: count("handled_total"),
            durations: count("duration_seconds_count"),
            active: ask("active").expect("a count"),
        }
    }
}

/// Starts telemetry that tells every reader.
fn start(destinations: &[(String, &str)]) -> Telemetry {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let list: Vec<String> = destinations
        .iter()
        .map(|(url, protocol)| {
            format!("{{ type: otlp, config: {{ endpoint: '{url}', protocol: {protocol} }} }}")
        })
        .collect();
    let list = list.join(", ");
    let file = folder.path().join("app-config.yaml");
    let text = format!(
        "telemetry:\n  metrics: {{ exporters: [ {{ type: prometheus }}, {list} ] }}\n  \
         tracing: {{ batch: {{ maxQueueSize: 200000 }}, exporters: [ {list} ] }}\n"
    );
    fs::write(&file, text).expect("the file is written");
    Telemetry::builder()
        .config_file(file)
        .environment(std::iter::empty::<(String, String)>().collect())
        .prometheus_port(0)
        .bootstrap()
        .expect("the file is a valid configuration")
}

fn assert_spans(reader: &str, sink: &Sink, made: usize) {
    // Rotel hands on later than it receives.
    sink.wait_until(&format!("{reader} having every span"), |sink| sink.span_count() >= made);
    let spans = sink.spans();
    let unique: HashSet<_> = spans.iter().map(|span| span.span.span_id.clone()).collect();
    assert_eq!((spans.len(), unique.len()), (made, made), "{reader}");
}

#[test]
fn every_reader_of_one_run_reads_the_same_totals() {
    let _alone = alone();
    let requests: usize = Size::of_run().pick(2_000, 20_000);
    let protocols = ["http/protobuf", "http/json", "grpc"].map(|protocol| (protocol, Sink::start()));
    let forwarded = Sink::start();
    let rotel = Rotel::start(&forwarded.url());
    let mut destinations: Vec<_> = protocols.iter().map(|(protocol, sink)| (sink.url(), *protocol)).collect();
    destinations.extend(rotel.as_ref().map(|rotel| (rotel.url("grpc"), "grpc")));
    // Without it, it is looked for once.
    let otelites: Vec<_> =
        protocols.iter().map_while(|(protocol, _)| Some((*protocol, Otelite::start()?))).collect();
    destinations.extend(otelites.iter().map(|(protocol, otelite)| (otelite.url(protocol), *protocol)));
    let telemetry = start(&destinations);
    for _ in 0..requests / AT_ONCE {
        let work = || (0..AT_ONCE / THREADS).for_each(handle);
        let workers: Vec<_> = (0..THREADS).map(|_| std::thread::spawn(work)).collect();
        for worker in workers {
            worker.join().expect("no request panics");
        }
        telemetry.flush(Duration::from_secs(60)).expect("a flush within its limit");
    }

    let expected = u64::try_from(requests).expect("a count");
    let expected = Totals { handled: expected, durations: expected, active: 0 };
    let made = requests * SPANS_PER_REQUEST;
    let mut readers = vec!["scrape".to_owned()];
    for (protocol, sink) in &protocols {
        assert_spans(protocol, sink, made);
        assert_eq!(Totals::received(sink), expected, "{protocol}");
        readers.push((*protocol).to_owned());
    }
    if rotel.is_some() {
        assert_spans("Rotel", &forwarded, made);
        let _ = forwarded.wait_for_metric(&format!("{}handled", PREFIX.0));
        forwarded.wait_until("Rotel having the totals", |sink| Totals::received(sink) == expected);
        readers.push("Rotel to a receiver".to_owned());
    }
    for (protocol, otelite) in &otelites {
        assert_eq!(
            (otelite.span_count(), Totals::shown(otelite)),
            (made, expected),
            "otelite over {protocol}"
        );
        readers.push(format!("otelite over {protocol}"));
    }
    let address: SocketAddr = telemetry.prometheus_address().expect("the endpoint listens");
    let scrape = Exposition::parse(http::get(address, "/metrics", &[]).text());
    assert_eq!(Totals::scraped(&scrape), expected, "scrape");
    for (name, server) in [
        ("Prometheus", Prometheus::scrape(address)),
        ("VictoriaMetrics", Prometheus::scrape_by_victoria_metrics(address)),
    ] {
        if let Some(server) = server {
            assert_eq!(Totals::asked(&server), expected, "{name}");
            readers.push(name.to_owned());
        }
    }
    whole_row(
        26,
        format_args!(
            "{} requests, {} spans: the same totals at {}",
            count(requests),
            count(made),
            readers.join(", ")
        ),
    );
}
