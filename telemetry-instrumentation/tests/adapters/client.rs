//! Requests of a client.

use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::get;
use opentelemetry::trace::{SpanKind, Status};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use telemetry_instrumentation::reqwest::{HttpClient, UrlTemplate};
use telemetry_instrumentation::tower::HttpServerLayer;
use telemetry_runtime::traced;
use tokio::net::TcpListener;

use crate::fixture::{self, Running, attribute};

const DURATION: &str = "http_client_request_duration_seconds_count";

type Seen = Arc<Mutex<Vec<HeaderMap>>>;

/// Serves, and gives its address and the headers that it saw.
async fn serve() -> (String, Seen) {
    let seen = Seen::default();
    let log = Arc::clone(&seen);
    let read = move |headers: HeaderMap| {
        log.lock().unwrap().push(headers);
        async { "ok" }
    };
    let router = Router::new()
        .route("/entities/{name}", get(read))
        .route("/fails", get(async || http::StatusCode::BAD_GATEWAY))
        .layer(HttpServerLayer::new());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, router).await });
    (format!("http://{address}"), seen)
}

fn client() -> ClientWithMiddleware {
    ClientBuilder::new(reqwest::Client::builder().no_proxy().build().unwrap()).with(HttpClient::new()).build()
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn counted(running: &Running, labels: &[(&str, &str)]) -> Option<f64> {
    running.scrape().sum(DURATION, labels)
}

#[traced(plugin = "shop")]
async fn order(url: &str) -> reqwest_middleware::Result<String> {
    let response = client().get(url).with_extension(UrlTemplate("/entities/{name}")).send().await?;
    Ok(response.text().await?)
}

#[test]
fn request_continues_the_trace_on_the_server() {
    let running = fixture::defaults().start();
    let port = block_on(async {
        let (server, seen) = serve().await;
        let url = server.replace("http://", "http://me:password@") + "/entities/cart?token=secret#part";
        assert_eq!(order(&url).await.unwrap(), "ok");
        assert_eq!(seen.lock().unwrap().len(), 1);
        server.rsplit_once(':').unwrap().1.to_owned()
    });
    let caller = running.span("order");
    let spans = running.all_spans();
    let of = |kind: SpanKind| spans.iter().find(|span| span.span_kind == kind).unwrap().clone();
    let (client, server) = (of(SpanKind::Client), of(SpanKind::Server));
    assert_eq!(client.name, "GET /entities/{name}");
    assert_eq!(client.parent_span_id, caller.span_context.span_id());
    assert_eq!(server.parent_span_id, client.span_context.span_id());
    assert_eq!(server.span_context.trace_id(), caller.span_context.trace_id());

    let url = format!("http://127.0.0.1:{port}/entities/cart");
    for (key, value) in [
        ("url.full", url.as_str()),
        ("url.template", "/entities/{name}"),
        ("server.address", "127.0.0.1"),
        ("server.port", &port),
        ("http.request.method", "GET"),
        ("http.response.status_code", "200"),
        ("network.protocol.version", "1.1"),
    ] {
        assert_eq!(attribute(&client, key).as_deref(), Some(value), "{key}");
    }
    let everything = format!("{spans:?}") + &running.scrape_text();
    assert!(!everything.contains("secret") && !everything.contains("password"), "{everything}");
    let labels = [("server_port", port.as_str()), ("url_template", "/entities/{name}"), ("outcome", "ok")];
    assert_eq!(counted(&running, &labels), Some(1.0));
}

#[test]
fn refusals_are_errors_of_a_client() {
    let running = fixture::defaults().start();
    let port = block_on(async {
        let (server, _) = serve().await;
        assert_eq!(client().get(format!("{server}/fails")).send().await.unwrap().status(), 502);
        assert_eq!(client().get(format!("{server}/none")).send().await.unwrap().status(), 404);
        server.rsplit_once(':').unwrap().1.to_owned()
    });
    let mut spans = running.all_spans();
    spans.retain(|span| span.span_kind == SpanKind::Client);
    let types: Vec<_> = spans.iter().map(|span| attribute(span, "error.type").unwrap()).collect();
    assert_eq!(types, ["502", "404"]);
    assert!(spans.iter().all(|span| span.status == Status::error("")));
    assert_eq!(counted(&running, &[("server_port", &port), ("outcome", "error")]), Some(2.0));
}

#[test]
fn server_that_is_not_there_is_an_error_without_its_url() {
    let running = fixture::defaults().start();
    let port = it::process::free_port().to_string();
    let error = block_on(client().get(format!("http://127.0.0.1:{port}/entities/x?token=secret")).send())
        .unwrap_err();
    assert!(error.is_connect());
    let span = running.span("GET");
    assert_eq!(attribute(&span, "error.type").as_deref(), Some("connect"));
    assert!(!format!("{span:?}").contains("secret"), "{span:?}");
    assert_eq!(counted(&running, &[("server_port", &port), ("error_type", "connect")]), Some(1.0));
}

#[test]
fn request_that_is_given_up_is_cancelled() {
    let running = fixture::defaults().start();
    // A server that accepts and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port().to_string();
    block_on(async {
        let mut request = Box::pin(client().get(format!("http://127.0.0.1:{port}/")).send());
        assert!(request.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    });
    let span = running.span("GET");
    assert_eq!((attribute(&span, "outcome").as_deref(), &span.status), (Some("cancelled"), &Status::Unset));
    assert_eq!(counted(&running, &[("server_port", &port), ("outcome", "cancelled")]), Some(1.0));
}

#[test]
fn switched_off_the_headers_carry_the_context_all_the_same() {
    let running = fixture::yaml("telemetry: { instrumentations: { http: false } }").start();
    let seen = block_on(async {
        let (server, seen) = serve().await;
        order(&format!("{server}/entities/cart")).await.unwrap();
        seen
    });
    let spans = running.all_spans();
    assert_eq!(spans.len(), 1, "{spans:?}");
    let header = seen.lock().unwrap()[0]["traceparent"].to_str().unwrap().to_owned();
    assert!(header.contains(&spans[0].span_context.span_id().to_string()), "{header}");
}
