//! Our spans and those of third-party OpenTelemetry code are parents of each other, exactly.

use opentelemetry::trace::{SpanId, TraceContextExt, Tracer};
use opentelemetry::{Context, KeyValue, global};
use opentelemetry_sdk::trace::SpanData;

use crate::fixture;

#[telemetry_runtime::backstage_plugin(id = "parents-out")]
mod outward {
    use telemetry_runtime::traced;

    #[traced]
    pub(super) fn ours(inner: impl FnOnce()) {
        inner();
    }
}

#[telemetry_runtime::backstage_plugin(id = "parents-in")]
mod inward {
    use telemetry_runtime::traced;

    #[traced]
    pub(super) fn ours() {}
}

#[telemetry_runtime::backstage_plugin(id = "parents-write")]
mod written {
    use telemetry_runtime::traced;

    #[traced]
    pub(super) fn ours(inner: impl FnOnce()) {
        inner();
    }
}

fn only(plugin: &str) -> SpanData {
    let mut spans = fixture::spans(plugin);
    assert_eq!(spans.len(), 1);
    spans.remove(0)
}

#[test]
fn a_third_party_span_is_a_child_of_ours() {
    fixture::start();
    let mut inner = None;
    outward::ours(|| {
        global::tracer("third-party").in_span("theirs", |context| {
            inner = Some(context.span().span_context().clone());
        });
    });
    let ours = only("parents-out");
    let inner = inner.expect("the body ran");
    assert_eq!(inner.trace_id(), ours.span_context.trace_id());
    let theirs = fixture::all_spans()
        .into_iter()
        .find(|span| span.span_context.span_id() == inner.span_id())
        .expect("their span reached the same exporter");
    assert_eq!(theirs.parent_span_id, ours.span_context.span_id());
}

#[test]
fn our_span_is_a_child_of_a_third_party_one() {
    fixture::start();
    let mut outer = None;
    global::tracer("third-party").in_span("theirs", |context| {
        outer = Some(context.span().span_context().clone());
        inward::ours();
    });
    let ours = only("parents-in");
    let outer = outer.expect("the body ran");
    assert_eq!(ours.parent_span_id, outer.span_id());
    assert_eq!(ours.span_context.trace_id(), outer.trace_id());
    assert_ne!(ours.parent_span_id, SpanId::INVALID);
}

#[test]
fn what_third_parties_write_to_our_span_is_recorded() {
    fixture::start();
    written::ours(|| {
        let context = Context::current();
        context.span().set_attribute(KeyValue::new("third.party", 7));
        context.span().add_event("noticed", vec![]);
    });
    let span = only("parents-write");
    assert_eq!(fixture::attribute(&span, "third.party").as_deref(), Some("7"));
    assert_eq!(span.events.events.len(), 1);
}
