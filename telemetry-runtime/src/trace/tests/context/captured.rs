use std::pin::pin;
use std::thread;

use opentelemetry::context::FutureExt;
use opentelemetry::trace::{TraceContextExt, Tracer, mark_span_as_active};
use opentelemetry::{Context, KeyValue};

use super::super::{INNER, MIDDLE, OUTER, assert_parent, attribute, call, named, pause, poll, task};
use super::{LEAF, each_mode};
use crate::context::{self, propagate};
use crate::trace::settings::ContextMode;
use crate::trace::span;

#[derive(Debug, PartialEq)]
struct Tenant(u8);

/// Runs on another thread, and comes back when it is over.
fn elsewhere<R: Send>(f: impl FnOnce() -> R + Send) -> R {
    thread::scope(|scope| scope.spawn(f).join().unwrap())
}

#[test]
fn case_12_a_context_kept_while_deeper_spans_are_open_means_its_own() {
    each_mode(|capture, _| {
        let tracer = capture.third_party();
        {
            let _outer = call(&OUTER);
            let _middle = call(&MIDDLE);
            let kept = Context::current();
            let _inner = call(&INNER);
            elsewhere(|| {
                drop(tracer.start_with_context("explicit", &kept));
                let _attached = kept.clone().attach();
                drop(tracer.start("attached"));
                drop(call(&LEAF));
            });
            drop(tracer.start("here"));
        }
        let spans = capture.spans();
        for name in ["explicit", "attached", "leaf"] {
            assert_parent(named(&spans, name), named(&spans, "middle"));
        }
        assert_parent(named(&spans, "here"), named(&spans, "inner"));
    });
}

#[test]
fn case_13_and_14_a_context_kept_past_its_span_and_its_trace_means_its_own() {
    each_mode(|capture, _| {
        let tracer = capture.third_party();
        let future = {
            let _outer = call(&OUTER);
            let kept = {
                let _middle = call(&MIDDLE);
                Context::current()
            };
            drop(tracer.start_with_context("past the span", &kept));
            drop(tracer.start("in the outer"));
            drop(call(&INNER));
            async {
                drop(call(&LEAF));
            }
            .with_context(kept)
        };
        elsewhere(|| assert!(poll(pin!(future)).is_ready()));
        let spans = capture.spans();
        assert_parent(named(&spans, "past the span"), named(&spans, "middle"));
        assert_parent(named(&spans, "leaf"), named(&spans, "middle"));
        assert_parent(named(&spans, "in the outer"), named(&spans, "outer"));
        assert_parent(named(&spans, "inner"), named(&spans, "outer"));
    });
}

#[test]
fn case_15_a_context_kept_in_one_poll_means_its_own_after_the_next() {
    each_mode(|capture, _| {
        let tracer = capture.third_party();
        let mut kept = Vec::new();
        {
            let mut future = pin!(propagate(task(
                &OUTER,
                async {
                    {
                        let _inner = call(&INNER);
                        kept.push(Context::current());
                    }
                    kept.push(Context::current());
                    pause().await;
                    drop(tracer.start("second poll"));
                    let _middle = call(&MIDDLE);
                    kept.push(Context::current());
                },
                |(), _| (),
            )));
            assert!(poll(future.as_mut()).is_pending());
            assert!(elsewhere(|| poll(future.as_mut()).is_ready()));
        }
        for (index, context) in kept.iter().enumerate() {
            drop(tracer.start_with_context(format!("kept {index}"), context));
        }
        drop(kept);
        let spans = capture.spans();
        assert_parent(named(&spans, "second poll"), named(&spans, "outer"));
        assert_parent(named(&spans, "kept 0"), named(&spans, "inner"));
        assert_parent(named(&spans, "kept 1"), named(&spans, "outer"));
        assert_parent(named(&spans, "kept 2"), named(&spans, "middle"));
    });
}

