//! HTTP and gRPC servers: a layer for axum, tonic and any other server of tower services.
//!
//! ```
//! use telemetry_instrumentation::tower::HttpServerLayer;
//! use tower_layer::Layer;
//!
//! # #[derive(Clone)] struct MyService;
//! let service = HttpServerLayer::new().layer(MyService);
//! ```
//!
//! With axum, put it on the router, after the routes, and switch the feature `axum` on, so that it sees their templates:
//!
//! ```text
//! Router::new().route("/entities/{name}", get(read)).layer(HttpServerLayer::new())
//! ```
//!
//! # Spans
//!
//! One of the kind server for each request, `{method} {route}`, below the span that the request's headers name
//! (`telemetry.tracing.propagators`). It lasts until the response has been sent.
//!
//! | attribute | |
//! |---|---|
//! | `http.request.method` | one of ten, or `_OTHER` with `http.request.method_original` |
//! | `http.route` | the template, where it is known |
//! | `url.path`, `url.scheme` | without the query |
//! | `server.address`, `server.port` | as the client calls the server |
//! | `http.response.status_code` | |
//! | `network.protocol.version`, `user_agent.original` | |
//! | `rpc.system.name`, `rpc.method`, `rpc.response.status_code` | gRPC only; the span has the method's name |
//! | `error.type` | the status from 500 on, the gRPC status where the server is at fault, the type of the error, or `panic` |
//! | `outcome` | `cancelled`, where the client went away |
//!
//! # Metrics
//!
//! | metric | kind | unit | attributes |
//! |---|---|---|---|
//! | `http.server.request.duration` | histogram | `s` | method, scheme, route, status, protocol version, `error.type`, gRPC status, `outcome` |
//! | `http.server.active_requests` | up-down counter | `{request}` | method, scheme |
//!
//! `outcome` is `ok`, `error`, `panic` or `cancelled`, as on the metrics of functions; an answer that refuses (400 to 499) is
//! `ok`.

mod body;
mod call;
mod excluded;
mod grpc;
mod metrics;
mod request;
mod service;

use std::fmt;
use std::sync::Arc;

use http::{Extensions, Request};
use tower_layer::Layer;

pub use body::ResponseBody;
pub use service::{HttpServer, ResponseFuture};

use self::excluded::Excluded;

/// Finds the route's template among what a router left with the request.
type FindRoute = dyn Fn(&Extensions) -> Option<String> + Send + Sync;

/// Gives each request to a server a span and metrics; see the [module](self).
///
/// `telemetry.instrumentations.http: false` switches it off.
#[derive(Clone)]
pub struct HttpServerLayer {
    excluded: Arc<Excluded>,
    route: Arc<FindRoute>,
}

impl HttpServerLayer {
    /// A layer that leaves out scrapes and health checks: `/metrics`, `/.backstage/health`, `/health`, `/healthz`, `/livez`
    /// and `/readyz`, and what is below them.
    #[must_use]
    pub fn new() -> Self {
        Self { excluded: Arc::default(), route: Arc::new(matched_path) }
    }

    /// Leaves out these paths and what is below them, instead of the default ones.
    ///
    /// ```
    /// use telemetry_instrumentation::tower::HttpServerLayer;
    ///
    /// let layer = HttpServerLayer::new().exclude(["/metrics", "/internal"]);
    /// ```
    #[must_use]
    pub fn exclude(mut self, prefixes: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.excluded = Arc::new(Excluded::new(prefixes));
        self
    }

    /// Finds the template of the route in this way: routers leave it in the request's extensions. With the feature `axum`
    /// that of axum is found without it.
    ///
    /// A template is what paths have in common, such as `/entities/{name}`: of those there must be few.
    ///
    /// ```
    /// use telemetry_instrumentation::tower::HttpServerLayer;
    ///
    /// #[derive(Clone)]
    /// struct Route(&'static str);
    ///
    /// let layer = HttpServerLayer::new().route(|extensions| Some(extensions.get::<Route>()?.0.to_owned()));
    /// ```
    #[must_use]
    pub fn route(mut self, find: impl Fn(&Extensions) -> Option<String> + Send + Sync + 'static) -> Self {
        self.route = Arc::new(find);
        self
    }

    fn excludes(&self, path: &str) -> bool {
        self.excluded.contains(path)
    }

    fn route_of<B>(&self, request: &Request<B>) -> Option<String> {
        (self.route)(request.extensions())
    }
}

/// The template that axum matched.
fn matched_path(extensions: &Extensions) -> Option<String> {
    #[cfg(feature = "axum")]
    let path = extensions.get::<::axum::extract::MatchedPath>().map(|path| path.as_str().to_owned());
    #[cfg(not(feature = "axum"))]
    let path = {
        let _ = extensions;
        None
    };
    path
}

impl Default for HttpServerLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for HttpServerLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpServerLayer").field("excluded", &self.excluded).finish_non_exhaustive()
    }
}

impl<S> Layer<S> for HttpServerLayer {
    type Service = HttpServer<S>;

    fn layer(&self, inner: S) -> HttpServer<S> {
        HttpServer::new(inner, self.clone())
    }
}
