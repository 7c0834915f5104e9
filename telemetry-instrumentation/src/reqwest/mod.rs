//! HTTP clients: a middleware for `reqwest`, by [`reqwest_middleware`].
//!
//! ```
//! use reqwest_middleware::ClientBuilder;
//! use telemetry_instrumentation::reqwest::HttpClient;
//!
//! # fn main() -> Result<(), reqwest::Error> {
//! let client = ClientBuilder::new(reqwest::Client::builder().build()?).with(HttpClient::new()).build();
//! # drop(client); Ok(())
//! # }
//! ```
//!
//! Each request is a span of the kind client, named by its method, and its headers carry the context to the server
//! (`telemetry.tracing.propagators`). The span ends with the head of the response: reading the body is the caller's work.
//!
//! | attribute of the span | |
//! |---|---|
//! | `http.request.method` | one of ten, or `_OTHER` with `http.request.method_original` |
//! | `url.full` | without user, password, query and fragment |
//! | `url.template` | where the request has a [`UrlTemplate`] |
//! | `server.address`, `server.port` | |
//! | `http.response.status_code`, `network.protocol.version` | |
//! | `error.type` | the status from 400 on, or how sending failed: `timeout`, `connect`, `redirect`, `request`, `body`, `decode`, `builder`, `middleware`, or `panic` |
//! | `outcome` | `cancelled`, where the future was dropped |
//!
//! The metric `http.client.request.duration` (histogram, `s`) has the same attributes but for `url.full`, and `outcome`.
//!
//! `telemetry.instrumentations.http: false` switches it off; then the headers carry the context all the same.

mod call;
mod metrics;

use ::reqwest::{Request, Response};
use async_trait::async_trait;
use http::Extensions;
use reqwest_middleware::{Middleware, Next, Result};
use telemetry_runtime::{context, is_instrumentation_on};

use self::call::ClientCall;
use crate::http::HeaderCarrier;

/// Gives each request of a client a span and a duration; see the [module](self).
///
/// In a chain of middlewares it records what comes after it: before one that repeats requests, all attempts are one span,
/// after it, each is a span of its own.
#[derive(Clone, Copy, Debug, Default)]
pub struct HttpClient {
    _private: (),
}

/// What the paths of a request have in common, such as `/entities/{name}`: of those there must be few. It becomes
/// `url.template`, and part of the span's name.
///
/// ```
/// # use reqwest_middleware::ClientWithMiddleware;
/// use telemetry_instrumentation::reqwest::UrlTemplate;
///
/// # fn example(client: &ClientWithMiddleware) {
/// let request = client.get("http://localhost:7007/entities/cart").with_extension(UrlTemplate("/entities/{name}"));
/// # drop(request);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UrlTemplate(pub &'static str);

impl HttpClient {
    /// The middleware.
    #[must_use]
    pub fn new() -> Self {
        Self { _private: () }
    }
}

#[async_trait]
impl Middleware for HttpClient {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        if !is_instrumentation_on("http") {
            context::inject(&mut HeaderCarrier(request.headers_mut()));
            return next.run(request, extensions).await;
        }
        let call = ClientCall::begin(&request, extensions.get::<UrlTemplate>().copied());
        call.span().run(|| context::inject(&mut HeaderCarrier(request.headers_mut())));
        let result = call.span().run_async(next.run(request, extensions)).await;
        call.end(&result);
        result
    }
}
