//! What becomes of an export when the receiver does not simply say yes.

use std::net::TcpListener;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsPartialSuccess, ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message as _;

use super::super::answer::Answer;
use super::super::*;
use super::sink::{Reply, Sink};
use crate::config::{Compression, OtlpProtocol, TemporalityPreference, TlsConfig};
use crate::export::testing::{resource, span};

fn config(endpoint: String, protocol: OtlpProtocol) -> OtlpConfig {
    OtlpConfig {
        endpoint,
        protocol,
        headers: vec![("authorization".to_owned(), "Bearer canary".to_owned())],
        compression: Compression::None,
        timeout: Duration::from_secs(10),
        tls: TlsConfig::default(),
        temporality: TemporalityPreference::Cumulative,
    }
}

pub(super) fn over_http(sink: &Sink) -> OtlpConfig {
    config(format!("http://{}/v1/traces", sink.address), OtlpProtocol::HttpProtobuf)
}

pub(super) fn over_grpc(sink: &Sink) -> OtlpConfig {
    config(format!("http://{}", sink.address), OtlpProtocol::Grpc)
}

/// Exports spans as the telemetry thread does.
pub(super) fn export(config: &OtlpConfig, spans: Vec<SpanData>) -> Result<Receipt, ExportError> {
    let sink = span_sink(config, &Diagnostics::to_hook(|_| {})).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(sink.export(spans, &resource()))
}

pub(super) fn names(body: &[u8]) -> Vec<String> {
    let request = ExportTraceServiceRequest::decode(body).unwrap();
    let scopes = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
    scopes.flat_map(|scope| &scope.spans).map(|span| span.name.clone()).collect()
}

fn status(code: u16) -> Reply {
    Reply::Http(code, Vec::new(), Vec::new())
}

#[test]
fn spans_arrive_over_http() {
    let sink = Sink::http([]);
    assert_eq!(export(&over_http(&sink), vec![span("a"), span("b")]), Ok(Receipt::default()));
    let received = sink.received();
    assert_eq!(received[0].path, "/v1/traces");
    assert_eq!(received[0].headers["content-type"], "application/x-protobuf");
    assert_eq!(received[0].headers["authorization"], "Bearer canary");
    assert_eq!(names(&received[0].body), ["a", "b"]);
}

#[test]
fn spans_arrive_over_grpc() {
    let sink = Sink::grpc([]);
    assert_eq!(export(&over_grpc(&sink), vec![span("a"), span("b")]), Ok(Receipt::default()));
    let received = sink.received();
    assert_eq!(received[0].path, "/opentelemetry.proto.collector.trace.v1.TraceService/Export");
    assert_eq!(received[0].headers["content-type"], "application/grpc");
    assert_eq!(received[0].headers["authorization"], "Bearer canary");
    assert_eq!(names(&received[0].body), ["a", "b"]);
}

#[test]
fn metrics_have_a_path_of_their_own() {
    let http = Sink::http([]);
    let grpc = Sink::grpc([]);
    let over_http = config(format!("http://{}/v1/metrics", http.address), OtlpProtocol::HttpProtobuf);
    for (config, sink, path) in [
        (over_http, &http, "/v1/metrics"),
        (over_grpc(&grpc), &grpc, "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"),
    ] {
        let exporter = metric_sink(&config, &Diagnostics::to_hook(|_| {})).unwrap();
        let snapshot = Arc::new(super::messages::snapshot());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(exporter.export(&snapshot, &resource())).unwrap();
        let received = sink.received();
        assert_eq!(received[0].path, path);
        let request = ExportMetricsServiceRequest::decode(&*received[0].body).unwrap();
        assert_eq!(request, metrics::request(&snapshot, &resource()));
    }
}

#[test]
fn gzip_unpacks_to_the_same_request() {
    let http = Sink::http([]);
    let grpc = Sink::grpc([]);
    for (config, sink) in [(over_http(&http), &http), (over_grpc(&grpc), &grpc)] {
        let config = OtlpConfig { compression: Compression::Gzip, ..config };
        export(&config, vec![span("packed")]).unwrap();
        let received = sink.received();
        assert!(
            received[0]
                .headers
                .get("content-encoding")
                .or(received[0].headers.get("grpc-encoding"))
                .is_some_and(|coding| coding == "gzip")
        );
        assert_eq!(names(&received[0].body), ["packed"]);
    }
}

