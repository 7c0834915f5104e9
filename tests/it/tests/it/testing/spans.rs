use std::time::Duration;

use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, Tracer, TracerProvider as _};
use telemetry_runtime::testing::Capture;
use telemetry_runtime::trace::{KeyValue, SpanKind, Status, span};
use telemetry_runtime::{Outcome, Scope, traced};

use super::{load, panic_of, stitch};

#[telemetry_runtime::test]
fn a_span_is_read_with_everything_it_has(capture: &Capture) {
    #[traced(plugin = "search", kind = "server", name = "GET /terms")]
    fn serve() {
        span().set_attribute("http.route", "/terms");
        span().add_event("parsed", [KeyValue::new("terms", 2)]);
        span().add_link(SpanContext::new(
            TraceId::from(7_u128),
            SpanId::from(9_u64),
            TraceFlags::SAMPLED,
            false,
            opentelemetry::trace::TraceState::default(),
        ));
        span().set_status(Status::Ok);
    }
    capture.clock().freeze();
    serve();
    let span = capture.span("GET /terms");
    assert_eq!(span.kind(), SpanKind::Server);
    assert_eq!(span.plugin().as_deref(), Some("search"));
    assert_eq!(span.scope(), Some(Scope::plugin("search")));
    assert_eq!(span.tracer(), "backstage-plugin-search");
    assert_eq!(span.parent_id(), None);
    assert_eq!(span.event("parsed").map(|event| event.attributes.len()), Some(1));
    assert_eq!(span.links()[0].span_context.span_id(), SpanId::from(9_u64));
    assert_eq!(span.status(), &Status::Ok);
    assert_eq!(span.outcome(), Some(Outcome::Ok));
    assert_eq!(span.duration(), Duration::ZERO);
    span.assert_attribute("http.route", "/terms").assert_attribute("http.method", None::<&str>);
    assert!(span.attribute("code.file.path").is_some());
}

#[telemetry_runtime::test]
fn children_name_their_parent_and_share_its_trace(capture: &Capture) {
    stitch();
    let parent = capture.span("stitch");
    let children: Vec<_> = capture.spans().into_iter().filter(|span| span.name() == "load").collect();
    assert_eq!(children.len(), 2);
    for child in children {
        assert_eq!(child.parent_id(), Some(parent.span_id()));
        assert_eq!(child.trace_id(), parent.trace_id());
    }
}

#[telemetry_runtime::test]
fn the_tree_is_displayed_in_the_form_that_is_asserted(capture: &Capture) {
    stitch();
    let _ = load("two words");
    let text = capture.tree().to_string();
    assert_eq!(
        text,
        "stitch [ok]\n  load [ok] catalog.kind=api\n  load [error] catalog.kind=bug error.type=core::fmt::Error\n\
         load [ok] catalog.kind=\"two words\"\n"
    );
    capture.assert_spans(&text);
}

#[telemetry_runtime::test]
fn every_outcome_is_told(capture: &Capture) {
    #[traced(plugin = "search")]
    fn fail() {
        panic!("no index");
    }
    #[traced(plugin = "search")]
    async fn wait() {
        std::future::pending::<()>().await;
    }
    panic_of(fail);
    let mut waiting = Box::pin(wait());
    let poll = waiting.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
    assert!(poll.is_pending());
    capture.assert_spans("\nfail [panic]\nwait [open]");
    drop(waiting);
    capture.assert_spans("\nfail [panic] error.type=panic\nwait [cancelled]");
}

#[telemetry_runtime::test]
fn a_span_that_has_not_ended_is_open(capture: &Capture) {
    #[traced(plugin = "search")]
    fn look(capture: &Capture) {
        assert!(capture.spans().is_empty());
        let open = capture.open_spans();
        assert_eq!((open.len(), open[0].name(), open[0].outcome()), (1, "look", None));
        capture.assert_spans("look [open]");
        capture.clock().advance(Duration::from_secs(5));
        assert!(capture.open_spans()[0].duration() >= Duration::from_secs(5));
    }
    look(capture);
    assert!(capture.open_spans().is_empty());
    capture.assert_spans("look [ok]");
}

#[telemetry_runtime::test]
fn siblings_of_one_moment_stay_in_the_order_of_their_starts(capture: &Capture) {
    capture.clock().freeze();
    let kinds: Vec<String> = (0..50).map(|number| format!("kind-{number}")).collect();
    for kind in &kinds {
        load(kind).unwrap();
    }
    let expected: Vec<String> = kinds.iter().map(|kind| format!("load [ok] catalog.kind={kind}\n")).collect();
    assert_eq!(capture.tree().to_string(), expected.concat());
}

#[telemetry_runtime::test]
fn a_sorted_tree_does_not_depend_on_the_order_of_starts(capture: &Capture) {
    for kind in ["c", "a", "b"] {
        load(kind).unwrap();
    }
    capture.tree().sorted().assert("\nload catalog.kind=a\nload catalog.kind=b\nload catalog.kind=c");
}

#[telemetry_runtime::test]
fn spans_of_the_sdk_are_part_of_the_trees(capture: &Capture) {
    #[traced(plugin = "search")]
    fn ours(tracer: &opentelemetry_sdk::trace::SdkTracer) {
        tracer.in_span("theirs", |_| {
            load("api").unwrap();
        });
    }
    let tracer = capture.tracer_provider().tracer("third-party");
    ours(&tracer);
    capture.assert_spans("ours [ok]\n  theirs [ok]\n    load [ok]");
    assert_eq!(capture.span("theirs").scope(), None);
    assert_eq!(capture.span("theirs").tracer(), "third-party");
}
