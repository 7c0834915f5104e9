use std::sync::mpsc;
use std::thread;

use opentelemetry::trace::{Span, Status, TraceContextExt, Tracer, get_active_span};
use opentelemetry::{Context, KeyValue};

use super::{Capture, OUTER, attribute, call, named};
use crate::trace::{SpanLimits, TraceSettings};

#[test]
fn what_third_parties_write_to_the_current_span_is_recorded() {
    let capture = Capture::new();
    {
        let _outer = call(&OUTER);
        get_active_span(|span| {
            assert!(span.is_recording());
            span.set_attribute(KeyValue::new("theirs", 1));
            span.add_event("checked", vec![KeyValue::new("passed", true)]);
            span.record_error(&std::fmt::Error);
            span.set_status(Status::error("bad"));
            span.update_name("renamed");
        });
    }
    let span = capture.span();
    assert_eq!(span.name, "renamed");
    assert_eq!(attribute(&span, "theirs"), Some(&1.into()));
    assert_eq!(span.events.iter().map(|event| &*event.name).collect::<Vec<_>>(), ["checked", "exception"]);
    assert_eq!(span.status, Status::error("bad"));
}

#[test]
fn writes_from_other_threads_count_until_the_end_and_not_after() {
    let capture = Capture::new();
    let (ended, is_ended) = mpsc::channel::<()>();
    let outer = call(&OUTER);
    let context = Context::current();
    let (written, is_written) = mpsc::channel();
    let writer = thread::spawn(move || {
        context.span().set_attribute(KeyValue::new("early", true));
        written.send(()).unwrap();
        is_ended.recv().unwrap();
        context.span().set_attribute(KeyValue::new("late", true));
        context.span().is_recording()
    });
    is_written.recv().unwrap();
    drop(outer);
    ended.send(()).unwrap();
    assert!(!writer.join().unwrap());
    let span = capture.span();
    assert_eq!(attribute(&span, "early"), Some(&true.into()));
    assert_eq!(attribute(&span, "late"), None);
}

#[test]
fn a_third_party_cannot_end_the_span_of_a_call() {
    let capture = Capture::new();
    {
        let _outer = call(&OUTER);
        Context::current().span().end();
        assert!(Context::current().span().is_recording());
        assert!(capture.spans().is_empty());
    }
    assert_eq!(capture.spans().len(), 1);
}

#[test]
fn third_party_spans_are_tidied_to_the_specification() {
    let capture = Capture::with(TraceSettings {
        limits: SpanLimits { attribute_value_length: Some(2), ..SpanLimits::default() },
        ..TraceSettings::default()
    });
    let mut span = capture.third_party().start("theirs");
    span.set_attribute(KeyValue::new("key", "first"));
    span.set_attribute(KeyValue::new("key", "second"));
    span.end();
    drop(span);
    let spans = capture.spans();
    assert_eq!(attribute(named(&spans, "theirs"), "key"), Some(&"se".into()));
    assert_eq!(named(&spans, "theirs").instrumentation_scope.name(), "third-party");
}