#[test]
fn case_24_and_25_values_stay_with_the_contexts_that_they_were_attached_in() {
    each_mode(|capture, _| {
        let tracer = capture.third_party();
        {
            let _outside = Context::current_with_value(Tenant(1)).attach();
            let _outer = call(&OUTER);
            let _middle = call(&MIDDLE);
            {
                let _inside = Context::current_with_value(Tenant(2)).attach();
                drop(tracer.start("with a value"));
                let _inner = call(&INNER);
                drop(tracer.start("inside"));
                assert_eq!(Context::current().get(), Some(&Tenant(2)));
            }
            assert_eq!(Context::current().get(), Some(&Tenant(1)));
            drop(call(&LEAF));
        }
        assert!(Context::current().get::<Tenant>().is_none());
        let spans = capture.spans();
        assert_parent(named(&spans, "with a value"), named(&spans, "middle"));
        assert_parent(named(&spans, "inner"), named(&spans, "middle"));
        assert_parent(named(&spans, "inside"), named(&spans, "inner"));
        assert_parent(named(&spans, "leaf"), named(&spans, "middle"));
    });
}

#[test]
fn a_context_derived_from_a_kept_one_means_the_same_span_and_is_written_to_as_such() {
    each_mode(|capture, mode| {
        let tracer = capture.third_party();
        let derived = {
            let _outer = call(&OUTER);
            let kept = {
                let _middle = call(&MIDDLE);
                let derived = Context::current_with_value(Tenant(3));
                derived.span().set_attribute(KeyValue::new("early", true));
                derived
            };
            let derived = elsewhere(|| kept.with_value(4_u8));
            drop(kept);
            derived.span().set_attribute(KeyValue::new("late", true));
            assert!(!derived.span().is_recording());
            drop(tracer.start_with_context("in the outer", &derived));
            let _inner = call(&INNER);
            derived
        };
        elsewhere(|| {
            let derived = derived.with_value("another");
            drop(tracer.start_with_context("derived", &derived));
            let _attached = derived.attach();
            drop(call(&LEAF));
        });
        let spans = capture.spans();
        for name in ["in the outer", "derived", "leaf"] {
            assert_parent(named(&spans, name), named(&spans, "middle"));
        }
        assert_parent(named(&spans, "inner"), named(&spans, "outer"));
        let early = attribute(named(&spans, "middle"), "early");
        assert_eq!(early.is_some(), mode != ContextMode::Permanent);
        assert!(spans.iter().all(|span| attribute(span, "late").is_none()));
    });
}

#[test]
fn a_clone_that_is_attached_far_from_its_span_does_not_stay_when_it_is_detached() {
    each_mode(|capture, _| {
        {
            let _outer = call(&OUTER);
            let kept = Context::current();
            let _value = Context::current_with_value(Tenant(5)).attach();
            {
                let _attached = kept.clone().attach();
                // Inside a clone of the context of its own parent.
                drop(call(&MIDDLE));
                assert!(Context::current().get::<Tenant>().is_none());
            }
            assert_eq!(Context::current().get(), Some(&Tenant(5)));
            let _bare = context::active();
            drop(call(&INNER));
        }
        let spans = capture.spans();
        assert_parent(named(&spans, "middle"), named(&spans, "outer"));
        assert_parent(named(&spans, "inner"), named(&spans, "outer"));
    });
}

#[test]
fn a_span_that_is_kept_is_written_to_as_long_as_it_is_open_and_no_other_one_is() {
    each_mode(|capture, _| {
        let mine = {
            let _outer = call(&OUTER);
            let _middle = call(&MIDDLE);
            let mine = span();
            for _ in 0..3 {
                let _inner = call(&INNER);
                mine.set_attribute("written", true);
                span().set_attribute("own", true);
                elsewhere(|| mine.add_event("from elsewhere", []));
            }
            assert!(mine.is_recording());
            mine
        };
        mine.set_attribute("late", true);
        assert!(!mine.is_recording());
        let spans = capture.spans();
        let middle = named(&spans, "middle");
        assert_eq!(attribute(middle, "written"), Some(&true.into()));
        assert_eq!(middle.events.len(), 3);
        for span in &spans {
            assert_eq!(attribute(span, "own").is_some(), span.name == "inner");
            assert!(attribute(span, "late").is_none());
            assert_eq!(attribute(span, "written").is_some(), span.name == "middle");
        }
    });
}

#[test]
fn a_third_party_span_that_ends_by_its_context_ends_though_ours_go_on() {
    each_mode(|capture, _| {
        let tracer = capture.third_party();
        let future = {
            let _theirs = mark_span_as_active(tracer.start("theirs"));
            let mut future = Box::pin(task(&OUTER, pause(), |(), _| ()));
            assert!(poll(future.as_mut()).is_pending());
            future
        };
        let before = capture.spans().len();
        drop(future);
        assert_eq!((before, capture.spans().len()), (1, 1));
    });
}
