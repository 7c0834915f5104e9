//! An OTLP exporter's settings while files and environment are still being laid over one another.

use std::time::Duration;

use super::endpoint::Endpoint;
use super::json::Json;
use super::keys::{Key, Kind, Secrecy, Section, Shown, keys};
use super::kinds::{Choice, Leaf, Optional, Text, TimeoutMillis, or_elsewhere};
use super::read::{Object, Value, join};
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

pub(super) const PROTOCOLS: &[(&str, OtlpProtocol)] = &[
    ("http/protobuf", OtlpProtocol::HttpProtobuf),
    ("http/json", OtlpProtocol::HttpJson),
    ("grpc", OtlpProtocol::Grpc),
];

pub(super) const COMPRESSIONS: &[(&str, Compression)] =
    &[("none", Compression::None), ("gzip", Compression::Gzip)];

pub(super) const TEMPORALITIES: &[(&str, TemporalityPreference)] = &[
    ("cumulative", TemporalityPreference::Cumulative),
    ("delta", TemporalityPreference::Delta),
    ("lowMemory", TemporalityPreference::LowMemory),
];

/// The `config` of an `otlp` exporter of `signal`.
pub(super) const fn section(signal: Signal) -> &'static Section<OtlpDraft> {
    match signal {
        Signal::Metrics => &METRICS,
        Signal::Traces => &TRACES,
    }
}

static TRACES: Section<OtlpDraft> = Section::of(KEYS);

static METRICS: Section<OtlpDraft> = Section::of(KEYS).and(keys!(OtlpDraft {
    /// What sums and histograms count from.
    "temporality" => .temporality: Optional(Choice(TEMPORALITIES));
}));

const KEYS: &[Key<OtlpDraft>] = keys!(OtlpDraft {
    /// The receiver's URL; for http the path of the signal is added.
    "endpoint" => .endpoint: Optional(Url);
    /// How it is spoken to.
    "protocol" => .protocol: Optional(Choice(PROTOCOLS));
    /// Headers of each request; secrets, never printed.
    "headers" => .headers: Headers;
    /// The compression of requests.
    "compression" => .compression: Optional(Choice(COMPRESSIONS));
    /// The limit for one export with its retries; 0 is no limit.
    "timeoutMillis" => .timeout: Optional(TimeoutMillis);
    /// Certificates, as paths of PEM files.
    "tls" => : Section::checked(TLS, check_tls);
});

const TLS: &[Key<OtlpDraft>] = keys!(OtlpDraft {
    /// Trusted instead of the public roots.
    "caFile" => .ca_file: Optional(Text);
    /// The client's certificate.
    "certFile" => .cert_file: Optional(Text);
    /// The client's key.
    "keyFile" => .key_file: Optional(Text);
});

fn check_tls(section: &Object<'_>, otlp: &OtlpDraft) {
    if otlp.cert_file.is_some() != otlp.key_file.is_some() {
        section.problem("`certFile` and `keyFile` belong together, and one of them is missing");
    }
}

/// The receiver's URL. Its path may hold a token, so only the usual ones are shown.
struct Url;

impl Leaf for Url {
    type Value = Endpoint;

    fn parse(&self, value: &Value<'_>) -> Option<Endpoint> {
        value.secret(Endpoint::parse)
    }

    fn json(&self, target: &Endpoint) -> Json {
        Json::text(target.shown())
    }

    fn rule(&self) -> Json {
        Json::object([("type", Json::text("string"))])
    }

    fn secrecy(&self) -> Secrecy {
        Secrecy::Text
    }
}

/// A mapping of header names to values, all of them secret.
struct Headers;

impl Kind<Option<Vec<(String, String)>>> for Headers {
    fn read(&self, value: &Value<'_>, target: &mut Option<Vec<(String, String)>>) {
        *target = Some(headers(value));
        value.found();
    }

    fn schema(&self, _default: &Option<Vec<(String, String)>>) -> Json {
        let types = ["string", "number", "boolean"].map(Json::text);
        let header = or_elsewhere(Json::object([("type", Json::List(types.into()))]));
        Json::object([
            ("type", Json::List(vec![Json::text("object"), Json::text("null")])),
            ("additionalProperties", header),
        ])
    }

    fn show(&self, path: &str, target: &Option<Vec<(String, String)>>) -> Shown {
        let header = |(name, _): &(String, String)| (name.clone(), Shown::secret(join(path, name)));
        Shown::Map(target.iter().flatten().map(header).collect())
    }
}

impl OtlpDraft {
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

    /// Fills in the defaults, and makes the endpoint the signal's whole URL.
    pub(super) fn settle(&mut self, signal: Signal) {
        let protocol = *self.protocol.get_or_insert_default();
        let endpoint = match &self.endpoint {
            Some(endpoint) => endpoint.url(protocol, signal.name(), self.insecure),
            None if protocol.is_http() => format!("{}/v1/{}", protocol.default_endpoint(), signal.name()),
            None => protocol.default_endpoint().to_owned(),
        };
        // What comes from a checked endpoint is one, and the defaults are.
        self.endpoint = Endpoint::parse_complete(&endpoint).ok();
        self.compression.get_or_insert_default();
        self.timeout.get_or_insert(OtlpConfig::DEFAULT_TIMEOUT);
        self.temporality.get_or_insert_default();
    }

    /// The meaning of what has been settled.
    pub(super) fn config(&self, signal: Signal) -> OtlpConfig {
        let protocol = self.protocol.unwrap_or_default();
        let endpoint = self.endpoint.as_ref();
        OtlpConfig {
            endpoint: endpoint
                .map(|endpoint| endpoint.url(protocol, signal.name(), None))
                .unwrap_or_default(),
            protocol,
            headers: self.headers.clone().unwrap_or_default(),
            compression: self.compression.unwrap_or_default(),
            timeout: self.timeout.unwrap_or(OtlpConfig::DEFAULT_TIMEOUT),
            tls: TlsConfig {
                ca_file: self.ca_file.clone(),
                cert_file: self.cert_file.clone(),
                key_file: self.key_file.clone(),
            },
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
            value.found();
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
