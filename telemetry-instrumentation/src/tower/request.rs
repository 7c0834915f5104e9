//! What is known of a request before it is handled.

use http::header::{HOST, USER_AGENT};
use http::uri::Authority;
use http::{HeaderMap, HeaderName, Request, Uri, Version};
use telemetry_runtime::context;
use telemetry_runtime::services::SpanOptions;
use telemetry_runtime::trace::SpanKind;

use super::grpc;
use super::metrics::{Active, Scheme};
use crate::http::{HeaderCarrier, Method, default_port, protocol_version};

/// In which a proxy says how it was asked.
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// What of a request its telemetry is made of.
#[derive(Debug)]
pub(super) struct RequestInfo {
    pub(super) labels: Active,
    pub(super) is_head: bool,
    pub(super) version: Option<&'static str>,
    /// The route's template, not the path that was asked for.
    pub(super) route: Option<String>,
    /// `package.Service/Method` of a gRPC call.
    pub(super) rpc_method: Option<String>,
}

impl RequestInfo {
    pub(super) fn of<B>(request: &Request<B>, route: Option<String>) -> Self {
        let is_call = grpc::is_call(request.headers());
        Self {
            labels: Active {
                method: Method::of(request.method()),
                scheme: scheme(request.uri(), request.headers()),
            },
            is_head: request.method() == http::Method::HEAD,
            version: protocol_version(request.version()),
            route: if is_call { Some(request.uri().path().to_owned()) } else { route },
            rpc_method: is_call.then(|| grpc::method(request.uri().path()).to_owned()),
        }
    }

    /// The name of the span: the method, and the route where it is known.
    pub(super) fn span_name(&self) -> String {
        let method = self.labels.method.in_name();
        match (&self.rpc_method, &self.route) {
            (Some(rpc), _) => rpc.clone(),
            (None, Some(route)) => format!("{method} {route}"),
            (None, None) => method.to_owned(),
        }
    }

    /// What the span starts with, below the one that the headers name. The query is not in it, nor is who asks: both may be
    /// secret.
    pub(super) fn span_options<B>(&self, request: &Request<B>) -> SpanOptions {
        let Active { method, scheme } = self.labels;
        let original = (method == Method::Other).then(|| request.method().as_str());
        let authority = authority(request.uri(), request.headers(), request.version());
        let port = |authority: &Authority| authority.port_u16().or_else(|| default_port(scheme.as_str()));
        let agent = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok());
        SpanOptions::new()
            .kind(SpanKind::Server)
            .parent(context::extract(&HeaderCarrier(request.headers())))
            .attribute("http.request.method", method.as_str())
            .attribute("http.request.method_original", original)
            .attribute("url.scheme", scheme.as_str())
            .attribute("url.path", request.uri().path())
            .attribute("http.route", self.route.as_deref())
            .attribute("network.protocol.version", self.version)
            .attribute("server.address", authority.as_ref().map(Authority::host))
            .attribute("server.port", authority.as_ref().and_then(port))
            .attribute("user_agent.original", agent)
            .attribute("rpc.system.name", self.rpc_method.is_some().then_some("grpc"))
            .attribute("rpc.method", self.rpc_method.as_deref())
    }
}

/// The scheme in the URL, or what the proxy in front says of it, which may only be one of two words.
fn scheme(uri: &Uri, headers: &HeaderMap) -> Scheme {
    let forwarded = || headers.get(FORWARDED_PROTO).and_then(|value| value.to_str().ok());
    match forwarded().or_else(|| uri.scheme_str()) {
        Some(scheme) if scheme.eq_ignore_ascii_case("https") => Scheme::Https,
        _ => Scheme::Http,
    }
}

/// The server as the client calls it.
fn authority(uri: &Uri, headers: &HeaderMap, version: Version) -> Option<Authority> {
    // In HTTP/2 the URL has it, and in HTTP/1 a header.
    let in_url = uri.authority().filter(|_| version >= Version::HTTP_2 || !headers.contains_key(HOST));
    in_url.cloned().or_else(|| headers.get(HOST)?.to_str().ok()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(uri: &str, headers: &[(&str, &str)]) -> Request<()> {
        let builder = headers
            .iter()
            .fold(Request::builder().uri(uri), |builder, (name, value)| builder.header(*name, *value));
        builder.body(()).unwrap()
    }

    #[test]
    fn name_is_method_and_route() {
        let name = |route: Option<&str>, headers: &[(&str, &str)]| {
            RequestInfo::of(&request("/a/42", headers), route.map(str::to_owned)).span_name()
        };
        assert_eq!(name(Some("/a/{id}"), &[]), "GET /a/{id}");
        assert_eq!(name(None, &[]), "GET");
        assert_eq!(name(Some("/{*any}"), &[("content-type", "application/grpc+proto")]), "a/42");
    }

    #[test]
    fn scheme_is_one_of_two_words() {
        let scheme =
            |uri, headers: &[_]| super::scheme(request(uri, headers).uri(), request(uri, headers).headers());
        assert_eq!(scheme("/", &[]), Scheme::Http);
        assert_eq!(scheme("https://a.example/", &[]), Scheme::Https);
        assert_eq!(scheme("/", &[("x-forwarded-proto", "HTTPS")]), Scheme::Https);
        assert_eq!(scheme("/", &[("x-forwarded-proto", "gopher")]), Scheme::Http);
    }

    #[test]
    fn server_is_what_the_client_calls_it() {
        let host = |uri, headers: &[_]| {
            let request = request(uri, headers);
            authority(request.uri(), request.headers(), request.version()).map(|found| found.to_string())
        };
        assert_eq!(host("/", &[("host", "a.example:7007")]).as_deref(), Some("a.example:7007"));
        assert_eq!(host("http://b.example/", &[]).as_deref(), Some("b.example"));
        assert_eq!(host("/", &[("host", "not a host")]), None);
    }
}
