//! The endpoint over a raw socket.

#[cfg(feature = "tls")]
mod encrypted;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use opentelemetry_sdk::Resource;

use super::*;
use crate::export::collector::{Collector, MetricSource};
use crate::export::counters::Counters;
use crate::export::pages::Pages;
use crate::metrics::{Metric, MetricData, ScopeMetrics};

/// One counter, and how often it was read.
#[derive(Default)]
struct Source {
    reads: AtomicUsize,
}

impl MetricSource for Source {
    fn observe(&self) {}

    fn read(&self) -> Vec<ScopeMetrics> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let metrics = vec![Metric {
            name: "seen".into(),
            description: "Things seen.".into(),
            unit: "".into(),
            kind: None,
            temporality: crate::metrics::Temporality::Cumulative,
            data: MetricData::Sum { monotonic: true, points: Vec::new() },
        }];
        vec![ScopeMetrics { scope: crate::metrics::MeterScope::default(), metrics }]
    }
}

/// A server on a thread of its own, which ends with it.
struct Server {
    address: SocketAddr,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Server {
    fn start(limits: Limits) -> Self {
        Self::configured(limits, PrometheusConfig::default(), Diagnostics::to_hook(|_| {}))
    }

    fn configured(limits: Limits, config: PrometheusConfig, diagnostics: Diagnostics) -> Self {
        let config = PrometheusConfig { port: 0, ..config };
        let (listener, address) = bind(&config, &diagnostics).unwrap();
        let counters = Arc::new(Counters::default());
        let collector =
            Collector::start(Arc::new(Source::default()), None, None, counters.clone(), diagnostics.clone())
                .unwrap();
        let resource = Resource::builder_empty().build();
        #[cfg(feature = "tls")]
        let tls = Tls::new(&config.tls, diagnostics.clone()).map(Tls::checking_each_time);
        let pages = Pages::new(resource, Arc::new(collector), counters, diagnostics);
        let endpoint = Endpoint::new(config.path, Arc::new(pages));
        let service = Service {
            endpoint: endpoint.asking_for(config.bearer_token),
            #[cfg(feature = "tls")]
            tls,
            limits,
        };
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    served = serve(listener, service) => served.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        Self { address, stop: Some(stop), thread: Some(thread) }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream
    }

    /// Everything that the server says to `request` until it closes the connection.
    fn ask(&self, request: &str) -> String {
        String::from_utf8_lossy(&self.ask_bytes(request)).into_owned()
    }

    fn ask_bytes(&self, request: &str) -> Vec<u8> {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        answer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        self.thread.take().unwrap().join().unwrap();
    }
}

const CLOSE: &str = "HTTP/1.1\r\nhost: a\r\nconnection: close\r\n";

#[test]
fn a_scrape_gets_the_text_format() {
    let answer = Server::start(Limits::default()).ask(&format!("GET /metrics {CLOSE}\r\n"));
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("content-type: text/plain; version=0.0.4; charset=utf-8\r\n"), "{answer}");
    assert!(
        answer.contains("\r\n\r\n# HELP seen_total Things seen.\n# TYPE seen_total counter\n"),
        "{answer}"
    );
}

#[test]
fn a_scrape_can_ask_for_open_metrics() {
    let answer = Server::start(Limits::default())
        .ask(&format!("GET /metrics?x=1 {CLOSE}accept: application/openmetrics-text;version=1.0.0\r\n\r\n"));
    assert!(
        answer.contains("content-type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"),
        "{answer}"
    );
    assert!(answer.ends_with("# EOF\n"), "{answer}");
}

#[test]
fn a_compressed_scrape_unpacks_to_the_text() {
    let answer = Server::start(Limits::default())
        .ask_bytes(&format!("GET /metrics {CLOSE}accept-encoding: gzip\r\n\r\n"));
    let body = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    assert!(String::from_utf8_lossy(&answer[..body]).contains("content-encoding: gzip\r\n"));
    let mut text = String::new();
    flate2::read::GzDecoder::new(&answer[body..]).read_to_string(&mut text).unwrap();
    assert!(text.starts_with("# HELP seen_total Things seen.\n# TYPE seen_total counter\n"), "{text}");
}

#[test]
fn head_has_the_header_of_get_and_no_body() {
    let server = Server::start(Limits::default());
    let answer = server.ask(&format!("HEAD /metrics {CLOSE}\r\n"));
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    let length: usize =
        answer.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap();
    assert!(length > 50, "{answer}");
    assert!(answer.ends_with("\r\n\r\n"), "{answer}");
}

