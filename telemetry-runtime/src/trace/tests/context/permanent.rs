//! The mode in which outermost spans share a context that stays attached to their thread.

use std::pin::pin;
use std::task::Poll;
use std::thread;

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, Tracer, mark_span_as_active};

use super::super::{
    Capture, INNER, MIDDLE, OUTER, TraceSettings, assert_parent, assert_root, call, named, pause, poll, task,
};
use super::{shown, traceparent};
use crate::call::{NotInspected, SpanState, traced_span};
use crate::context::{self, sampled};
use crate::trace::Parent;
use crate::trace::settings::ContextMode;

fn permanent() -> Capture {
    Capture::with(TraceSettings { context: ContextMode::Permanent, ..TraceSettings::default() })
}

#[test]
fn outermost_spans_attach_nothing_and_are_exact_for_those_who_ask_us() {
    let capture = permanent();
    let tracer = capture.third_party();
    let mut sent = Vec::new();
    for outer in [&OUTER, &MIDDLE] {
        let _outer = call(outer);
        assert_eq!(shown(), SpanContext::NONE, "no context was made for it");
        sent.push(traceparent(&Context::current()));
        drop(call(&INNER));
        drop(tracer.start("theirs"));
    }
    assert_eq!(traceparent(&Context::current()), "");
    let spans = capture.spans();
    for (index, name) in ["outer", "middle"].into_iter().enumerate() {
        let outer = named(&spans, name);
        assert_root(outer);
        let of_trace: Vec<_> = spans
            .iter()
            .filter(|span| span.parent_span_id == outer.span_context.span_id())
            .map(|span| (&*span.name, span.span_context.trace_id()))
            .collect();
        let trace = outer.span_context.trace_id();
        assert_eq!(of_trace, [("inner", trace), ("theirs", trace)]);
        assert_eq!(sent[index], format!("00-{trace}-{}-01", outer.span_context.span_id()));
    }
}

#[test]
fn a_context_that_is_kept_means_its_own_and_the_next_span_attaches_nothing_either() {
    let capture = permanent();
    let tracer = capture.third_party();
    let (before, during);
    {
        let _outer = call(&OUTER);
        during = Context::current();
    }
    before = Context::current();
    {
        let _middle = call(&MIDDLE);
        assert_eq!(shown(), SpanContext::NONE);
        drop(tracer.start_with_context("during", &during));
        drop(tracer.start_with_context("before", &before));
        drop(tracer.start("here"));
    }
    let spans = capture.spans();
    assert_parent(named(&spans, "during"), named(&spans, "outer"));
    assert_root(named(&spans, "before"));
    assert_root(named(&spans, "middle"));
    assert_parent(named(&spans, "here"), named(&spans, "middle"));
}

#[test]
fn what_others_have_attached_goes_on_below_a_context_of_the_span_s_own() {
    let capture = permanent();
    let tracer = capture.third_party();
    {
        let _theirs = mark_span_as_active(tracer.start("theirs"));
        let _outer = call(&OUTER);
        assert_ne!(shown(), SpanContext::NONE);
    }
    {
        let _value = Context::current_with_value(7_u8).attach();
        let _middle = call(&MIDDLE);
        assert_eq!(Context::current().get::<u8>(), Some(&7));
    }
    let spans = capture.spans();
    assert_parent(named(&spans, "outer"), named(&spans, "theirs"));
    assert_root(named(&spans, "middle"));
}

#[test]
fn a_future_uses_the_context_of_each_thread_that_polls_it() {
    let capture = permanent();
    let mut seen = Vec::new();
    {
        let work = async {
            seen.push(shown());
            drop(call(&INNER));
            pause().await;
            seen.push(shown());
            pause().await;
            drop(call(&MIDDLE));
            seen.push(shown());
        };
        let mut future = pin!(task(&OUTER, work, |(), _| ()));
        assert!(poll(future.as_mut()).is_pending());
        assert_eq!(traceparent(&Context::current()), "", "it is over between polls");
        assert!(poll(future.as_mut()).is_pending());
        thread::scope(|scope| {
            scope.spawn(|| assert!(poll(future.as_mut()).is_ready()));
        });
    }
    let spans = capture.spans();
    for name in ["inner", "middle"] {
        assert_parent(named(&spans, name), named(&spans, "outer"));
    }
    // The thread of the last poll has no permanent context.
    let outer = named(&spans, "outer").span_context.clone();
    assert_eq!(seen, [SpanContext::NONE, SpanContext::NONE, outer]);
}

#[test]
fn exemplars_see_whether_the_span_is_sampled() {
    let capture = permanent();
    for _ in 0..2 {
        let outer = call(&OUTER);
        assert!(sampled::seems());
        {
            let _value = Context::current_with_value(7_u8).attach();
            assert!(sampled::seems());
        }
        assert!(sampled::seems());
        assert_eq!(
            sampled::span().map(|span| span.trace_id()),
            Some(crate::trace::span().span_context().trace_id())
        );
        drop(outer);
        assert!(!sampled::seems() && sampled::span().is_none());
    }
    assert_eq!(capture.spans().len(), 2);
}

#[test]
fn a_future_in_a_context_of_its_own_keeps_it_where_the_one_that_stays_is_attached_again() {
    let capture = permanent();
    {
        let _outer = call(&OUTER);
        let stays = Context::current();
        let parent = Parent::of(Context::new().with_telemetry_suppressed());
        let suppressed = async { Context::current().is_telemetry_suppressed() };
        let mut future = pin!(traced_span(SpanState::below(parent, &MIDDLE), suppressed, NotInspected));
        assert_eq!(context::with(&stays, || poll(future.as_mut())), Poll::Ready(true));
    }
    assert_eq!(capture.span().name, "outer");
}
