//! Row 20: every variable of OpenTelemetry with every kind of value, and what becomes of a span.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use it::sink::Sink;
use telemetry_runtime::config::Environment;
use telemetry_runtime::export::Diagnostics;
use telemetry_runtime::{SpanOptions, Telemetry, plugin};

use crate::figures::{alone, count, row};

const DOCUMENTATION: &str = include_str!("../../../../docs/configuration.md");

/// The variables that the documentation names.
fn variables() -> BTreeSet<&'static str> {
    let words = DOCUMENTATION.split('`').filter(|word| word.starts_with("OTEL_"));
    words
        .filter(|word| {
            word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_') && !word.ends_with('_')
        })
        .collect()
}

fn values() -> [(&'static str, OsString); 6] {
    [
        ("empty", OsString::new()),
        ("0", "0".into()),
        ("-1", "-1".into()),
        ("huge", "99999999999999999999".into()),
        ("text", "text".into()),
        ("not UTF-8", OsString::from_vec(vec![b'a', 0xff])),
    ]
}

/// What became of one span, and what was said about the variable.
enum Fate {
    Arrived {
        said: usize,
    },
    Refused(String),
    /// It did not arrive; whether somebody was told.
    Lost {
        said: Vec<String>,
    },
}

fn fate(sink: &Sink, name: &str, value: OsString) -> Fate {
    let said = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&said);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("app-config.yaml");
    let yaml = format!(
        "telemetry: {{ tracing: {{ exporters: [ {{ type: otlp, config: {{ endpoint: '{}' }} }} ] }} }}",
        sink.url()
    );
    std::fs::write(&file, yaml).expect("a written file");
    let telemetry = Telemetry::builder()
        .config_file(file)
        .environment(Environment::from_iter([(OsString::from(name), value)]))
        .prometheus_port(0)
        .shutdown_timeout(Duration::from_secs(2))
        .diagnostics(Diagnostics::to_hook(move |diagnostic| {
            heard.lock().expect("no panic").push(diagnostic.to_string());
        }))
        .bootstrap();
    let telemetry = match telemetry {
        Ok(telemetry) => telemetry,
        Err(error) => return Fate::Refused(error.to_string()),
    };
    drop(plugin("variables").expect("an id").tracing().start_span("one", SpanOptions::new()));
    let notices: Vec<String> = telemetry.notices().iter().map(ToString::to_string).collect();
    // A receiver that is not there makes it fail, which is an answer, too.
    let ended = telemetry.shutdown().err().map(|error| error.to_string());
    let mut said = said.lock().expect("no panic").clone();
    said.extend(ended);
    // Notices are told as diagnostics, too.
    said.extend(
        notices
            .into_iter()
            .filter(|notice| !said.iter().any(|said| said.contains(notice)))
            .collect::<Vec<_>>(),
    );
    if sink.spans().iter().any(|span| span.span.name == "one") {
        Fate::Arrived { said: said.len() }
    } else {
        Fate::Lost { said }
    }
}

#[test]
fn row_20_no_variable_loses_spans_without_a_word() {
    let _alone = alone();
    let sink = Sink::start();
    let variables = variables();
    assert!(variables.len() > 40, "{variables:?}");
    let (mut arrived, mut refused, mut told) = (0, 0, 0);
    for name in &variables {
        for (kind, value) in values() {
            sink.clear();
            match fate(&sink, name, value) {
                Fate::Arrived { said } => {
                    assert!(said <= 3, "{name} {kind}: {said} messages");
                    arrived += 1;
                }
                Fate::Refused(error) => {
                    assert!(error.contains(name), "{name} {kind}: {error}");
                    refused += 1;
                }
                Fate::Lost { said } => {
                    assert!(!said.is_empty(), "{name} {kind}: nobody was told");
                    told += 1;
                }
            }
        }
    }
    row(
        20,
        format_args!(
            "{} variables with 6 kinds of value each: no panic; the span arrived in {} cases, {refused} stopped the start \
             by their name, in {told} it stayed away and the reason was said",
            count(variables.len()),
            count(arrived)
        ),
    );
}