#[test]
fn other_methods_and_paths_are_refused() {
    let server = Server::start(Limits::default());
    let post = server.ask(&format!("POST /metrics {CLOSE}content-length: 0\r\n\r\n"));
    assert!(post.starts_with("HTTP/1.1 405 "), "{post}");
    assert!(post.contains("allow: GET, HEAD\r\n"), "{post}");
    let lost = server.ask(&format!("GET /metric {CLOSE}\r\n"));
    assert!(lost.starts_with("HTTP/1.1 404 "), "{lost}");
    assert!(lost.ends_with("Metrics are at /metrics.\n"), "{lost}");
    let index = server.ask(&format!("GET / {CLOSE}\r\n"));
    assert!(index.starts_with("HTTP/1.1 200 "), "{index}");
    assert!(index.contains("Metrics are at /metrics:"), "{index}");
}

#[test]
fn a_header_that_is_too_large_is_refused() {
    let server = Server::start(Limits::default());
    let header = "x".repeat(20_000);
    let answer = server.ask(&format!("GET /metrics {CLOSE}x: {header}\r\n\r\n"));
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

#[test]
fn a_connection_that_sends_half_a_header_is_closed() {
    let limits = Limits { header_timeout: Duration::from_millis(50), ..Limits::default() };
    let server = Server::start(limits);
    // It returns when the server closes the connection; the read timeout of the socket would fail it.
    let answer = server.ask("GET /metrics HTTP/1.1\r\nhost:");
    assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[test]
fn connections_held_open_do_not_keep_a_scraper_out() {
    let limits = Limits { connections: 4, ..Limits::default() };
    let server = Server::start(limits);
    let held: Vec<TcpStream> = (0..32)
        .map(|_| {
            let mut stream = server.connect();
            stream.write_all(b"GET /metrics HTTP/1.1\r\nho").unwrap();
            stream
        })
        .collect();
    let answer = server.ask(&format!("GET /metrics {CLOSE}\r\n"));
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    drop(held);
}

#[test]
fn a_client_that_does_not_read_its_response_is_left_alone_and_closed() {
    let limits = Limits { patience: Duration::from_millis(50), ..Limits::default() };
    let server = Server::start(limits);
    let mut stream = server.connect();
    // More responses than the buffers of both sides hold, so that the server has to wait for its reader.
    let request = "GET /metrics HTTP/1.1\r\nhost: a\r\n\r\n".repeat(100);
    stream.set_write_timeout(Some(Duration::from_secs(10))).unwrap();
    let closed = (0..100_000).any(|_| stream.write_all(request.as_bytes()).is_err());
    assert!(closed, "the server goes on taking requests");
}

#[test]
fn http_2_is_not_spoken() {
    let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    let answer = Server::start(Limits::default()).ask(preface);
    assert!(!answer.contains("200 OK"), "{answer:?}");
}

fn with_token() -> PrometheusConfig {
    let token = crate::Sensitive::new("canary".to_owned());
    PrometheusConfig { bearer_token: Some(token), ..PrometheusConfig::default() }
}

#[test]
fn without_the_token_there_is_nothing_to_see() {
    let server = Server::configured(Limits::default(), with_token(), Diagnostics::to_hook(|_| {}));
    let right = server.ask(&format!("GET /metrics {CLOSE}authorization: Bearer canary\r\n\r\n"));
    assert!(right.starts_with("HTTP/1.1 200 OK\r\n"), "{right}");
    for request in ["GET /metrics", "HEAD /metrics", "POST /metrics", "GET /", "GET /elsewhere"] {
        for shown in ["", "authorization: Bearer other\r\n", "authorization: Basic canary\r\n"] {
            let answer = server.ask(&format!("{request} {CLOSE}{shown}\r\n"));
            assert!(answer.starts_with("HTTP/1.1 401 "), "{request} {shown}: {answer}");
            assert!(answer.contains("\r\nwww-authenticate: Bearer realm=\"metrics\"\r\n"), "{answer}");
            assert!(!answer.contains("seen_total") && !answer.contains("canary"), "{answer}");
        }
    }
    assert!(!format!("{:?}", with_token()).contains("canary"));
}

#[test]
fn a_port_in_use_is_reported_and_nothing_more() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let config = PrometheusConfig { port: taken.local_addr().unwrap().port(), ..PrometheusConfig::default() };
    let (sender, messages) = std::sync::mpsc::channel();
    let diagnostics = Diagnostics::to_hook(move |diagnostic| sender.send(diagnostic.to_string()).unwrap());
    assert!(bind(&config, &diagnostics).is_none());
    let message = messages.try_recv().unwrap();
    assert!(
        message.starts_with(&format!("the metrics endpoint 127.0.0.1:{} cannot be opened: ", config.port)),
        "{message}"
    );
}
