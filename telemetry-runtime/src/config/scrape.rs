//! The settings of a scrape endpoint, and what may be wrong with them.

use super::endpoint::is_loopback;
use super::findings::Findings;
use super::json::Json;
use super::keys::{Key, Kind, Secrecy, Section, Shown, keys};
use super::kinds::{Checked, Optional, Port, Text};
use super::read::{Object, Value};
use super::schema::{PrometheusConfig, ServerTlsConfig};
use crate::Sensitive;

/// The `config` of a `prometheus` exporter.
pub(super) const PROMETHEUS: Section<PrometheusConfig> = Section::of(keys!(PrometheusConfig {
    /// The address to listen on.
    "host" => .host: Text;
    /// The port to listen on; 0 takes a free one.
    "port" => .port: Port;
    /// The path of the metrics page.
    "path" => .path: Checked { check: http_path, pattern: "^/[!-~]*$" };
    /// Answers over https only: paths of PEM files, which are read again when they change.
    "tls" => .tls: Section::checked(TLS, check_tls);
    /// What scrapers must show as `Authorization: Bearer`; a reference to a variable or file, never printed.
    "bearerToken" => .bearer_token: Token;
}));

const TLS: &[Key<ServerTlsConfig>] = keys!(ServerTlsConfig {
    /// The endpoint's certificate, followed by those that lead to its authority.
    "certFile" => .cert_file: Optional(Text);
    /// Its private key.
    "keyFile" => .key_file: Optional(Text);
});

fn check_tls(section: &Object<'_>, tls: &ServerTlsConfig) {
    if tls.cert_file.is_some() != tls.key_file.is_some() {
        section.problem("`certFile` and `keyFile` belong together, and one of them is missing");
    }
}

fn http_path(path: &str) -> Result<(), String> {
    let valid =
        path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#".contains(&byte));
    if valid { Ok(()) } else { Err("expected a path that starts with `/`".to_owned()) }
}

/// A token that a file refers to, and does not hold: files are copied, shown and kept in repositories.
struct Token;

impl Kind<Option<Sensitive<String>>> for Token {
    fn read(&self, value: &Value<'_>, target: &mut Option<Sensitive<String>>) {
        let Some(token) = value.secret(|text| token(text, value.stands_in_a_file())) else { return };
        *target = Some(Sensitive::new(token));
        value.found();
    }

    fn schema(&self, _default: &Option<Sensitive<String>>) -> Json {
        // Beside a `$ref` an editor would not read the description.
        let elsewhere = Json::object([("$ref", Json::text("#/$defs/elsewhere"))]);
        Json::object([("anyOf", Json::List(vec![elsewhere]))])
    }

    fn show(&self, path: &str, target: &Option<Sensitive<String>>) -> Shown {
        match target {
            Some(_) => Shown::secret(path.to_owned()),
            None => Shown::Value { path: path.to_owned(), value: Json::Null, secrecy: Secrecy::Open },
        }
    }
}

/// Checks a token by the grammar of RFC 6750, so that a stray quote or line end is a mistake at the start and not a scraper
/// that is refused for ever.
fn token(text: &str, literal: bool) -> Result<String, String> {
    if literal {
        return Err(
            "a token does not belong in this file; refer to it, as `${METRICS_TOKEN}` or `$file`".to_owned()
        );
    }
    let rest = text.trim_end_matches('=');
    let valid = !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/".contains(&b));
    if valid {
        Ok(text.to_owned())
    } else {
        Err("expected a token of letters, digits and `-._~+/`, with `=` at its end only".to_owned())
    }
}

/// What is allowed and may be a mistake: other machines can reach or read what they should not.
pub(super) fn warn(prometheus: &PrometheusConfig, path: &str, findings: &Findings) {
    if is_loopback(&prometheus.host) {
        return;
    }
    let lacks = match (&prometheus.tls.cert_file, &prometheus.bearer_token) {
        (Some(_), Some(_)) => return,
        (None, None) => "where other machines can reach it; `tls` and `bearerToken` restrict that",
        (Some(_), None) => "where other machines can reach it; `bearerToken` restricts that",
        (None, Some(_)) => "and the token of its scrapers is not encrypted; `tls` does that",
    };
    // A substituted value may be a secret.
    let source = findings.source(&format!("{path}.host"));
    let reference = source.and_then(|source| source.reference);
    let host = reference.as_ref().unwrap_or(&prometheus.host);
    findings.notice(format!("the metrics endpoint listens on {host}, {lacks}"));
}
