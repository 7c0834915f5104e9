//! One request of a client.

use std::thread;
use std::time::Instant;

use ::reqwest::{Request, Response, Url};
use reqwest_middleware::Error;
use telemetry_runtime::Scope;
use telemetry_runtime::metrics::{AttributeRef, FreeAttributes};
use telemetry_runtime::services::SpanOptions;
use telemetry_runtime::trace::SpanKind;

use super::UrlTemplate;
use super::metrics::Metrics;
use crate::http::{Method, default_port, protocol_version};
use crate::span::{End, OpenSpan};

const SCOPE: Scope = Scope::core("http-client");

/// The telemetry of one request: ended by [`ClientCall::end`], or as cancelled or panicked where it is dropped before.
#[derive(Debug)]
pub(super) struct ClientCall(Option<Open>);

#[derive(Debug)]
struct Open {
    span: OpenSpan,
    started: Instant,
    method: Method,
    template: Option<UrlTemplate>,
    scheme: String,
    host: String,
    port: Option<u16>,
}

/// What is known of the response.
#[derive(Clone, Copy, Debug, Default)]
struct Head {
    status: Option<u16>,
    version: Option<&'static str>,
}

impl ClientCall {
    pub(super) fn begin(request: &Request, template: Option<UrlTemplate>) -> Self {
        let started = Instant::now();
        let method = Method::of(request.method());
        let url = request.url();
        let host = url.host_str().unwrap_or_default().to_owned();
        let port = url.port().or_else(|| default_port(url.scheme()));
        let original = (method == Method::Other).then(|| request.method().as_str());
        let options = SpanOptions::new()
            .kind(SpanKind::Client)
            .attribute("http.request.method", method.as_str())
            .attribute("http.request.method_original", original)
            .attribute("url.full", without_secrets(url))
            .attribute("url.template", template.map(|template| template.0))
            .attribute("server.address", host.as_str())
            .attribute("server.port", port);
        let name = match template {
            Some(UrlTemplate(template)) => format!("{} {template}", method.in_name()),
            None => method.in_name().to_owned(),
        };
        let span = OpenSpan::start(SCOPE, name, options);
        Self(Some(Open { span, started, method, template, scheme: url.scheme().to_owned(), host, port }))
    }

    /// The span while the request is sent.
    pub(super) fn span(&self) -> &OpenSpan {
        &self.0.as_ref().expect("a call is open until its end").span
    }

    /// Ends it with the head of the response, or the error in its place.
    pub(super) fn end(mut self, result: &Result<Response, Error>) {
        let Some(open) = self.0.take() else { return };
        match result {
            Ok(response) => {
                let status = response.status();
                let failed = status.is_client_error() || status.is_server_error();
                let end = if failed { End::Error(status.as_u16().to_string().into()) } else { End::Ok };
                let version = protocol_version(response.version());
                open.end(&end, Head { status: Some(status.as_u16()), version });
            }
            Err(error) => open.end(&End::Error(kind_of(error).into()), Head::default()),
        }
    }
}

impl Drop for ClientCall {
    fn drop(&mut self) {
        if let Some(open) = self.0.take() {
            let end = if thread::panicking() { End::Panic } else { End::Cancelled };
            open.end(&end, Head::default());
        }
    }
}

impl Open {
    fn end(self, end: &End, head: Head) {
        self.span.set_attribute("http.response.status_code", head.status);
        self.span.set_attribute("network.protocol.version", head.version);
        self.record(end, head);
        self.span.end(end);
    }

    fn record(&self, end: &End, head: Head) {
        let mut attributes: Vec<(&str, AttributeRef<'_>)> = vec![
            ("http.request.method", self.method.as_str().into()),
            ("server.address", self.host.as_str().into()),
            ("url.scheme", self.scheme.as_str().into()),
            ("outcome", end.outcome().into()),
        ];
        let texts = [
            ("url.template", self.template.map(|template| template.0)),
            ("network.protocol.version", head.version),
            ("error.type", end.error_type()),
        ];
        attributes.extend(texts.into_iter().filter_map(|(key, text)| Some((key, text?.into()))));
        let numbers = [("server.port", self.port), ("http.response.status_code", head.status)];
        attributes.extend(numbers.into_iter().filter_map(|(key, number)| Some((key, number?.into()))));
        Metrics::get()
            .duration
            .record_with(self.started.elapsed().as_secs_f64(), FreeAttributes(&attributes));
    }
}

/// The URL without what may be secret: user, password, query and fragment.
fn without_secrets(url: &Url) -> String {
    let mut url = url.clone();
    // A URL without a host has neither a user nor a password.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

/// How sending failed, in one of few words: the error's own text has the URL in it, query and all.
fn kind_of(error: &Error) -> &'static str {
    match error {
        Error::Middleware(_) => "middleware",
        Error::Reqwest(error) if error.is_timeout() => "timeout",
        Error::Reqwest(error) if error.is_connect() => "connect",
        Error::Reqwest(error) if error.is_redirect() => "redirect",
        Error::Reqwest(error) if error.is_body() => "body",
        Error::Reqwest(error) if error.is_decode() => "decode",
        Error::Reqwest(error) if error.is_builder() => "builder",
        Error::Reqwest(_) => "request",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_has_no_secrets() {
        let clean = |url: &str| without_secrets(&url.parse().unwrap());
        assert_eq!(clean("https://me:pass@a.example:8443/x/y?token=1#part"), "https://a.example:8443/x/y");
        assert_eq!(clean("http://a.example"), "http://a.example/");
    }
}