#[test]
fn http_is_tried_again_after_a_passing_failure() {
    for failure in [status(503), status(429), status(502), status(504), Reply::Drop] {
        let sink = Sink::http([failure.clone(), failure.clone()]);
        assert_eq!(export(&over_http(&sink), vec![span("a")]), Ok(Receipt::default()), "{failure:?}");
        assert_eq!(sink.received().len(), 3, "{failure:?}");
    }
}

#[test]
fn http_is_not_tried_again_after_a_refusal() {
    for code in [400, 401, 403, 404, 500, 501] {
        let sink = Sink::http([status(code)]);
        let error = export(&over_http(&sink), vec![span("a")]).unwrap_err();
        assert!(error.to_string().starts_with(&format!("HTTP status {code}")), "{error}");
        assert_eq!(sink.received().len(), 1);
    }
}

#[test]
fn retry_after_is_waited_for() {
    let asked = vec![("retry-after", "1".to_owned())];
    let sink = Sink::http([Reply::Http(429, asked, Vec::new())]);
    let start = Instant::now();
    export(&over_http(&sink), vec![span("a")]).unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert_eq!(sink.received().len(), 2);
}

#[test]
fn a_receiver_that_asks_for_more_time_than_there_is_ends_the_export() {
    let asked = vec![("retry-after", "3600".to_owned())];
    let sink = Sink::http([Reply::Http(503, asked, Vec::new())]);
    let error = export(&over_http(&sink), vec![span("a")]).unwrap_err();
    assert_eq!(error.to_string(), "HTTP status 503 Service Unavailable (given up after 10s)");
}

#[test]
fn a_redirect_is_not_followed() {
    let other = Sink::http([]);
    for code in [301, 302, 303, 307, 308] {
        let elsewhere = vec![("location", format!("http://{}/v1/traces", other.address))];
        let sink = Sink::http([Reply::Http(code, elsewhere, Vec::new())]);
        let error = export(&over_http(&sink), vec![span("a")]).unwrap_err();
        assert!(error.to_string().ends_with(": redirects are not followed"), "{error}");
    }
    assert!(other.received().is_empty());
}

/// A `google.rpc.Status` with a `RetryInfo` of 50 ms.
const RETRY_INFO: &str = "CAgaMwoodHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUucnBjLlJldHJ5SW5mbxIHCgUQgOHrFw";

#[test]
fn grpc_is_tried_again_for_the_codes_that_otlp_names() {
    for code in [1, 4, 10, 11, 14, 15] {
        let sink = Sink::grpc([Reply::Grpc(code, "")]);
        assert_eq!(export(&over_grpc(&sink), vec![span("a")]), Ok(Receipt::default()), "code {code}");
        assert_eq!(sink.received().len(), 2, "code {code}");
    }
    for code in [2, 3, 5, 6, 7, 8, 9, 12, 13, 16] {
        let sink = Sink::grpc([Reply::Grpc(code, "")]);
        let error = export(&over_grpc(&sink), vec![span("a")]).unwrap_err();
        assert!(error.to_string().ends_with(": as the script says"), "{error}");
        assert_eq!(sink.received().len(), 1, "code {code}");
    }
}

#[test]
fn an_exhausted_receiver_is_tried_again_if_it_says_when() {
    let sink = Sink::grpc([Reply::Grpc(8, RETRY_INFO)]);
    assert_eq!(export(&over_grpc(&sink), vec![span("a")]), Ok(Receipt::default()));
    assert_eq!(sink.received().len(), 2);
}

