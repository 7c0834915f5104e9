//! What the scrape endpoint answers, without a word about sockets.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, VARY,
    WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderName, Method, Response, StatusCode};

use super::token::Token;
use crate::Sensitive;
use crate::export::pages::Pages;
use crate::export::prometheus::{Format, accepts_gzip};

/// The endpoint that Prometheus scrapes.
pub(crate) struct Endpoint {
    path: String,
    /// What a request must show.
    token: Option<Token>,
    pages: Arc<Pages>,
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
    pub(crate) fn new(path: String, pages: Arc<Pages>) -> Self {
        Self { path, token: None, pages }
    }

    /// Answers only who shows the token, if there is one.
    pub(crate) fn asking_for(self, token: Option<Sensitive<String>>) -> Self {
        Self { token: token.map(Token::new), ..self }
    }

    /// The response to a request. A body is not read: no method that we know has one.
    pub(crate) async fn answer(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response<Bytes> {
        let mut response = match self.route(method, path, headers) {
            Route::Scrape { format, gzip } => scraped(self.pages.page(format, gzip).await, format, gzip),
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
}

fn scraped(page: Bytes, format: Format, gzip: bool) -> Response<Bytes> {
    let mut response = Response::new(page);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, http::HeaderValue::from_static(format.content_type()));
    headers.insert(VARY, http::HeaderValue::from_static("accept, accept-encoding"));
    if gzip {
        headers.insert(CONTENT_ENCODING, http::HeaderValue::from_static("gzip"));
    }
    response
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
