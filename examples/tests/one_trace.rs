//! The default program with three exporters at once: what a request leaves at each of them, with code in its trace that uses
//! `tracing` and OpenTelemetry's own API.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use it::exposition::Exposition;
use it::sink::{Sink, SinkSpan};
use it::{http, process, wait};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// The program, and what it wrote.
struct Backend {
    child: Child,
    out: Arc<Mutex<String>>,
    log: Arc<Mutex<String>>,
}

impl Backend {
    fn start(sink: &Sink) -> Self {
        let config = concat!(env!("CARGO_MANIFEST_DIR"), "/app-config.full.yaml");
        let arguments = ["--config", config, "--port", "0", "--api-port", "0", "--interval", "3600"];
        let mut command = process::command(env!("CARGO_BIN_EXE_backend"));
        command.args(arguments).env("OTLP_ENDPOINT", sink.url());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let out = collect(child.stdout.take().unwrap());
        let log = collect(child.stderr.take().unwrap());
        Self { child, out, log }
    }

    /// Waits for the address behind these words in the output.
    fn address(&self, words: &str) -> SocketAddr {
        wait::until(words, || {
            let out = self.out.lock().unwrap();
            let (_, rest) = out.split_once(words)?;
            rest.split_once('/')?.0.parse().ok()
        })
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads lines until their end, so that the program is never kept waiting.
fn collect(lines: impl std::io::Read + Send + 'static) -> Arc<Mutex<String>> {
    let text = Arc::<Mutex<String>>::default();
    let collected = Arc::clone(&text);
    thread::spawn(move || {
        for line in BufReader::new(lines).lines().map_while(Result::ok) {
            let mut text = collected.lock().unwrap();
            text.push_str(&line);
            text.push('\n');
        }
    });
    text
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// The spans below `parent` as `name [scope]`, each with its children indented.
fn tree(spans: &[SinkSpan], parent: &[u8], depth: usize) -> String {
    let mut children: Vec<&SinkSpan> =
        spans.iter().filter(|span| span.span.parent_span_id == parent).collect();
    children.sort_by_key(|span| span.span.start_time_unix_nano);
    let line = |span: &SinkSpan| {
        let below = tree(spans, &span.span.span_id, depth + 1);
        format!("{}{} [{}]\n{below}", "  ".repeat(depth), span.span.name, span.scope.name)
    };
    children.into_iter().map(line).collect()
}

#[test]
fn request_leaves_one_trace_and_its_metrics_at_every_exporter() {
    let sink = Sink::start();
    let backend = Backend::start(&sink);
    let (metrics, api) = (backend.address("metrics  http://"), backend.address("API      http://"));
    let parent = format!("00-{TRACE}-b7ad6b7169203331-01");
    let answer = http::get(api, "/api/search/query?term=warehouse", &[("traceparent", &parent)]);
    assert_eq!(answer.status, 200);
    assert_eq!(http::get(api, "/health", &[]).status, 200);

    // OTLP: one tree of the toolkit's spans, of `tracing` and of OpenTelemetry's API.
    let of_trace = |sink: &Sink| {
        let mut spans = sink.spans();
        spans.retain(|span| hex(&span.span.trace_id) == TRACE);
        spans
    };
    sink.wait_until("the trace has five spans", |sink| of_trace(sink).len() >= 5);
    let spans = of_trace(&sink);
    let remote: Vec<u8> = vec![0xb7, 0xad, 0x6b, 0x71, 0x69, 0x20, 0x33, 0x31];
    assert_eq!(
        tree(&spans, &remote, 0),
        "GET /api/search/query [backstage-core-http-router]\n  \
           search [bookshop-search]\n    \
             find [tracing]\n      \
               documents [bookshop-search]\n      \
               rank [bookshop-index]\n"
    );
    assert!(
        spans
            .iter()
            .all(|span| span.resource_attribute("service.name").as_deref() == Some("bookshop-backstage"))
    );
    let duration = sink.wait_for_metric("http.server.request.duration");
    assert_eq!(duration.metric.unit, "s");
    let renamed = sink.wait_for_metric("catalog_entities_count");
    assert_eq!((&*renamed.scope.name, &*renamed.scope.version), ("bookshop-catalog", "2.0.0"));

    // Prometheus: the same request, without the health check.
    let scrape = Exposition::parse(http::get(metrics, "/metrics", &[]).text());
    let requests = |labels: &[(&str, &str)]| scrape.sum("http_server_request_duration_seconds_count", labels);
    assert_eq!(requests(&[("http_route", "/api/search/query"), ("outcome", "ok")]), Some(1.0));
    assert_eq!(requests(&[]), Some(1.0));
    assert_eq!(scrape.sum("backstage_plugin_search_queries_handled_total", &[("outcome", "ok")]), Some(1.0));
    assert!(scrape.sum("process_memory_usage_bytes", &[]).is_some_and(|bytes| bytes > 1e6));

    // The console, and the line of the log.
    let find = spans.iter().find(|span| span.span.name == "find").unwrap();
    let ids = format!("trace_id={TRACE} span_id={} trace_flags=01 ", hex(&find.span.span_id));
    let log = backend.log.lock().unwrap().clone();
    let line = log.lines().find(|line| line.contains("searched")).unwrap_or_else(|| panic!("{log}"));
    assert!(line.starts_with(&ids) && line.contains("hits="), "{line}");
    wait::until("the console shows spans and metrics", || {
        let out = backend.out.lock().unwrap();
        (out.contains(&format!("trace={TRACE}")) && out.contains("http.server.request.duration s"))
            .then_some(())
    });
}
