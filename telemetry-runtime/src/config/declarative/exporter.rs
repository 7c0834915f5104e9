//! `exporter` of processors and readers

use super::super::draft::{Draft, ExporterDraft, ExporterKind};
use super::super::endpoint::Endpoint;
use super::super::keys::Kind as _;
use super::super::list;
use super::super::otlp::{self, OtlpDraft, Signal};
use super::super::read::{Object, Value, join};
use super::super::schema::{OtlpProtocol, PrometheusConfig, TemporalityPreference};
use super::super::scrape::PROMETHEUS;
use super::{boolean, number, unused};
use crate::config::draft::ExporterSettings;

const PUSH: &[&str] = &["otlp_http", "otlp_grpc", "otlp_file/development", "console"];

const TEMPORALITIES: &[(&str, TemporalityPreference)] = &[
    ("cumulative", TemporalityPreference::Cumulative),
    ("delta", TemporalityPreference::Delta),
    ("low_memory", TemporalityPreference::LowMemory),
];

/// `encoding` of `otlp_http`
const ENCODINGS: &[(&str, OtlpProtocol)] =
    &[("protobuf", OtlpProtocol::HttpProtobuf), ("json", OtlpProtocol::HttpJson)];

/// Adds the exporter of a processor or a periodic reader.
pub(super) fn push(parent: &Object<'_>, signal: Signal, draft: &mut Draft) {
    let Some(value) = parent.get("exporter") else { return parent.problem("`exporter` is missing") };
    let Some(Some((kind, inner))) = value.object(|object| object.variant(PUSH)) else { return };
    let path = next_path(signal, draft);
    let settings = match kind {
        "console" => {
            if let Some(inner) = inner {
                inner.object(|object| console(object, signal));
            }
            ExporterKind::Console.draft(&[])
        }
        "otlp_http" => otlp_exporter(inner, OtlpProtocol::HttpProtobuf, signal, &path),
        "otlp_grpc" => otlp_exporter(inner, OtlpProtocol::Grpc, signal, &path),
        _ => return value.key_notice("files are not written; the exporter is left out"),
    };
    add(path, settings, &value, signal, draft);
}

/// Adds the exporter of a pull reader.
pub(super) fn pull(parent: &Object<'_>, draft: &mut Draft) {
    let Some(value) = parent.get("exporter") else { return parent.problem("`exporter` is missing") };
    let Some(Some((_, inner))) = value.object(|object| object.variant(&["prometheus/development"])) else {
        return;
    };
    let path = next_path(Signal::Metrics, draft);
    let mut prometheus = PrometheusConfig::default();
    if let Some(inner) = inner {
        inner.object(|object| {
            for key in ["host", "port"] {
                if let Some(value) = object.get(key).filter(|value| key == "host" || number(value)) {
                    let value = value.setting(format!("{path}.config.{key}"));
                    PROMETHEUS.read_at(&[key], &value, &mut prometheus);
                }
            }
            for key in [
                "scope_info_enabled",
                "target_info_enabled",
                "resource_constant_labels",
                "translation_strategy",
                "without_scope_info",
                "without_target_info",
                "with_resource_constant_labels",
            ] {
                unused(object, key, "the page has one form");
            }
        });
    }
    add(path, ExporterSettings::Prometheus(prometheus), &value, Signal::Metrics, draft);
}

fn next_path(signal: Signal, draft: &mut Draft) -> String {
    let (exporters, section) = match signal {
        Signal::Metrics => (&draft.metric_exporters, "metrics"),
        Signal::Traces => (&draft.span_exporters, "tracing"),
    };
    format!("telemetry.{section}.exporters[{}]", exporters.listed.as_ref().map_or(0, Vec::len))
}

fn add(path: String, settings: ExporterSettings, value: &Value<'_>, signal: Signal, draft: &mut Draft) {
    value.setting(join(&path, "type")).found();
    let exporters = match signal {
        Signal::Metrics => &mut draft.metric_exporters,
        Signal::Traces => &mut draft.span_exporters,
    };
    exporters.listed.get_or_insert_default().push(ExporterDraft { path, settings });
}

fn console(object: &Object<'_>, signal: Signal) {
    if signal == Signal::Metrics {
        unused(object, "temporality_preference", "the console shows what is counted since the start");
        histograms(object);
    }
}

