//! An OTLP exporter's settings while files and environment are still being laid over one another.

use std::time::Duration;

use super::endpoint::Endpoint;
use super::read::{Object, Value};
use super::schema::{Compression, OtlpConfig, OtlpProtocol, TemporalityPreference, TlsConfig};

/// The two signals that are exported, by the names that OTLP's URLs use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    Metrics,
    Traces,
}

impl Signal {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Metrics => "metrics",
            Self::Traces => "traces",
        }
    }
}

/// What is set so far; what is unset takes the next source's value and in the end the default.
#[derive(Clone, Debug, Default)]
pub(super) struct OtlpDraft {
    pub(super) endpoint: Option<Endpoint>,
    /// Whether an endpoint without a scheme is plain text.
    pub(super) insecure: Option<bool>,
    pub(super) protocol: Option<OtlpProtocol>,
    pub(super) headers: Option<Vec<(String, String)>>,
    pub(super) compression: Option<Compression>,
    pub(super) timeout: Option<Duration>,
    pub(super) ca_file: Option<String>,
    pub(super) cert_file: Option<String>,
    pub(super) key_file: Option<String>,
    pub(super) temporality: Option<TemporalityPreference>,
}

pub(super) const PROTOCOLS: &[(&str, OtlpProtocol)] =
    &[("http/protobuf", OtlpProtocol::HttpProtobuf), ("grpc", OtlpProtocol::Grpc)];

pub(super) const COMPRESSIONS: &[(&str, Compression)] =
    &[("none", Compression::None), ("gzip", Compression::Gzip)];

pub(super) const TEMPORALITIES: &[(&str, TemporalityPreference)] = &[
    ("cumulative", TemporalityPreference::Cumulative),
    ("delta", TemporalityPreference::Delta),
    ("lowMemory", TemporalityPreference::LowMemory),
];

impl OtlpDraft {
    /// `config` of an exporter with `type: otlp`.
    pub(super) fn read(&mut self, config: &Object<'_>, signal: Signal) {
        config.fill("endpoint", &mut self.endpoint, |value| value.secret(Endpoint::parse));
        config.fill("protocol", &mut self.protocol, |value| value.choice(PROTOCOLS));
        config.fill("headers", &mut self.headers, |value| Some(headers(value)));
        config.fill("compression", &mut self.compression, |value| value.choice(COMPRESSIONS));
        config.fill("timeoutMillis", &mut self.timeout, Value::timeout_millis);
        if let Some(tls) = config.get("tls") {
            let read = tls.object(|object| {
                object.fill("caFile", &mut self.ca_file, Value::text);
                object.fill("certFile", &mut self.cert_file, Value::text);
                object.fill("keyFile", &mut self.key_file, Value::text);
            });
            if read.is_some() && self.cert_file.is_some() != self.key_file.is_some() {
                tls.problem("`certFile` and `keyFile` belong together, and one of them is missing");
            }
        }
        if signal == Signal::Metrics {
            config.fill("temporality", &mut self.temporality, |value| value.choice(TEMPORALITIES));
        }
    }

    /// Takes from `over` what it sets.
    pub(super) fn overlay(&mut self, over: &Self) {
        macro_rules! lay {
            ($($field:ident)*) => {
                $(if over.$field.is_some() {
                    self.$field.clone_from(&over.$field);
                })*
            };
        }
        lay!(endpoint insecure protocol headers compression timeout ca_file cert_file key_file temporality);
    }

    pub(super) fn finish(self, signal: Signal) -> OtlpConfig {
        let protocol = self.protocol.unwrap_or_default();
        let endpoint = match self.endpoint {
            Some(endpoint) => endpoint.url(protocol, signal.name(), self.insecure),
            None => match protocol {
                OtlpProtocol::HttpProtobuf => format!("{}/v1/{}", protocol.default_endpoint(), signal.name()),
                OtlpProtocol::Grpc => protocol.default_endpoint().to_owned(),
            },
        };
        OtlpConfig {
            endpoint,
            protocol,
            headers: self.headers.unwrap_or_default(),
            compression: self.compression.unwrap_or_default(),
            timeout: self.timeout.unwrap_or(OtlpConfig::DEFAULT_TIMEOUT),
            tls: TlsConfig { ca_file: self.ca_file, cert_file: self.cert_file, key_file: self.key_file },
            temporality: self.temporality.unwrap_or_default(),
        }
    }
}

fn headers(value: &Value<'_>) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    for (name, value) in value.entries() {
        if !is_header_name(name) {
            value.key_problem("the name of this header has a character that HTTP does not allow");
        } else if let Some(text) = value.secret(|text| header_value(text).map(str::to_owned)) {
            headers.push((name.to_ascii_lowercase(), text));
        }
    }
    headers
}

/// Whether `name` is a token in HTTP's sense.
pub(super) fn is_header_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Checks a header's value, which is a secret: the reason does not repeat it.
pub(super) fn header_value(text: &str) -> Result<&str, String> {
    if text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        Ok(text)
    } else {
        Err("a header's value must be visible ASCII on one line".to_owned())
    }
}
