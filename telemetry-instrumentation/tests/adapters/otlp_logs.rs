//! Events of `tracing`, read at an OTLP receiver.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs};
use prost::Message as _;
use telemetry_instrumentation::tracing::{LogExport, logs, spans};
use telemetry_runtime::export::Diagnostics;
use telemetry_runtime::{ErrorKind, Telemetry, traced};
use tracing::subscriber::with_default;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::fixture::{self, Running};

/// A receiver of logs, which takes everything else without a look.
pub(crate) struct Receiver {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
    _runtime: tokio::runtime::Runtime,
}

impl Receiver {
    pub(crate) fn start(status: StatusCode) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let requests = Arc::<Mutex<Vec<(HeaderMap, Bytes)>>>::default();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let take =
            async move |State(requests): State<Arc<Mutex<Vec<_>>>>, headers: HeaderMap, body: Bytes| {
                requests.lock().unwrap().push((headers, body));
                status
            };
        let router = Router::new().route("/v1/logs", post(take)).with_state(Arc::clone(&requests));
        let router = router.fallback(async || StatusCode::OK);
        runtime.spawn(async { axum::serve(listener, router).await });
        Self { url, requests, _runtime: runtime }
    }

    fn received(&self) -> Vec<ResourceLogs> {
        let requests = self.requests.lock().unwrap();
        requests
            .iter()
            .flat_map(|(_, body)| ExportLogsServiceRequest::decode(&**body).unwrap().resource_logs)
            .collect()
    }

    pub(crate) fn records(&self) -> Vec<LogRecord> {
        let scopes = self.received().into_iter().flat_map(|resource| resource.scope_logs);
        scopes.flat_map(|scope| scope.log_records).collect()
    }

    /// Telemetry that sends here, as these lines say beside.
    fn telemetry(&self, more: &str) -> Running {
        self.telemetry_over("http/protobuf", more)
    }

    fn telemetry_over(&self, protocol: &str, more: &str) -> Running {
        let config = format!(
            "telemetry: {{ {more} resource: {{ serviceName: shop }}, tracing: {{ exporters: [ {{ type: otlp, config: {{ \
             endpoint: \"{}\", protocol: {protocol}, compression: none, headers: {{ x-team: books }} }} }} ] }} }}",
            self.url
        );
        fixture::yaml(&config).build(|builder| builder.register_instrumentation(LogExport)).start()
    }
}

#[traced(plugin = "shop")]
fn sell(book: &str) {
    tracing::warn!(book, copies = 2, "sold the last ones");
}

fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn event_is_a_record_of_the_span_it_happens_in() {
    let receiver = Receiver::start(StatusCode::OK);
    let mut running = receiver.telemetry("");
    with_default(tracing_subscriber::registry().with(logs()).with(spans()), || {
        sell("Emma");
        tracing::info_span!("theirs").in_scope(|| tracing::info!("inside"));
        tracing::info!("outside");
    });
    let (ours, theirs) = (running.span("sell").span_context, running.span("theirs").span_context);
    running.stop();

    let records = receiver.records();
    let ids: Vec<_> =
        records.iter().map(|record| (record.trace_id.clone(), record.span_id.clone())).collect();
    let of = |span: &opentelemetry::trace::SpanContext| {
        (span.trace_id().to_bytes().to_vec(), span.span_id().to_bytes().to_vec())
    };
    assert_eq!(ids, [of(&ours), of(&theirs), (Vec::new(), Vec::new())]);
    let body = |record: &LogRecord| text(record.body.as_ref().and_then(|body| body.value.as_ref()));
    let first = &records[0];
    assert_eq!((body(first).as_str(), &*first.severity_text), ("sold the last ones", "WARN"));
    let mut attributes: Vec<_> = first
        .attributes
        .iter()
        .map(|pair| {
            format!("{}={}", pair.key, text(pair.value.as_ref().and_then(|value| value.value.as_ref())))
        })
        .collect();
    attributes.sort();
    assert_eq!(attributes, ["book=Emma", "copies=2"]);

    let resource = receiver.received().remove(0);
    let service =
        resource.resource.unwrap().attributes.into_iter().find(|pair| pair.key == "service.name").unwrap();
    assert_eq!(text(service.value.and_then(|value| value.value).as_ref()), "shop");
    assert_eq!(resource.scope_logs[0].scope.as_ref().unwrap().name, "adapters::otlp_logs", "the target");
    assert_eq!(receiver.requests.lock().unwrap()[0].0["x-team"], "books", "the headers are those of spans");
}