fn histograms(object: &Object<'_>) {
    if let Some(value) = object.get("default_histogram_aggregation") {
        const KNOWN: &[(&str, bool)] =
            &[("explicit_bucket_histogram", true), ("base2_exponential_bucket_histogram", false)];
        if value.choice(KNOWN) == Some(false) {
            value.key_notice("has no effect: histograms have explicit buckets");
        }
    }
}

fn otlp_exporter(
    value: Option<Value<'_>>,
    protocol: OtlpProtocol,
    signal: Signal,
    path: &str,
) -> ExporterSettings {
    let mut otlp = OtlpDraft { protocol: Some(protocol), ..OtlpDraft::default() };
    if let Some(value) = value {
        value.setting(format!("{path}.config.protocol")).found();
        value.object(|object| read_otlp(object, protocol, signal, path, &mut otlp));
    }
    ExporterSettings::Otlp(Box::new(otlp))
}

fn read_otlp(object: &Object<'_>, protocol: OtlpProtocol, signal: Signal, path: &str, otlp: &mut OtlpDraft) {
    let config = |key: &str| format!("{path}.config.{key}");
    let section = otlp::section(signal);
    if let Some(value) = object.get("endpoint") {
        // Over http, it is the whole URL.
        let parse = if protocol.is_http() { Endpoint::parse_complete } else { Endpoint::parse };
        otlp.endpoint = value.secret(parse);
        value.setting(config("endpoint")).found();
    }
    if let Some(value) = object.get("timeout").filter(number) {
        section.read_at(&["timeoutMillis"], &value.setting(config("timeoutMillis")), otlp);
    }
    if let Some(value) = object.get("compression") {
        section.read_at(&["compression"], &value.setting(config("compression")), otlp);
    }
    if let Some(tls) = object.get("tls") {
        tls.object(|files| {
            for (key, own) in [("ca_file", "caFile"), ("cert_file", "certFile"), ("key_file", "keyFile")] {
                if let Some(value) = files.get(key) {
                    section.read_at(&["tls", own], &value.setting(config(&format!("tls.{own}"))), otlp);
                }
            }
            if !protocol.is_http() {
                otlp.insecure = files.get("insecure").filter(boolean).and_then(|value| value.boolean());
            }
        });
        if otlp.cert_file.is_some() != otlp.key_file.is_some() {
            tls.problem("`cert_file` and `key_file` belong together, and one of them is missing");
        }
    }
    headers(object, &config("headers"), otlp);
    if protocol.is_http()
        && let Some(encoding) = object.get("encoding")
        && let Some(protocol) = encoding.choice(ENCODINGS)
    {
        otlp.protocol = Some(protocol);
        encoding.setting(config("protocol")).found();
    }
    if signal == Signal::Metrics {
        if let Some(value) = object.get("temporality_preference") {
            otlp.temporality = value.choice(TEMPORALITIES);
            value.setting(config("temporality")).found();
        }
        histograms(object);
    }
}

/// `headers` win over `headers_list`.
fn headers(object: &Object<'_>, path: &str, otlp: &mut OtlpDraft) {
    let mut headers: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, text: String, value: &Value<'_>| {
        let name = name.to_ascii_lowercase();
        headers.retain(|(other, _)| *other != name);
        value.setting(join(path, &name)).found();
        headers.push((name, text));
    };
    if let Some(value) = object.get("headers_list")
        && let Some(text) = value.text()
    {
        for (index, entry) in list::words(&text).enumerate() {
            let header = list::pair(entry)
                .filter(|(name, text)| otlp::is_header_name(name) && otlp::header_value(text).is_ok());
            match header {
                Some((name, text)) => add(&name, text, &value),
                None => {
                    value
                        .problem(format_args!("entry {} is not `name=value` with a valid header", index + 1));
                }
            }
        }
    }
    for element in object.get("headers").and_then(|value| value.list()).unwrap_or_default() {
        element.object(|header| {
            let Some(name) = header.get("name") else { return element.problem("`name` is missing") };
            let value = header.get("value");
            let Some(name) = name.secret(header_name) else { return };
            // Without a value, the schema leaves the header out.
            let Some(value) = value else { return };
            if let Some(text) = value.secret(|text| otlp::header_value(text).map(str::to_owned)) {
                add(&name, text, &value);
            }
        });
    }
    otlp.headers = Some(headers);
}

fn header_name(text: &str) -> Result<String, String> {
    if otlp::is_header_name(text) {
        Ok(text.to_owned())
    } else {
        Err("the name of this header has a character that HTTP does not allow".to_owned())
    }
}
