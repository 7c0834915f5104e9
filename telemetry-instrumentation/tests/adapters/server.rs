//! Requests to a server.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::routing::get;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::BodyExt as _;
use opentelemetry::trace::{SpanId, SpanKind, Status};
use opentelemetry_sdk::trace::SpanData;
use telemetry_instrumentation::tower::HttpServerLayer;
use telemetry_runtime::{span, traced};
use tower::util::ServiceExt as _;
use tower::{Layer as _, Service as _, service_fn};

use crate::fixture::{self, Running, attribute};

const DURATION: &str = "http_server_request_duration_seconds_count";
const ACTIVE: &str = "http_server_active_requests";

#[traced(plugin = "shop")]
async fn look_up(name: &str) -> Option<String> {
    (name != "nothing").then(|| format!("entity {name}"))
}

fn router() -> Router {
    let read = |Path(name): Path<String>| async move {
        look_up(&name).await.map(Body::from).map(Response::new).ok_or(StatusCode::NOT_FOUND)
    };
    Router::new()
        .route("/entities/{name}", get(read))
        .route("/fails", get(async || StatusCode::SERVICE_UNAVAILABLE))
        .route("/health", get(async || "ok"))
        .layer(HttpServerLayer::new())
}

fn request(method: &str, uri: &str) -> Request<Body> {
    Request::builder().method(method).uri(uri).body(Body::empty()).unwrap()
}

