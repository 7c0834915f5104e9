use std::pin::pin;
use std::thread;

use opentelemetry::Context;
use opentelemetry::context::FutureExt;
use opentelemetry::trace::{Span as _, TraceContextExt, Tracer, mark_span_as_active};

use super::super::{
    Capture, INNER, MIDDLE, OUTER, assert_parent, assert_root, call, named, pause, poll, task,
};
use super::{LAST, each_mode};
use crate::context::propagate;

/// Polls a future to its end, each time on another thread.
fn hop(future: impl Future<Output = ()> + Send) {
    let mut future = pin!(future);
    while thread::scope(|scope| scope.spawn(|| poll(future.as_mut()).is_pending()).join().unwrap()) {}
}

#[test]
fn case_01_and_02_our_span_is_the_parent_of_a_third_party_span() {
    each_mode(|capture, _| {
        let tracer = capture.third_party();
        {
            let _outer = call(&OUTER);
            let _middle = call(&MIDDLE);
            drop(tracer.start("started"));
            drop(tracer.start_with_context("explicit", &Context::current()));
        }
        let spans = capture.spans();
        assert_parent(named(&spans, "started"), named(&spans, "middle"));
        assert_parent(named(&spans, "explicit"), named(&spans, "middle"));
    });
}

#[test]
fn case_03_and_04_both_kinds_nest_in_one_another_five_deep_and_back() {
    fn nest(capture: &Capture, depth: usize) {
        if depth == 0 {
            return;
        }
        {
            let _theirs = mark_span_as_active(capture.third_party().start(format!("theirs {depth}")));
            let _ours = call(&OUTER);
            drop(capture.third_party().start(format!("before {depth}")));
            nest(capture, depth - 1);
            drop(capture.third_party().start(format!("after {depth}")));
        }
    }
    each_mode(|capture, _| {
        nest(capture, 5);
        let spans = capture.spans();
        assert_root(named(&spans, "theirs 5"));
        for depth in 1..=5 {
            let theirs = named(&spans, &format!("theirs {depth}"));
            let below = |parent: &str| {
                let parent = named(&spans, parent).span_context.span_id();
                spans.iter().find(|span| span.name == "outer" && span.parent_span_id == parent).unwrap()
            };
            let ours = below(&format!("theirs {depth}"));
            assert_parent(ours, theirs);
            assert_parent(named(&spans, &format!("before {depth}")), ours);
            assert_parent(named(&spans, &format!("after {depth}")), ours);
            if depth < 5 {
                assert_parent(theirs, below(&format!("theirs {}", depth + 1)));
            }
        }
    });
}

#[test]
fn case_05_an_explicit_new_root_inside_ours_is_one() {
    each_mode(|capture, _| {
        let tracer = capture.third_party();
        {
            let _outer = call(&OUTER);
            drop(tracer.start_with_context("passed", &Context::new()));
            let _bare = Context::new().attach();
            drop(tracer.start("attached"));
        }
        let spans = capture.spans();
        assert_root(named(&spans, "passed"));
        assert_root(named(&spans, "attached"));
    });
}

#[test]
fn case_06_and_07_a_saved_context_means_the_span_of_then() {
    each_mode(|capture, _| {
        let tracer = capture.third_party();
        let before = Context::current();
        {
            let _outer = call(&OUTER);
            let _middle = call(&MIDDLE);
            let saved = Context::current();
            let _inner = call(&INNER);
            drop(tracer.start_with_context("of the middle", &saved));
            drop(tracer.start_with_context("of none", &before));
            drop(tracer.start("of the inner"));
        }
        let spans = capture.spans();
        assert_parent(named(&spans, "of the middle"), named(&spans, "middle"));
        assert_root(named(&spans, "of none"));
        assert_parent(named(&spans, "of the inner"), named(&spans, "inner"));
    });
}

