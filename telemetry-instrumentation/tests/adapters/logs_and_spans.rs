//! Code that uses `tracing`.

use std::io;
use std::sync::{Arc, Mutex};

use opentelemetry::trace::{SpanId, TraceContextExt as _, Tracer as _};
use opentelemetry::{Context, global};
use opentelemetry_sdk::trace::SpanData;
use telemetry_instrumentation::tracing::{spans, with_trace_ids, with_trace_ids_json};
use telemetry_runtime::traced;
use tracing::subscriber::with_default;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::{self, JsonFields};
use tracing_subscriber::layer::SubscriberExt as _;

use crate::fixture::{self, Running};

/// What a subscriber wrote.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn take(&self) -> Vec<String> {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap());
        String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[traced(plugin = "shop")]
fn ours(inside: impl FnOnce()) {
    inside();
}

fn is_child(child: &SpanData, parent: &SpanData) -> bool {
    child.parent_span_id == parent.span_context.span_id()
        && child.span_context.trace_id() == parent.span_context.trace_id()
}

fn names(running: &Running) -> Vec<String> {
    running.all_spans().iter().map(|span| span.name.to_string()).collect()
}

#[test]
fn spans_of_tracing_and_ours_share_a_trace_in_both_directions() {
    let running = fixture::defaults().start();
    with_default(tracing_subscriber::registry().with(spans()), || {
        tracing::info_span!("outer").in_scope(|| {
            ours(|| {
                tracing::info_span!("inner").in_scope(|| {
                    global::tracer("third-party").in_span("direct", |_| ());
                });
            });
        });
    });
    let span = |name| running.span(name);
    assert_eq!(span("outer").parent_span_id, SpanId::INVALID);
    assert!(is_child(&span("ours"), &span("outer")));
    assert!(is_child(&span("inner"), &span("ours")));
    assert!(is_child(&span("direct"), &span("inner")));
}

#[tracing::instrument]
async fn instrumented() {
    tokio::task::yield_now().await;
    awaited().await;
}

#[traced(plugin = "shop")]
async fn awaited() {
    tokio::task::yield_now().await;
    nested().await;
}

#[tracing::instrument]
async fn nested() {
    tokio::task::yield_now().await;
}

#[test]
fn futures_that_interleave_keep_their_own_traces() {
    let running = fixture::defaults().start();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    with_default(tracing_subscriber::registry().with(spans()), || {
        runtime.block_on(async { tokio::join!(instrumented(), instrumented()) })
    });
    let spans = running.all_spans();
    let roots: Vec<_> = spans.iter().filter(|span| span.name == "instrumented").collect();
    assert_eq!(roots.len(), 2);
    for root in roots {
        let middle: Vec<_> =
            spans.iter().filter(|span| span.name == "awaited" && is_child(span, root)).collect();
        assert_eq!(middle.len(), 1);
        assert_eq!(spans.iter().filter(|span| span.name == "nested" && is_child(span, middle[0])).count(), 1);
    }
}

#[test]
fn subscriber_outlives_the_telemetry_that_runs() {
    let subscriber = tracing_subscriber::registry().with(spans());
    with_default(subscriber, || {
        tracing::info_span!("before").in_scope(|| ());
        let first = fixture::defaults().start();
        tracing::info_span!("first").in_scope(|| ());
        assert_eq!(names(&first), ["first"]);
        drop(first);
        let second = fixture::defaults().start();
        tracing::info_span!("second").in_scope(|| ());
        assert_eq!(names(&second), ["second"]);
    });
}

#[test]
fn lines_have_the_ids_of_the_span_they_are_written_in() {
    let running = fixture::defaults().start();
    let lines = Lines::default();
    let format = with_trace_ids(format::format().without_time());
    let writer =
        tracing_subscriber::fmt::layer().event_format(format).with_writer(lines.clone()).with_ansi(false);
    let ids = || {
        let span = Context::current().span().span_context().clone();
        format!("trace_id={} span_id={} trace_flags=01 ", span.trace_id(), span.span_id())
    };
    let mut expected = Vec::new();
    with_default(tracing_subscriber::registry().with(spans()).with(writer), || {
        tracing::info!("outside");
        ours(|| {
            tracing::info!(entity = 7, "in ours");
            expected.push(ids());
            tracing::info_span!("theirs").in_scope(|| {
                tracing::warn!("in theirs");
                expected.push(ids());
            });
        });
    });
    let written = lines.take();
    assert_eq!(written[0], " INFO adapters::logs_and_spans: outside");
    assert_eq!(written[1], format!("{} INFO adapters::logs_and_spans: in ours entity=7", expected[0]));
    assert_eq!(written[2], format!("{} WARN theirs: adapters::logs_and_spans: in theirs", expected[1]));
    // They are the ids of what is exported.
    let span = running.span("ours").span_context;
    assert!(written[1].starts_with(&format!("trace_id={} span_id={} ", span.trace_id(), span.span_id())));
}

#[test]
fn json_lines_have_them_as_members() {
    let running = fixture::defaults().start();
    let lines = Lines::default();
    let format = with_trace_ids_json(format::format().json().without_time());
    let writer = tracing_subscriber::fmt::layer()
        .event_format(format)
        .fmt_fields(JsonFields::new())
        .with_writer(lines.clone());
    with_default(tracing_subscriber::registry().with(writer), || {
        tracing::info!("outside");
        ours(|| tracing::info!("inside"));
    });
    let span = running.span("ours").span_context;
    let written = lines.take();
    assert!(written[0].starts_with(r#"{"level":"INFO""#), "{written:?}");
    let ids = format!(
        r#"{{"trace_id":"{}","span_id":"{}","trace_flags":"01","level":"INFO""#,
        span.trace_id(),
        span.span_id()
    );
    assert!(written[1].starts_with(&ids), "{written:?}");
}

#[test]
fn switched_off_by_its_name() {
    let running = fixture::yaml("telemetry: { instrumentations: { tracing: false } }").start();
    let lines = Lines::default();
    let format = with_trace_ids(format::format().without_time());
    let writer =
        tracing_subscriber::fmt::layer().event_format(format).with_writer(lines.clone()).with_ansi(false);
    with_default(tracing_subscriber::registry().with(spans()).with(writer), || {
        ours(|| tracing::info_span!("theirs").in_scope(|| ours(|| tracing::info!("inside"))));
    });
    assert_eq!(lines.take(), [" INFO theirs: adapters::logs_and_spans: inside"]);
    let spans = running.all_spans();
    assert_eq!(spans.len(), 2);
    assert!(is_child(&spans[0], &spans[1]), "the context still passes");
}
