//! The mode that attaches no context: what our own functions see, and what others do not.

use std::pin::pin;
use std::thread;

use opentelemetry::context::FutureExt;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, Tracer};
use opentelemetry::{Context, Value};

use super::super::{
    Capture, INNER, MIDDLE, OUTER, TraceSettings, assert_parent, assert_root, attribute, call, named, pause,
    poll, task,
};
use super::{AFTER, LAST, LEAF, shown, traceparent};
use crate::context::{self, Attached, propagate, sampled, wrap};
use crate::trace::install::Carried;
use crate::trace::settings::ContextMode;
use crate::trace::{Parent, Sampler, SpanGuard, span};

fn lean() -> Capture {
    Capture::with(TraceSettings { context: ContextMode::Lean, ..TraceSettings::default() })
}

fn remote() -> SpanContext {
    let (trace, span) = (TraceId::from(7), SpanId::from(8));
    SpanContext::new(trace, span, TraceFlags::SAMPLED, true, TraceState::default())
}

#[test]
fn spans_of_ours_nest_and_nobody_else_sees_them() {
    let capture = lean();
    let tracer = capture.third_party();
    {
        let _outer = call(&OUTER);
        assert_eq!(shown(), SpanContext::NONE);
        drop(tracer.start("theirs"));
        let _middle = call(&MIDDLE);
        drop(call(&INNER));
    }
    drop(call(&LAST));
    let spans = capture.spans();
    assert_root(named(&spans, "outer"));
    assert_root(named(&spans, "theirs"));
    assert_parent(named(&spans, "middle"), named(&spans, "outer"));
    assert_parent(named(&spans, "inner"), named(&spans, "middle"));
    assert_root(named(&spans, "last"));
}

#[test]
fn the_outermost_span_has_its_parent_from_the_context() {
    let capture = lean();
    let incoming = Context::current().with_remote_span_context(remote());
    {
        let _attached = incoming.clone().attach();
        let _outer = call(&OUTER);
        drop(call(&INNER));
    }
    let served = task(&MIDDLE, async { drop(call(&LAST)) }, |(), _| ()).with_context(incoming);
    assert!(poll(pin!(served)).is_ready());
    let spans = capture.spans();
    for name in ["outer", "middle"] {
        assert_eq!(named(&spans, name).parent_span_id, remote().span_id());
        assert_eq!(named(&spans, name).span_context.trace_id(), remote().trace_id());
        assert!(named(&spans, name).parent_span_is_remote);
    }
    assert_parent(named(&spans, "inner"), named(&spans, "outer"));
    assert_parent(named(&spans, "last"), named(&spans, "middle"));
}

#[test]
fn inside_of_a_span_only_our_own_functions_make_a_context_current() {
    let capture = lean();
    let incoming = Context::current().with_remote_span_context(remote());
    {
        let _outer = call(&OUTER);
        {
            let _attached = incoming.clone().attach();
            drop(call(&MIDDLE));
        }
        context::with(&incoming, || drop(call(&INNER)));
        let given = SpanGuard::enter_below(&LAST, Parent::of(remote()), |_| ());
        drop(call(&LEAF));
        drop(given);
        drop(call(&AFTER));
    }
    let spans = capture.spans();
    assert_parent(named(&spans, "middle"), named(&spans, "outer"));
    assert_eq!(named(&spans, "inner").parent_span_id, remote().span_id());
    assert_eq!(named(&spans, "last").parent_span_id, remote().span_id());
    assert_parent(named(&spans, "leaf"), named(&spans, "last"));
    assert_parent(named(&spans, "after"), named(&spans, "outer"));
}

#[test]
fn the_current_span_is_written_to_and_sent_on_by_our_functions() {
    let capture = lean();
    let sent = {
        let _outer = call(&OUTER);
        let _inner = call(&INNER);
        assert!(span().is_recording());
        span().set_attribute("answer", 42_i64);
        traceparent(&context::active())
    };
    assert!(!span().is_recording());
    let spans = capture.spans();
    let inner = named(&spans, "inner");
    assert_eq!(attribute(inner, "answer"), Some(&Value::I64(42)));
    assert_eq!(attribute(named(&spans, "outer"), "answer"), None);
    let current = &inner.span_context;
    assert_eq!(sent, format!("00-{}-{}-01", current.trace_id(), current.span_id()));
}

#[test]
fn wrap_and_propagate_carry_the_span_to_other_threads_and_into_other_spans() {
    let capture = lean();
    let (closure, mut future);
    {
        let _outer = call(&OUTER);
        closure = wrap(|| drop(call(&MIDDLE)));
        future = Box::pin(propagate(async {
            pause().await;
            drop(call(&INNER));
        }));
    }
    {
        let _other = call(&LAST);
        assert!(poll(future.as_mut()).is_pending());
        assert!(poll(future.as_mut()).is_ready());
        drop(call(&LEAF));
    }
    thread::spawn(closure).join().unwrap();
    let spans = capture.spans();
    assert_parent(named(&spans, "middle"), named(&spans, "outer"));
    assert_parent(named(&spans, "inner"), named(&spans, "outer"));
    assert_parent(named(&spans, "leaf"), named(&spans, "last"));
}

#[test]
fn futures_keep_their_spans_across_threads() {
    let capture = lean();
    let work = async {
        drop(call(&MIDDLE));
        pause().await;
        task(&INNER, async { drop(call(&LEAF)) }, |(), _| ()).await;
    };
    let mut future = {
        let _outer = call(&OUTER);
        Box::pin(task(&LAST, work, |(), _| ()))
    };
    assert!(poll(future.as_mut()).is_pending());
    thread::scope(|scope| {
        scope.spawn(|| {
            let _recorder = Attached::new(Carried(capture.recorder).within(&Context::new()));
            let _other = call(&AFTER);
            assert!(poll(future.as_mut()).is_ready());
        });
    });
    drop(future);
    let spans = capture.spans();
    for (child, parent) in [("last", "outer"), ("middle", "last"), ("inner", "last"), ("leaf", "inner")] {
        assert_parent(named(&spans, child), named(&spans, parent));
    }
}

#[test]
fn what_is_not_sampled_stays_so_below_in_futures_and_on_other_threads() {
    let sampler = Sampler::ParentBased(Box::new(Sampler::AlwaysOff));
    let capture =
        Capture::with(TraceSettings { context: ContextMode::Lean, sampler, ..TraceSettings::default() });
    {
        let _outer = call(&OUTER);
        assert!(!span().span_context().is_sampled() && span().span_context().is_valid());
        drop(call(&MIDDLE));
        let closure = wrap(|| drop(call(&INNER)));
        thread::spawn(closure).join().unwrap();
        let below = task(&LAST, async { drop(call(&LEAF)) }, |(), _| ());
        assert!(poll(pin!(below)).is_ready());
    }
    assert!(!span().span_context().is_valid());
    assert_eq!(capture.counts().made, 0);
}

#[test]
fn exemplars_see_whether_the_span_is_sampled() {
    let capture = lean();
    assert!(sampled::span().is_none());
    {
        let _outer = call(&OUTER);
        let inner = call(&INNER);
        assert!(sampled::seems());
        assert_eq!(sampled::span().map(|span| span.span_id()), Some(span().span_context().span_id()));
        drop(inner);
    }
    assert!(!sampled::seems() && sampled::span().is_none());
    drop(capture);
}
