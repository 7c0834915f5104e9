//! Every variable with every kind of value: it has the documented effect, or there is one notice. Nothing else happens.

use std::collections::BTreeSet;
use std::ffi::OsString;

use super::super::*;
use super::Setup;

const HUGE: &str = "99999999999999999999";

/// Each variable and the values that it takes; `text` stands for any text. All others are refused with one notice.
const TAKEN: &[(&str, &[&str])] = &[
    ("TELEMETRY_ENABLED", &["0"]),
    ("TELEMETRY_SERVICE_NAME", &["0", "-1", HUGE, "text"]),
    ("OTEL_SERVICE_NAME", &["0", "-1", HUGE, "text"]),
    ("OTEL_METRIC_EXPORT_TIMEOUT", &["0"]),
    ("TELEMETRY_METRICS", &["0", "-1", HUGE, "text"]),
    ("TELEMETRY_PROMETHEUS_SERVER", &["0"]),
    ("TELEMETRY_PROMETHEUS_PORT", &["0"]),
    ("OTEL_EXPORTER_PROMETHEUS_HOST", &["0", "-1", HUGE, "text"]),
    ("OTEL_EXPORTER_PROMETHEUS_PORT", &["0"]),
    ("OTEL_BSP_EXPORT_TIMEOUT", &["0"]),
    ("OTEL_ATTRIBUTE_COUNT_LIMIT", &["0"]),
    ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", &["0"]),
    ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", &["0"]),
    ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", &["0"]),
    ("OTEL_SPAN_EVENT_COUNT_LIMIT", &["0"]),
    ("OTEL_SPAN_LINK_COUNT_LIMIT", &["0"]),
    ("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", &["0"]),
    ("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", &["0"]),
    // Of these there is one for each signal.
    ("OTEL_EXPORTER_OTLP_ENDPOINT", &["0", "-1", HUGE, "text"]),
    ("OTEL_EXPORTER_OTLP_INSECURE", &["0"]),
    ("OTEL_EXPORTER_OTLP_TIMEOUT", &["0"]),
    ("OTEL_EXPORTER_OTLP_CERTIFICATE", &["0", "-1", HUGE, "text"]),
];

/// Variables in which an unknown name stops the start.
const STRICT: &[&str] = &["TELEMETRY_METRIC_READER", "TELEMETRY_TRACE_PROCESSOR"];

/// A configuration in which each variable has something to act on.
const BASE: &str = "\
telemetry:
  metrics: { exporters: [ { type: prometheus }, { type: otlp, config: { endpoint: 'localhost:4318' } } ] }
  tracing: { exporters: [ { type: otlp, config: { endpoint: 'localhost:4318' } } ] }
";

fn loaded(name: &str, value: OsString) -> Result<Loaded, crate::Error> {
    let setup = Setup::yaml(BASE);
    load(&Sources { environment: [(OsString::from(name), value)].into_iter().collect(), ..setup.sources() })
}

/// The variables that stand for a file of another kind have tests of their own.
fn names() -> Vec<String> {
    let names = variables::names().into_iter();
    names.filter(|name| !variables::CONFIG_FILE.contains(&name.as_str())).collect()
}

fn takes(name: &str, value: &str) -> bool {
    let general = ["TRACES_", "METRICS_"]
        .iter()
        .find_map(|signal| {
            let rest = name.strip_prefix("OTEL_EXPORTER_OTLP_")?.strip_prefix(signal)?;
            Some(format!("OTEL_EXPORTER_OTLP_{rest}"))
        })
        .unwrap_or_else(|| name.to_owned());
    TAKEN.iter().any(|(taken, values)| *taken == general && values.contains(&value))
}

#[test]
fn a_value_is_taken_or_noticed_once() {
    let base = Setup::yaml(BASE).load();
    assert_eq!(base.notices, []);
    for name in names() {
        for value in ["0", "-1", HUGE, "text"] {
            let case = format!("{name}={value}");
            if STRICT.contains(&name.as_str()) {
                let error = loaded(&name, value.into()).expect_err(&case).to_string();
                assert!(error.starts_with(&format!("{name}: ")), "{case}: {error}");
                assert_eq!(error.lines().count(), 1, "{case}: {error}");
                continue;
            }
            let Loaded { config, notices, explanation } =
                loaded(&name, value.into()).unwrap_or_else(|error| panic!("{case}: {error}"));
            if takes(&name, value) {
                assert_ne!(config, base.config, "{case} has no effect");
                let shown = explanation.to_string();
                let origin = shown.lines().any(|line| line.ends_with(&format!("# {name}")));
                let switch = name.ends_with("_INSECURE") || name == "TELEMETRY_PROMETHEUS_SERVER";
                assert!(origin || switch, "{case} is not the origin of anything:\n{shown}");
                // What can be reached from elsewhere is taken, and pointed out.
                let exposed = name == "OTEL_EXPORTER_PROMETHEUS_HOST";
                assert_eq!(notices.len(), usize::from(exposed), "{case}: {notices:?}");
            } else {
                assert_eq!(config, base.config, "{case}");
                let [notice] = notices.as_slice() else { panic!("{case}: {notices:?}") };
                assert!(notice.to_string().starts_with(&format!("{name}: ")), "{case}: {notice}");
            }
        }
    }
}

#[test]
fn an_empty_variable_is_unset() {
    let base = Setup::yaml(BASE).load();
    for name in names() {
        for value in ["", "  "] {
            let loaded = loaded(&name, value.into()).expect("no mistake");
            assert_eq!(
                (loaded.config, loaded.notices),
                (base.config.clone(), Vec::new()),
                "{name}={value:?}"
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn what_is_not_text_is_noticed_once() {
    use std::os::unix::ffi::OsStringExt;
    let base = Setup::yaml(BASE).load();
    for name in names() {
        let loaded = loaded(&name, OsString::from_vec(vec![b'1', 0xff])).expect("no mistake");
        assert_eq!(loaded.config, base.config, "{name}");
        let notices: Vec<String> = loaded.notices.iter().map(ToString::to_string).collect();
        assert_eq!(notices, [format!("{name}: not UTF-8 text; the value is ignored")]);
    }
}

#[test]
fn each_variable_is_listed_once() {
    let names = variables::names();
    let unique: BTreeSet<&String> = names.iter().collect();
    assert_eq!(unique.len(), names.len());
    for (name, _) in TAKEN {
        assert!(names.iter().any(|listed| listed == name), "{name} is not read");
    }
}

#[test]
fn each_key_that_a_variable_sets_exists() {
    // A path that leads nowhere is refused by the table itself, in builds with debug assertions.
    for name in names() {
        let _ = loaded(&name, "1".into());
    }
}

#[test]
fn a_mistyped_name_is_noticed_and_foreign_names_are_left_alone() {
    let setup = Setup::new()
        .variable("OTEL_EXPORTER_OTLP_ENDPIONT", "http://collector")
        .variable("TELEMETRY_METRIC", "a")
        .variable("OTEL_PYTHON_LOG_CORRELATION", "true")
        .variable("OTEL_NODE_RESOURCE_DETECTORS", "env");
    assert_eq!(
        setup.notices(),
        [
            "OTEL_EXPORTER_OTLP_ENDPIONT: not a variable that is read (nearest: `OTEL_EXPORTER_OTLP_ENDPOINT`)",
            "TELEMETRY_METRIC: not a variable that is read (nearest: `TELEMETRY_METRICS`)",
        ]
    );
}
