//! The URL of an OTLP receiver, from what somebody wrote.

use super::schema::OtlpProtocol;

/// A checked endpoint: where to send, before the signal's path is added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    scheme: Option<Scheme>,
    authority: String,
    /// Empty, or from the first `/` on.
    path: String,
    /// The path is the whole path, as the variables of one signal say it.
    complete: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

impl Endpoint {
    /// Checks a base URL such as `http://collector:4318`; the scheme may be missing.
    ///
    /// The text may hold a password, so the reason of a refusal never repeats it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Some(Scheme::Http), rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Some(Scheme::Https), rest),
            Some(_) => return Err("expected a URL that starts with `http://` or `https://`".to_owned()),
            None => (None, text),
        };
        let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
        if authority.contains('@') {
            return Err("a URL with a user or password is not taken; use `headers`".to_owned());
        }
        if path.contains(['?', '#']) || authority.contains(['?', '#']) {
            return Err("a URL with a query or fragment is not taken".to_owned());
        }
        if !path.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("the path of the URL has a space or a character that is not ASCII".to_owned());
        }
        check_authority(authority)?;
        Ok(Self { scheme, authority: authority.to_owned(), path: path.to_owned(), complete: false })
    }

    /// As [`Endpoint::parse`], for a URL that is used as it is.
    pub(super) fn parse_complete(text: &str) -> Result<Self, String> {
        Self::parse(text).map(|endpoint| Self { complete: true, ..endpoint })
    }

    /// The URL for a signal (`traces`, `metrics`).
    pub(super) fn url(&self, protocol: OtlpProtocol, signal: &str, insecure: Option<bool>) -> String {
        let scheme = if self.is_encrypted(insecure) { "https" } else { "http" };
        let authority = &self.authority;
        if !protocol.is_http() {
            return format!("{scheme}://{authority}");
        }
        let base = self.path.trim_end_matches('/');
        let tail = format!("/v1/{signal}");
        if self.complete && self.path.is_empty() {
            format!("{scheme}://{authority}/")
        } else if self.complete {
            format!("{scheme}://{authority}{}", self.path)
        } else if base.ends_with(&tail) {
            format!("{scheme}://{authority}{base}")
        } else {
            format!("{scheme}://{authority}{base}{tail}")
        }
    }

    /// The URL for people to read. A path that is not the usual one may hold a token, and is left out.
    pub(super) fn shown(&self) -> String {
        let scheme = match self.scheme {
            Some(Scheme::Http) => "http://",
            Some(Scheme::Https) => "https://",
            None => "",
        };
        let path = match self.path.as_str() {
            usual @ ("" | "/" | "/v1/traces" | "/v1/metrics") => usual,
            _ => "/***",
        };
        format!("{scheme}{}{path}", self.authority)
    }

    /// Whether whatever is sent stays on this machine or is encrypted.
    pub(super) fn is_private(&self, insecure: Option<bool>) -> bool {
        self.is_loopback() || self.is_encrypted(insecure)
    }

    fn is_encrypted(&self, insecure: Option<bool>) -> bool {
        match (self.scheme, insecure) {
            (Some(scheme), _) => scheme == Scheme::Https,
            (None, Some(insecure)) => !insecure,
            (None, None) => !self.is_loopback(),
        }
    }

    fn is_loopback(&self) -> bool {
        is_loopback(split_port(&self.authority).0)
    }
}

/// Whether a host name or address means this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn check_authority(authority: &str) -> Result<(), String> {
    let (host, port) = split_port(authority);
    let valid_host = match host.strip_prefix('[') {
        Some(v6) => v6.strip_suffix(']').is_some_and(|v6| v6.parse::<std::net::Ipv6Addr>().is_ok()),
        None => {
            !host.is_empty()
                && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        }
    };
    if !valid_host {
        return Err("expected a URL with a host, such as `http://localhost:4318`".to_owned());
    }
    match port {
        Some(port) if !port.parse::<u16>().is_ok_and(|port| port > 0) => {
            Err("the URL's port must be a number from 1 to 65535".to_owned())
        }
        _ => Ok(()),
    }
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str, protocol: OtlpProtocol) -> String {
        Endpoint::parse(text).unwrap().url(protocol, "traces", None)
    }

    #[test]
    fn http_adds_the_path_of_the_signal_once() {
        let http = OtlpProtocol::HttpProtobuf;
        assert_eq!(url("http://a:4318", http), "http://a:4318/v1/traces");
        assert_eq!(url("http://a:4318/", http), "http://a:4318/v1/traces");
        assert_eq!(url("https://a/otlp/", http), "https://a/otlp/v1/traces");
        assert_eq!(url("https://a/v1/traces", http), "https://a/v1/traces");
    }

    #[test]
    fn a_complete_url_is_used_as_it_is() {
        let endpoint = Endpoint::parse_complete("http://a:1/custom").unwrap();
        assert_eq!(endpoint.url(OtlpProtocol::HttpProtobuf, "traces", None), "http://a:1/custom");
        let endpoint = Endpoint::parse_complete("http://a:1").unwrap();
        assert_eq!(endpoint.url(OtlpProtocol::HttpProtobuf, "traces", None), "http://a:1/");
    }

    #[test]
    fn without_a_scheme_only_loopback_is_plain_text() {
        let grpc = OtlpProtocol::Grpc;
        assert_eq!(url("localhost:4317", grpc), "http://localhost:4317");
        assert_eq!(url("127.0.0.1:4317", grpc), "http://127.0.0.1:4317");
        assert_eq!(url("[::1]:4317", grpc), "http://[::1]:4317");
        assert_eq!(url("collector:4317", grpc), "https://collector:4317");
        let endpoint = Endpoint::parse("collector:4317").unwrap();
        assert_eq!(endpoint.url(grpc, "traces", Some(true)), "http://collector:4317");
    }

    #[test]
    fn wrong_urls_are_refused_without_repeating_them() {
        for wrong in [
            "ftp://secret",
            "http://",
            "",
            "http://user:secret@host",
            "http://secret:0",
            "http://secret:99999",
            "http://secret:x",
            "http://sec ret",
            "http://host/sec ret",
            "http://host?key=secret",
            "http://[::secret]:1",
        ] {
            let reason = Endpoint::parse(wrong).unwrap_err();
            assert!(!reason.contains("secret"), "{wrong}: {reason}");
        }
    }
}
