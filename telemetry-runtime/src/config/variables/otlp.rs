//! `OTEL_EXPORTER_OTLP_*`, for all signals or for one.

use super::super::draft::{Draft, environment};
use super::super::endpoint::Endpoint;
use super::super::findings::shown;
use super::super::keys::Kind as _;
use super::super::kinds::{Leaf as _, Switch};
use super::super::list;
use super::super::otlp::{self, OtlpDraft, Signal};
use super::super::read::join;
use super::{LOGS, Variable, Variables};

/// The variables that are written as the key of an `otlp` exporter that they set.
const KEYS: &[(&str, &str)] = &[
    ("PROTOCOL", "protocol"),
    ("COMPRESSION", "compression"),
    ("TIMEOUT", "timeoutMillis"),
    ("CERTIFICATE", "tls.caFile"),
    ("CLIENT_CERTIFICATE", "tls.certFile"),
    ("CLIENT_KEY", "tls.keyFile"),
];

type Read = fn(&Variable<'_>, &Scope, &mut OtlpDraft);

/// The others: they have a form of their own.
const SPECIAL: &[(&str, Read)] = &[("ENDPOINT", endpoint), ("INSECURE", insecure), ("HEADERS", headers)];

/// The path that the values for all signals are found under until they are laid over the exporters.
const OF_ALL: &str = "(environment)";

/// The variables of all signals, or of one.
struct Scope {
    prefix: String,
    signal: Option<Signal>,
    /// Where the values are found.
    path: &'static str,
}

impl Scope {
    fn new(signal: Option<Signal>) -> Self {
        let part = signal.map_or(String::new(), |signal| format!("{}_", signal.name().to_ascii_uppercase()));
        Self {
            prefix: format!("OTEL_EXPORTER_OTLP_{part}"),
            signal,
            path: signal.map_or(OF_ALL, environment),
        }
    }
}

fn variables() -> impl Iterator<Item = &'static str> {
    KEYS.iter().map(|(name, _)| *name).chain(SPECIAL.iter().map(|(name, _)| *name))
}

/// The names of all these variables.
pub(super) fn names() -> impl Iterator<Item = String> {
    let own = ["METRICS_TEMPORALITY_PREFERENCE", "METRICS_DEFAULT_HISTOGRAM_AGGREGATION"];
    let scoped = ["", "TRACES_", "METRICS_", "LOGS_"]
        .iter()
        .flat_map(|scope| variables().map(move |name| format!("{scope}{name}")));
    scoped.chain(own.map(str::to_owned)).map(|name| format!("OTEL_EXPORTER_OTLP_{name}"))
}

pub(super) fn read(variables: &Variables<'_>, draft: &mut Draft) {
    let of_all = read_scope(variables, &Scope::new(None));
    for (signal, exporters) in
        [(Signal::Metrics, &mut draft.metric_exporters), (Signal::Traces, &mut draft.span_exporters)]
    {
        let own = read_scope(variables, &Scope::new(Some(signal)));
        exporters.otlp.clone_from(&of_all);
        exporters.otlp.overlay(&own);
        // What the signal says itself has been found already, and wins.
        variables.findings.underlay(OF_ALL, environment(signal));
    }
    metrics_only(variables, &mut draft.metric_exporters.otlp);
    for name in self::variables() {
        if let Some(variable) = variables.get(&format!("OTEL_EXPORTER_OTLP_LOGS_{name}")) {
            variable.notice(format_args!("has no effect here: {LOGS}"));
        }
    }
}

/// What only metrics have.
fn metrics_only(variables: &Variables<'_>, draft: &mut OtlpDraft) {
    if let Some(variable) = variables.get("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE") {
        // The specification takes any case.
        let found = otlp::TEMPORALITIES.iter().find(|(name, _)| name.eq_ignore_ascii_case(variable.text()));
        match found {
            Some((_, temporality)) => {
                draft.temporality = Some(*temporality);
                variable.found(&format!("{}.temporality", environment(Signal::Metrics)));
            }
            None => variable.ignored(format_args!(
                "expected one of `cumulative`, `delta`, `lowmemory`, got {}",
                shown(variable.text())
            )),
        }
    }
    if let Some(variable) = variables.get("OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION")
        && !variable.text().eq_ignore_ascii_case("explicit_bucket_histogram")
    {
        variable
            .ignored(format_args!("expected `explicit_bucket_histogram`, got {}", shown(variable.text())));
    }
}

fn read_scope(variables: &Variables<'_>, scope: &Scope) -> OtlpDraft {
    let mut draft = OtlpDraft::default();
    let section = otlp::section(scope.signal.unwrap_or(Signal::Traces));
    for (name, key) in KEYS {
        let Some(variable) = variables.get(&format!("{}{name}", scope.prefix)) else { continue };
        let path: Vec<&str> = key.split('.').collect();
        section.read_at(&path, &variable.value(&format!("{}.{key}", scope.path)), &mut draft);
    }
    for (name, read) in SPECIAL {
        if let Some(variable) = variables.get(&format!("{}{name}", scope.prefix)) {
            read(&variable, scope, &mut draft);
        }
    }
    if draft.cert_file.is_some() != draft.key_file.is_some() {
        let (set, missing) = match draft.cert_file {
            Some(_) => ("CLIENT_CERTIFICATE", "CLIENT_KEY"),
            None => ("CLIENT_KEY", "CLIENT_CERTIFICATE"),
        };
        if let Some(variable) = variables.get(&format!("{}{set}", scope.prefix)) {
            variable.ignored(format_args!("`{}{missing}` is missing", scope.prefix));
        }
        draft.cert_file = None;
        draft.key_file = None;
    }
    draft
}

/// The URL of one signal is used as it is; to the one of all, the signal's path is added.
fn endpoint(variable: &Variable<'_>, scope: &Scope, draft: &mut OtlpDraft) {
    let parse = if scope.signal.is_some() { Endpoint::parse_complete } else { Endpoint::parse };
    let value = variable.value(&format!("{}.endpoint", scope.path));
    if let Some(endpoint) = value.secret(parse) {
        draft.endpoint = Some(endpoint);
        value.found();
    }
}

fn insecure(variable: &Variable<'_>, scope: &Scope, draft: &mut OtlpDraft) {
    draft.insecure = Switch.parse(&variable.value(scope.path));
}

/// `name=value,...`, percent-encoded. A wrong entry is left out; the others still let the receiver know who sends.
fn headers(variable: &Variable<'_>, scope: &Scope, draft: &mut OtlpDraft) {
    let mut headers = Vec::new();
    let path = format!("{}.headers", scope.path);
    for (index, entry) in list::words(variable.text()).enumerate() {
        let header = list::pair(entry)
            .filter(|(key, value)| otlp::is_header_name(key) && otlp::header_value(value).is_ok());
        match header {
            Some((key, value)) => {
                let name = key.to_ascii_lowercase();
                variable.found(&join(&path, &name));
                headers.push((name, value));
            }
            None => {
                variable.ignored(format_args!("entry {} is not `name=value` with a valid header", index + 1));
            }
        }
    }
    draft.headers = Some(headers);
}