#[test]
fn records_go_as_json_where_spans_do() {
    let receiver = Receiver::start(StatusCode::OK);
    let mut running = receiver.telemetry_over("http/json", "");
    with_default(tracing_subscriber::registry().with(logs()), || sell("Emma"));
    let span = running.span("sell").span_context;
    running.stop();
    let requests = receiver.requests.lock().unwrap();
    let [(headers, body)] = &requests[..] else { panic!("{requests:?}") };
    assert_eq!(headers["content-type"], "application/json");
    let body = std::str::from_utf8(body).unwrap();
    for expected in [
        r#"{"resourceLogs":[{"resource":{"attributes":["#,
        r#""severityNumber":13,"severityText":"WARN","body":{"stringValue":"sold the last ones"}"#,
        r#"{"key":"copies","value":{"intValue":"2"}}"#,
        &format!(r#""traceId":"{}","spanId":"{}""#, span.trace_id(), span.span_id()),
    ] {
        assert!(body.contains(expected), "{expected} in {body}");
    }
}

#[test]
fn subscriber_outlives_the_telemetry_that_runs() {
    let receiver = Receiver::start(StatusCode::OK);
    with_default(tracing_subscriber::registry().with(logs()), || {
        tracing::info!("before");
        for _ in 0..2 {
            let running = receiver.telemetry("");
            tracing::info!("while it runs");
            drop(running);
            tracing::info!("between");
        }
    });
    let body = |record: LogRecord| text(record.body.and_then(|body| body.value).as_ref());
    let bodies: Vec<_> = receiver.records().into_iter().map(body).collect();
    assert_eq!(bodies, ["while it runs", "while it runs"]);
}

#[test]
fn switched_off_by_its_name() {
    let receiver = Receiver::start(StatusCode::OK);
    let running = receiver.telemetry("instrumentations: { logs: false },");
    with_default(tracing_subscriber::registry().with(logs()), || sell("Emma"));
    drop(running);
    assert_eq!(receiver.records().len(), 0);
}

#[test]
fn receiver_that_refuses_is_reported() {
    let receiver = Receiver::start(StatusCode::FORBIDDEN);
    let mut running = receiver.telemetry("");
    with_default(tracing_subscriber::registry().with(logs()), || sell("Emma"));
    running.stop();
    let reports = running.diagnostics();
    assert!(
        reports.iter().any(|report| report.contains("403") && report.contains("OTLP/http")),
        "{reports:?}"
    );
}

/// Row 2 of the reliability matrix, for logs.
#[test]
fn receiver_that_never_answers_costs_the_limit_of_the_shutdown() {
    // The system takes connections in its place, and nobody reads what they bring.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let limit = Duration::from_secs(1);
    let telemetry = Telemetry::builder()
        .without_config_files()
        .environment(
            [
                ("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{}", silent.local_addr().unwrap())),
                ("OTEL_METRICS_EXPORTER", "otlp".to_owned()),
            ]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        )
        .shutdown_timeout(limit)
        .diagnostics(Diagnostics::to_hook(|_| {}))
        .register_instrumentation(LogExport);
    let _alone = fixture::alone();
    let telemetry = telemetry.bootstrap().unwrap();
    with_default(tracing_subscriber::registry().with(logs()), || sell("Emma"));
    let start = Instant::now();
    let error = telemetry.shutdown().expect_err("nothing was taken");
    let took = start.elapsed();
    eprintln!(
        "row 2: spans, metrics and logs to a receiver that never answers: shutdown {took:.0?}, limit {limit:?}"
    );
    assert_eq!(error.kind(), ErrorKind::Timeout);
    // Without the limit logs alone would take five seconds more.
    assert!(took < Duration::from_secs(4), "{took:?}");
}

#[test]
fn without_otlp_there_is_nothing_to_do() {
    let mut running =
        fixture::defaults().build(|builder| builder.register_instrumentation(LogExport)).start();
    with_default(tracing_subscriber::registry().with(logs()), || sell("Emma"));
    running.stop();
    assert_eq!(running.diagnostics(), Vec::<String>::new());
}