/// Sends a request, and takes the whole answer.
fn ask(request: Request<Body>) -> (StatusCode, Bytes) {
    block_on(async {
        let response = router().oneshot(request).await.unwrap();
        (response.status(), response.into_body().collect().await.unwrap().to_bytes())
    })
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn server_spans(running: &Running) -> Vec<SpanData> {
    let mut spans = running.all_spans();
    spans.retain(|span| span.span_kind == SpanKind::Server);
    spans
}

/// Counts the requests with these labels from now on. The tests of a process share the store of metrics.
fn counting<'a>(running: &'a Running, labels: &'a [(&str, &str)]) -> impl Fn() -> u64 + 'a {
    let counted = || running.scrape().sum(DURATION, labels).unwrap_or_default();
    let before = counted();
    move || (counted() - before).round().to_string().parse().expect("counts only grow")
}

/// The attributes as `key=value`, sorted.
fn attributes(span: &SpanData) -> Vec<String> {
    let mut all: Vec<String> =
        span.attributes.iter().map(|pair| format!("{}={}", pair.key, pair.value)).collect();
    all.sort();
    all
}

#[test]
fn request_is_a_server_span_with_the_attributes_of_the_conventions() {
    let running = fixture::defaults().start();
    let labels = [
        ("http_request_method", "GET"),
        ("http_response_status_code", "200"),
        ("http_route", "/entities/{name}"),
        ("network_protocol_version", "1.1"),
        ("outcome", "ok"),
        ("url_scheme", "http"),
    ];
    let count = counting(&running, &labels);
    let mut asked = request("GET", "/entities/cart?token=secret");
    asked.headers_mut().insert("host", HeaderValue::from_static("shop.example:8080"));
    asked.headers_mut().insert("user-agent", HeaderValue::from_static("test/1"));
    assert_eq!(ask(asked), (StatusCode::OK, Bytes::from("entity cart")));

    let span = running.span("GET /entities/{name}");
    assert_eq!(
        attributes(&span),
        [
            "backstage.core.service=http-router",
            "http.request.method=GET",
            "http.response.status_code=200",
            "http.route=/entities/{name}",
            "network.protocol.version=1.1",
            "server.address=shop.example",
            "server.port=8080",
            "url.path=/entities/cart",
            "url.scheme=http",
            "user_agent.original=test/1",
        ]
    );
    assert_eq!((&span.span_kind, &span.status), (&SpanKind::Server, &Status::Unset));
    let child = running.span("look_up");
    assert_eq!(child.parent_span_id, span.span_context.span_id());

    assert_eq!(count(), 1);
    assert!(running.scrape_text().contains("le=\"0.075\""), "the bounds are those of the conventions");
    assert_eq!(
        running.scrape().sum(ACTIVE, &[("http_request_method", "GET"), ("url_scheme", "http")]),
        Some(0.0)
    );
}

#[test]
fn headers_name_the_parent() {
    let running = fixture::defaults().start();
    let mut asked = request("GET", "/entities/cart");
    let parent = HeaderValue::from_static("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    asked.headers_mut().insert("traceparent", parent);
    ask(asked);
    let span = running.span("GET /entities/{name}");
    assert_eq!(span.span_context.trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(span.parent_span_id.to_string(), "b7ad6b7169203331");
    assert!(span.parent_span_is_remote);
}

#[test]
fn unknown_methods_and_paths_are_one_name() {
    let running = fixture::defaults().start();
    ask(request("BREW", "/entities/cart"));
    ask(request("GET", "/no/such/4711"));
    let spans = server_spans(&running);
    let names: Vec<&str> = spans.iter().map(|span| &*span.name).collect();
    assert_eq!(names, ["HTTP /entities/{name}", "GET"]);
    assert_eq!(attribute(&spans[0], "http.request.method").as_deref(), Some("_OTHER"));
    assert_eq!(attribute(&spans[0], "http.request.method_original").as_deref(), Some("BREW"));
    assert_eq!(attribute(&spans[1], "http.route"), None);
    let text = running.scrape_text();
    assert!(!text.contains("BREW") && !text.contains("4711"), "{text}");
}

#[test]
fn only_failures_of_the_server_are_errors() {
    let running = fixture::defaults().start();
    let failures = counting(&running, &[("error_type", "503"), ("outcome", "error")]);
    let refusals = counting(&running, &[("http_response_status_code", "404"), ("outcome", "ok")]);
    assert_eq!(ask(request("GET", "/fails")).0, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ask(request("GET", "/entities/nothing")).0, StatusCode::NOT_FOUND);
    let failed = running.span("GET /fails");
    assert_eq!(failed.status, Status::error(""));
    assert_eq!(attribute(&failed, "error.type").as_deref(), Some("503"));
    let refused = running.span("GET /entities/{name}");
    assert_eq!((&refused.status, attribute(&refused, "error.type")), (&Status::Unset, None));
    assert_eq!((failures(), refusals()), (1, 1));
}

#[test]
fn excluded_paths_have_neither_spans_nor_metrics() {
    let running = fixture::defaults().start();
    let count = counting(&running, &[]);
    assert_eq!(ask(request("GET", "/health")).1, Bytes::from("ok"));
    assert_eq!(server_spans(&running).len(), 0);
    assert_eq!(count(), 0);
    let all = HttpServerLayer::new().exclude(Vec::<&str>::new());
    let router = Router::new().route("/health", get(async || "ok")).layer(all);
    block_on(router.oneshot(request("GET", "/health"))).unwrap();
    assert_eq!(server_spans(&running).len(), 1);
}

/// A body that gives its frames, and then waits for ever, ends, or fails.
struct Frames(Vec<Frame<Bytes>>, Rest);

#[derive(Clone, Copy)]
enum Rest {
    Waits,
    Ends,
    Fails,
    Panics,
}

impl http_body::Body for Frames {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        if !self.0.is_empty() {
            span().add_event("frame", []);
            return Poll::Ready(Some(Ok(self.0.remove(0))));
        }
        match self.1 {
            Rest::Waits => Poll::Pending,
            Rest::Ends => Poll::Ready(None),
            Rest::Fails => Poll::Ready(Some(Err(std::io::Error::other("broken")))),
            Rest::Panics => panic!("the body panicked"),
        }
    }
}

/// The answer with these frames of a server that does nothing else.
fn answer_of(
    frames: Vec<Frame<Bytes>>,
    rest: Rest,
    asked: Request<Body>,
) -> Response<impl http_body::Body<Data = Bytes, Error = std::io::Error>> {
    let mut frames = Some(Frames(frames, rest));
    let answer = move |_: Request<Body>| {
        let body = frames.take().expect("one request");
        async { Ok::<_, Infallible>(Response::new(body)) }
    };
    block_on(HttpServerLayer::new().layer(service_fn(answer)).oneshot(asked)).unwrap()
}

fn data() -> Frame<Bytes> {
    Frame::data(Bytes::from("part"))
}

#[test]
fn span_and_in_flight_last_until_the_body_has_ended() {
    let running = fixture::defaults().start();
    let mut response = Box::pin(answer_of(vec![data(), data()], Rest::Ends, request("GET", "/")).into_body());
    let active = || running.scrape().sum(ACTIVE, &[]);
    assert_eq!((server_spans(&running).len(), active()), (0, Some(1.0)));
    for _ in 0..2 {
        assert!(block_on(response.frame()).unwrap().is_ok());
    }
    assert_eq!((server_spans(&running).len(), active()), (0, Some(1.0)));
    assert!(block_on(response.frame()).is_none());
    assert_eq!((server_spans(&running).len(), active()), (1, Some(0.0)));
    drop(response);
    let spans = server_spans(&running);
    assert_eq!(
        (spans.len(), spans[0].events.len()),
        (1, 2),
        "the body is polled inside the span, which ends once"
    );
    assert_eq!(attribute(&spans[0], "outcome"), None);
}

#[test]
fn client_that_goes_away_cancels() {
    let running = fixture::defaults().start();
    let count = counting(&running, &[("outcome", "cancelled")]);
    // While the answer is made.
    let mut service = HttpServerLayer::new()
        .layer(service_fn(|_| std::future::pending::<Result<Response<Body>, Infallible>>()));
    let mut future = Box::pin(service.call(request("GET", "/")));
    assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert_eq!(running.scrape().sum(ACTIVE, &[]), Some(1.0));
    drop(future);
    // While the body is sent.
    let mut body = Box::pin(answer_of(vec![data()], Rest::Waits, request("GET", "/")).into_body());
    assert!(block_on(body.frame()).unwrap().is_ok());
    drop(body);

    let spans = server_spans(&running);
    let outcomes: Vec<_> =
        spans.iter().map(|span| (attribute(span, "outcome"), span.status.clone())).collect();
    assert_eq!(outcomes, vec![(Some("cancelled".to_owned()), Status::Unset); 2]);
    assert_eq!(count(), 2);
    assert_eq!(running.scrape().sum(ACTIVE, &[]), Some(0.0));
}

#[test]
fn panic_unwinds_on_and_is_the_outcome() {
    let running = fixture::defaults().start();
    let count = counting(&running, &[("outcome", "panic"), ("error_type", "panic")]);
    let in_future = service_fn(|asked: Request<Body>| async move {
        assert_ne!(asked.uri().path(), "/handler", "the handler panicked");
        Ok::<_, Infallible>(Response::new(Body::empty()))
    });
    let caught = catch_unwind(AssertUnwindSafe(|| {
        block_on(HttpServerLayer::new().layer(in_future).oneshot(request("GET", "/handler")))
    }));
    let payload = caught.unwrap_err();
    let text = payload.downcast_ref::<String>().unwrap();
    assert!(text.contains("the handler panicked"), "{text}");
    let mut body = Box::pin(answer_of(Vec::new(), Rest::Panics, request("GET", "/body")).into_body());
    assert!(catch_unwind(AssertUnwindSafe(|| block_on(body.frame()).is_some())).is_err());
    drop(body);

    let spans = server_spans(&running);
    let paths: Vec<_> = spans.iter().map(|span| attribute(span, "url.path").unwrap()).collect();
    assert_eq!(paths, ["/handler", "/body"]);
    for span in &spans {
        assert_eq!(attribute(span, "error.type").as_deref(), Some("panic"));
        let Status::Error { description } = &span.status else { panic!("{:?}", span.status) };
        assert!(description.contains("panicked"), "{description}");
    }
    assert_eq!(count(), 2);
    assert_eq!(running.scrape().sum(ACTIVE, &[]), Some(0.0));
}

#[test]
fn body_that_fails_is_an_error() {
    let running = fixture::defaults().start();
    let mut body = Box::pin(answer_of(Vec::new(), Rest::Fails, request("GET", "/")).into_body());
    assert!(block_on(body.frame()).unwrap().is_err());
    let span = running.span("GET");
    assert_eq!(attribute(&span, "error.type").as_deref(), Some("std::io::error::Error"));
    assert_eq!(span.status, Status::error(""));
}

#[test]
fn answer_without_a_body_is_complete_with_its_head() {
    let running = fixture::defaults().start();
    let count = counting(&running, &[("outcome", "ok")]);
    // A server never asks for the body of an answer to HEAD, whatever it is.
    drop(answer_of(vec![data()], Rest::Waits, request("HEAD", "/")));
    let span = running.span("HEAD");
    assert_eq!(attribute(&span, "outcome"), None);
    assert_eq!(count(), 1);
}

#[test]
fn server_that_sent_all_of_a_known_length_need_not_ask_for_more() {
    let running = fixture::defaults().start();
    let answer = |_: Request<Body>| async {
        let body = Frames(vec![data()], Rest::Waits);
        Ok::<_, Infallible>(Response::builder().header("content-length", "4").body(body).unwrap())
    };
    let response = block_on(HttpServerLayer::new().layer(service_fn(answer)).oneshot(request("GET", "/")));
    let mut body = Box::pin(response.unwrap().into_body());
    assert!(block_on(body.frame()).unwrap().is_ok());
    drop(body);
    assert_eq!(attribute(&running.span("GET"), "outcome"), None);
}

fn call(method: &str) -> Request<Body> {
    let mut call = request("POST", method);
    call.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
    call
}

fn status_trailer(code: &'static str) -> Frame<Bytes> {
    Frame::trailers(HeaderMap::from_iter([("grpc-status".parse().unwrap(), HeaderValue::from_static(code))]))
}

#[test]
fn grpc_status_comes_from_the_trailers() {
    let running = fixture::defaults().start();
    let labels = [("rpc_response_status_code", "UNAVAILABLE"), ("http_route", "/shop.Catalog/Read")];
    let count = counting(&running, &labels);
    for code in ["0", "5", "14"] {
        let response = answer_of(vec![data(), status_trailer(code)], Rest::Ends, call("/shop.Catalog/Read"));
        block_on(response.into_body().collect()).unwrap();
    }
    let spans = server_spans(&running);
    let ends: Vec<_> = spans
        .iter()
        .map(|span| (attribute(span, "rpc.response.status_code").unwrap(), attribute(span, "error.type")))
        .collect();
    let unavailable = "UNAVAILABLE".to_owned();
    let expected =
        [("OK".to_owned(), None), ("NOT_FOUND".to_owned(), None), (unavailable.clone(), Some(unavailable))];
    assert_eq!(ends, expected);
    for span in &spans {
        assert_eq!(span.name, "shop.Catalog/Read");
        assert_eq!(attribute(span, "rpc.method").as_deref(), Some("shop.Catalog/Read"));
        assert_eq!(attribute(span, "rpc.system.name").as_deref(), Some("grpc"));
    }
    assert_eq!(count(), 1);
}

#[test]
fn grpc_methods_that_nobody_knows_are_one_name() {
    let running = fixture::defaults().start();
    let answer = |_: Request<Body>| async {
        Ok::<_, Infallible>(Response::builder().header("grpc-status", "12").body(Body::empty()).unwrap())
    };
    block_on(HttpServerLayer::new().layer(service_fn(answer)).oneshot(call("/made.Up/4711"))).unwrap();
    let span = running.span("_OTHER");
    assert_eq!(attribute(&span, "rpc.method_original").as_deref(), Some("made.Up/4711"));
    assert!(!running.scrape_text().contains("4711"));
}

#[test]
fn without_a_sampled_span_metrics_are_recorded_all_the_same() {
    let running = fixture::yaml("telemetry: { tracing: { enabled: false } }").start();
    let count = counting(&running, &[("outcome", "ok")]);
    ask(request("GET", "/entities/cart"));
    assert_eq!(running.all_spans().len(), 0);
    assert_eq!(count(), 1);
}

#[test]
fn root_spans_have_no_parent() {
    let running = fixture::defaults().start();
    ask(request("GET", "/entities/cart"));
    assert_eq!(running.span("GET /entities/{name}").parent_span_id, SpanId::INVALID);
}

#[test]
fn switched_off_by_its_name_also_after_it_was_made() {
    let router = router();
    let running = fixture::yaml("telemetry: { instrumentations: { http: false } }").start();
    let count = counting(&running, &[]);
    let answer = block_on(router.oneshot(request("GET", "/entities/cart"))).unwrap();
    assert_eq!((answer.status(), server_spans(&running).len(), count()), (StatusCode::OK, 0, 0));
    drop((answer, count));
    drop(running);
    let again = fixture::defaults().start();
    ask(request("GET", "/entities/cart"));
    assert_eq!(server_spans(&again).len(), 1);
}