#[test]
fn a_partial_success_says_how_many_were_refused() {
    let partial = ExportTracePartialSuccess { rejected_spans: 2, error_message: "too old".to_owned() };
    let response = ExportTraceServiceResponse { partial_success: Some(partial) }.encode_to_vec();
    let expected = Receipt { rejected: 2, message: "too old".to_owned() };
    let http = Sink::http([Reply::Message(response.clone())]);
    assert_eq!(export(&over_http(&http), vec![span("a"); 3]), Ok(expected.clone()));
    let grpc = Sink::grpc([Reply::Message(response)]);
    assert_eq!(export(&over_grpc(&grpc), vec![span("a"); 3]), Ok(expected));

    let partial = ExportMetricsPartialSuccess { rejected_data_points: 5, error_message: String::new() };
    let response = ExportMetricsServiceResponse { partial_success: Some(partial) }.encode_to_vec();
    assert_eq!(Answer::Protobuf(response.into()).receipt().rejected, 5);
}

#[test]
fn a_receiver_cannot_repeat_a_secret_into_the_log() {
    let message = "tenant of Bearer canary (canary) is unknown".to_owned();
    let partial = ExportTracePartialSuccess { rejected_spans: 1, error_message: message };
    let response = ExportTraceServiceResponse { partial_success: Some(partial) }.encode_to_vec();
    let sink = Sink::http([Reply::Message(response)]);
    let receipt = export(&over_http(&sink), vec![span("a")]).unwrap();
    assert_eq!(receipt.message, "tenant of *** (***) is unknown");
}

#[test]
fn a_dead_endpoint_fails_within_the_timeout() {
    // A port on which nothing listens.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for protocol in [OtlpProtocol::HttpProtobuf, OtlpProtocol::Grpc] {
        let config = OtlpConfig {
            timeout: Duration::from_millis(300),
            ..config(format!("http://{address}"), protocol)
        };
        let start = Instant::now();
        let error = export(&config, vec![span("a")]).unwrap_err();
        assert!(start.elapsed() < Duration::from_secs(5));
        assert!(error.to_string().contains("Connection refused"), "{error}");
    }
}

#[test]
fn a_receiver_that_hangs_costs_the_timeout() {
    let (http, grpc) = (Sink::http([Reply::Hang]), Sink::grpc([Reply::Hang]));
    for config in [over_http(&http), over_grpc(&grpc)] {
        let config = OtlpConfig { timeout: Duration::from_millis(200), ..config };
        let error = export(&config, vec![span("a")]).unwrap_err();
        assert!(error.to_string().starts_with("no answer within 200ms"), "{error}");
    }
}

#[test]
fn what_cannot_work_is_refused_at_the_start() {
    let http = |endpoint: &str| config(endpoint.to_owned(), OtlpProtocol::HttpProtobuf);
    let cases = [
        (http("not a url"), "the OTLP endpoint is not a URL"),
        (http("localhost"), "the OTLP endpoint needs a scheme and a host, as in `http://localhost:4318`"),
        (http("ftp://localhost"), "the scheme of the OTLP endpoint must be http or https"),
        (
            http("http://user:canary@localhost"),
            "the OTLP endpoint must not contain a user or password; use `headers`",
        ),
        (
            OtlpConfig { headers: vec![("a b".to_owned(), "canary".to_owned())], ..http("http://localhost") },
            "`a b` is not the name of a header",
        ),
        (
            OtlpConfig {
                headers: vec![("key".to_owned(), "can\nary".to_owned())],
                ..http("http://localhost")
            },
            "the value of header `key` cannot be sent",
        ),
    ];
    for (config, expected) in cases {
        let error = span_sink(&config, &Diagnostics::to_hook(|_| {})).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn plaintext_to_another_machine_is_warned_about() {
    for (endpoint, warned) in [
        ("http://localhost:4318", false),
        ("http://127.0.0.1:4318", false),
        ("http://[::1]:4318", false),
        ("http://collector.example:4318", true),
        ("https://collector.example:4318", false),
    ] {
        let warnings = Arc::new(Mutex::new(Vec::new()));
        let seen = warnings.clone();
        let diagnostics =
            Diagnostics::to_hook(move |diagnostic| seen.lock().unwrap().push(diagnostic.to_string()));
        span_sink(&config(endpoint.to_owned(), OtlpProtocol::HttpProtobuf), &diagnostics).unwrap();
        assert_eq!(warnings.lock().unwrap().len(), usize::from(warned), "{endpoint}");
    }
}
