//! What the scrape endpoint answers, without a word about sockets.

use std::collections::HashSet;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, VARY,
    WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderName, Method, Response, StatusCode};
use opentelemetry_sdk::Resource;

use super::token::Token;
use crate::Sensitive;
use crate::export::collector::Collector;
use crate::export::counters::Counters;
use crate::export::diagnostics::{DiagnosticKind, Diagnostics};
use crate::export::prometheus::{Conflict, Encoder, Format, accepts_gzip};
use crate::metrics::Snapshot;

/// The endpoint that Prometheus scrapes.
pub(crate) struct Endpoint {
    path: String,
    /// What a request must show.
    token: Option<Token>,
    resource: Resource,
    collector: Arc<Collector>,
    state: Mutex<State>,
    counters: Arc<Counters>,
    diagnostics: Diagnostics,
}

/// Conflicts beyond this number are reported again: names that a program makes up must not fill the memory.
const REMEMBERED: usize = 1000;

#[derive(Default)]
struct State {
    encoder: Encoder,
    /// The last rendering: scrapes that share a snapshot share it.
    last: Option<Rendering>,
    /// Conflicts that were reported.
    reported: HashSet<Conflict>,
}

struct Rendering {
    snapshot: Weak<Snapshot>,
    format: Format,
    gzip: bool,
    body: Bytes,
}

/// What a request asks for.
enum Route {
    Scrape { format: Format, gzip: bool },
    Index,
    NotFound,
    NotAllowed,
    NotAuthorized,
}

impl Endpoint {
    pub(crate) fn new(
        path: String,
        resource: Resource,
        collector: Arc<Collector>,
        counters: Arc<Counters>,
        diagnostics: Diagnostics,
    ) -> Self {
        Self { path, token: None, resource, collector, state: Mutex::default(), counters, diagnostics }
    }

    /// Answers only who shows the token, if there is one.
    pub(crate) fn asking_for(self, token: Option<Sensitive<String>>) -> Self {
        Self { token: token.map(Token::new), ..self }
    }

    /// The response to a request. A body is not read: no method that we know has one.
    pub(crate) async fn answer(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response<Bytes> {
        let mut response = match self.route(method, path, headers) {
            Route::Scrape { format, gzip } => {
                let snapshot = self.collector.snapshot().await;
                self.exposition(&snapshot, format, gzip)
            }
            Route::Index => text(
                StatusCode::OK,
                format!(
                    "Metrics are at {}: Prometheus text 0.0.4, or OpenMetrics 1.0.0 on request.\n",
                    self.path
                ),
            ),
            Route::NotFound => {
                text(StatusCode::NOT_FOUND, format!("Not found. Metrics are at {}.\n", self.path))
            }
            Route::NotAuthorized => {
                let mut response = text(StatusCode::UNAUTHORIZED, "A token is needed.\n".to_owned());
                let challenge = http::HeaderValue::from_static("Bearer realm=\"metrics\"");
                response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
                response
            }
            Route::NotAllowed => {
                let mut response =
                    text(StatusCode::METHOD_NOT_ALLOWED, "Only GET and HEAD are allowed.\n".to_owned());
                response.headers_mut().insert(ALLOW, http::HeaderValue::from_static("GET, HEAD"));
                response
            }
        };
        let length = response.body().len();
        let headers = response.headers_mut();
        headers.insert(CONTENT_LENGTH, length.into());
        headers.insert(CACHE_CONTROL, http::HeaderValue::from_static("no-store"));
        headers.insert(
            HeaderName::from_static("x-content-type-options"),
            http::HeaderValue::from_static("nosniff"),
        );
        if *method == Method::HEAD {
            *response.body_mut() = Bytes::new();
        }
        response
    }

    fn route(&self, method: &Method, path: &str, headers: &HeaderMap) -> Route {
        // First of all, so that others learn nothing, not even the path.
        if self.token.as_ref().is_some_and(|token| !token.admits(headers)) {
            return Route::NotAuthorized;
        }
        let scrape = path == self.path;
        if !scrape && path != "/" {
            return Route::NotFound;
        }
        if *method != Method::GET && *method != Method::HEAD {
            return Route::NotAllowed;
        }
        if !scrape {
            return Route::Index;
        }
        Route::Scrape {
            format: Format::negotiate(values(headers, &ACCEPT)),
            gzip: accepts_gzip(values(headers, &ACCEPT_ENCODING)),
        }
    }

    fn exposition(&self, snapshot: &Arc<Snapshot>, format: Format, gzip: bool) -> Response<Bytes> {
        let body = self.render(snapshot, format, gzip);
        self.counters.scrapes.add(1);
        let mut response = Response::new(body);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, http::HeaderValue::from_static(format.content_type()));
        headers.insert(VARY, http::HeaderValue::from_static("accept, accept-encoding"));
        if gzip {
            headers.insert(CONTENT_ENCODING, http::HeaderValue::from_static("gzip"));
        }
        response
    }

    fn render(&self, snapshot: &Arc<Snapshot>, format: Format, gzip: bool) -> Bytes {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = &state.last
            && std::ptr::eq(last.snapshot.as_ptr(), Arc::as_ptr(snapshot))
            && last.format == format
            && last.gzip == gzip
        {
            return last.body.clone();
        }
        let exposition = state.encoder.encode(snapshot, &self.resource, format);
        self.report(&mut state.reported, exposition.conflicts);
        let body = Bytes::from(if gzip { compressed(&exposition.text) } else { exposition.text });
        state.last = Some(Rendering { snapshot: Arc::downgrade(snapshot), format, gzip, body: body.clone() });
        body
    }

    fn report(&self, reported: &mut HashSet<Conflict>, conflicts: Vec<Conflict>) {
        self.counters.metrics_conflicting.add(conflicts.len());
        if reported.len() > REMEMBERED {
            reported.clear();
        }
        let mut new = conflicts.into_iter().filter(|conflict| reported.insert(conflict.clone()));
        let Some(first) = new.next() else {
            return;
        };
        let message = new.fold(first.to_string(), |message, conflict| format!("{message}; {conflict}"));
        self.diagnostics.report(DiagnosticKind::Metric, message);
    }
}

fn values<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok())
}

fn text(status: StatusCode, text: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

fn compressed(text: &[u8]) -> Vec<u8> {
    // Level 1: exposition text shrinks tenfold at any level, and the time is the host's.
    let mut encoder = GzEncoder::new(Vec::with_capacity(text.len() / 8), Compression::fast());
    // Writing into memory does not fail.
    drop(encoder.write_all(text));
    encoder.finish().unwrap_or_default()
}