#[test]
fn what_a_future_drops_that_is_given_up_is_inside_its_span() {
    struct Late<'a>(&'a Capture);
    impl Drop for Late<'_> {
        fn drop(&mut self) {
            drop(call(&INNER));
            drop(self.0.third_party().start("theirs"));
        }
    }
    each_mode(|capture, _| {
        let given_up = async {
            let _late = Late(capture);
            pause().await;
        };
        let mut future = Box::pin(task(&OUTER, given_up, |(), _| ()));
        assert!(poll(future.as_mut()).is_pending());
        {
            let _around = call(&MIDDLE);
            drop(future);
            drop(call(&LAST));
        }
        let spans = capture.spans();
        assert_root(named(&spans, "outer"));
        assert_parent(named(&spans, "inner"), named(&spans, "outer"));
        assert_parent(named(&spans, "theirs"), named(&spans, "outer"));
        assert_parent(named(&spans, "last"), named(&spans, "middle"));
    });
}

#[test]
fn case_08_09_and_11_futures_keep_their_spans_whoever_polls_them() {
    each_mode(|capture, _| {
        let tracer = capture.third_party();
        let worker = |name: &'static str| {
            let tracer = &tracer;
            task(
                &INNER,
                async move {
                    drop(tracer.start(format!("{name} before")));
                    pause().await;
                    drop(call(&MIDDLE));
                    drop(tracer.start(format!("{name} after")));
                },
                |(), _| (),
            )
        };
        hop(propagate(task(
            &OUTER,
            async {
                // Siblings that are polled in turns.
                let (mut first, mut second) = (pin!(worker("first")), pin!(worker("second")));
                std::future::poll_fn(|task| {
                    let pending = first.as_mut().poll(task).is_pending();
                    let _ = second.as_mut().poll(task).is_pending();
                    if pending { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
                })
                .await;
                drop(tracer.start("at the end"));
            },
            |(), _| (),
        )));
        let spans = capture.spans();
        let outer = named(&spans, "outer");
        assert_parent(named(&spans, "at the end"), outer);
        for name in ["first", "second"] {
            let (before, after) = (format!("{name} before"), format!("{name} after"));
            let (before, after) = (named(&spans, &before), named(&spans, &after));
            assert_eq!(before.parent_span_id, after.parent_span_id);
            let id = before.parent_span_id;
            let inner = spans.iter().find(|span| span.span_context.span_id() == id).unwrap();
            assert_eq!(inner.name, "inner");
            assert_parent(inner, outer);
            let middle = spans.iter().filter(|span| span.name == "middle" && span.parent_span_id == id);
            assert_eq!(middle.count(), 1);
        }
    });
}

#[test]
fn case_10_ours_is_below_a_third_party_future_on_whatever_thread() {
    each_mode(|capture, _| {
        let tracer = capture.third_party();
        let context = Context::current_with_span(tracer.start("theirs"));
        hop(async {
            drop(call(&OUTER));
            pause().await;
            drop(call(&INNER));
        }
        .with_context(context.clone()));
        context.span().end();
        let spans = capture.spans();
        assert_parent(named(&spans, "outer"), named(&spans, "theirs"));
        assert_parent(named(&spans, "inner"), named(&spans, "theirs"));
    });
}

#[test]
fn case_31_and_32_a_span_that_is_made_here_and_entered_there_is_the_child_of_here() {
    // As `tracing-opentelemetry` does it: the context is kept where a span is made, and the tracer asked for it later.
    each_mode(|capture, _| {
        let tracer = capture.third_party();
        {
            let _outer = call(&OUTER);
            let made = {
                let _middle = call(&MIDDLE);
                Context::current()
            };
            let _other = call(&INNER);
            let mut span = tracer.start_with_context("late", &made);
            span.set_attribute(opentelemetry::KeyValue::new("key", 1));
            let _entered = made.with_span(span).attach();
            drop(call(&LAST));
        }
        let spans = capture.spans();
        assert_parent(named(&spans, "late"), named(&spans, "middle"));
        assert_parent(named(&spans, "last"), named(&spans, "late"));
    });
}
