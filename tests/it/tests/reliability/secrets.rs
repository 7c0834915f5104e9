//! Row 23: secrets stay where they belong. Receivers that are not what they say are tested where TLS is
//! (`telemetry-runtime/src/export/otlp/tests/tls.rs`).

use std::collections::HashMap;

use it::http;
use it::served::Served;
use it::sink::{Fault, Sink};
use telemetry_runtime::config::{Code, Environment, Sources, explain, load};
use telemetry_runtime::{Sensitive, Telemetry};

use crate::figures::row;

const CANARY: &str = "canary-7f3a19";

/// Secrets in every place that may hold one.
fn yaml(endpoint: &str, protocol: &str) -> String {
    format!(
        "telemetry:
  resource: {{ serviceName: secrets }}
  metrics:
    collection: {{ exportIntervalMillis: 100, exportTimeoutMillis: 100 }}
    exporters:
      - {{ type: prometheus, config: {{ port: 0, bearerToken: '${{SECRET}}' }} }}
      - type: otlp
        config: {{ endpoint: '{endpoint}', protocol: {protocol}, headers: {{ authorization: 'Bearer ${{SECRET}}', x-key: {CANARY}-plain }} }}
  tracing:
    batch: {{ scheduleDelayMillis: 50 }}
    exporters:
      - type: otlp
        config: {{ endpoint: '{endpoint}', protocol: {protocol}, headers: {{ authorization: 'Bearer ${{SECRET}}', x-key: {CANARY}-plain }} }}
"
    )
}

#[test]
fn row_23_a_redirect_gets_nothing_and_no_secret_is_shown() {
    let mut searched = Vec::new();
    for protocol in ["http/protobuf", "http/json", "grpc"] {
        let (sink, elsewhere) = (Sink::start(), Sink::start());
        // What a receiver says goes into a log, and it may repeat what it was told.
        let repeats = format!("tenant of Bearer {CANARY} ({CANARY}-plain) is unknown");
        sink.fail_next(2, Fault::Partial { rejected: 1, message: repeats });
        let served = Served::start(env!("CARGO_BIN_EXE_served"), &yaml(&sink.url(), protocol), |command| {
            command.arg("1").env("SECRET", CANARY)
        });
        sink.wait_until("the receiver has complained", |sink| sink.faults() >= 2);
        sink.fail_next(3, Fault::Redirect(format!("{}/v1/metrics", elsewhere.url())));
        sink.wait_until("metrics come after redirects", |sink| {
            sink.faults() >= 5 && !sink.metrics().is_empty()
        });
        let bearer = format!("Bearer {CANARY}");
        let page = http::get(served.address, "/metrics", &[("authorization", &bearer)]);
        let refused = http::get(served.address, "/metrics", &[("authorization", "Bearer wrong")]);
        assert_eq!((page.status, refused.status), (200, 401));
        assert_eq!(elsewhere.attempts(), 0, "a redirect was followed");
        let received = format!("{:?} {:?}", sink.spans(), sink.metrics());
        let said = served.end();
        assert!(said.contains("is unknown"), "the complaint is told: {said}");
        for (place, text) in [
            ("the log", said.as_str()),
            ("/metrics", page.text()),
            ("the answer of 401", refused.text()),
            ("spans and metrics", &received),
        ] {
            assert!(!text.contains(CANARY), "{place} over {protocol}: {text}");
            searched.push(format!("{place} ({protocol})"));
        }
    }
    row(23, format_args!("0 bytes to the target of a redirect; no canary in {}", searched.join(", ")));
}

/// Every public type that holds configuration, as programs print them by accident.
#[test]
fn row_23_no_form_of_the_configuration_shows_a_secret() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("app-config.yaml"), yaml(&format!("https://h/{CANARY}"), "grpc"))
        .expect("a written file");
    let header = format!("{{ authorization: {CANARY} }}");
    let key = "telemetry.resource.attributes".to_owned();
    let sources = Sources {
        directory: folder.path().to_owned(),
        environment: Environment::from_iter(HashMap::from([
            ("SECRET".to_owned(), CANARY.to_owned()),
            ("OTEL_EXPORTER_OTLP_HEADERS".to_owned(), format!("x-other={CANARY}")),
        ])),
        code: Code { values: vec![(key, "{ a: b }".to_owned())], ..Code::default() },
        ..Sources::default()
    };
    let loaded = load(&sources).expect("a right configuration");
    let explanation = explain(&sources);
    let secret_in_code = Code { values: vec![("x.headers".to_owned(), header)], ..Code::default() };
    let forms = [
        ("Sources", format!("{sources:?} {sources:#?}")),
        ("Environment", format!("{:?}", sources.environment)),
        ("Code", format!("{secret_in_code:?}")),
        ("Config", format!("{:?} {:#?}", loaded.config, loaded.config)),
        ("Loaded", format!("{loaded:?}")),
        ("Notice", format!("{:?}", loaded.notices)),
        ("Explanation", format!("{explanation} {explanation:?}")),
        ("Setting", format!("{:?}", explanation.settings())),
        ("Sensitive", format!("{:?}", Sensitive::new(CANARY))),
        ("--print-config", Telemetry::builder().explain().to_string()),
    ];
    for (name, form) in &forms {
        assert!(!form.contains(CANARY), "{name}: {form}");
    }
    let names: Vec<&str> = forms.iter().map(|(name, _)| *name).collect();
    row(23, format_args!("no canary in the printed forms of {}", names.join(", ")));
}
