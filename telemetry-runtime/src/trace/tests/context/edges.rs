use std::thread;

use opentelemetry::Context;
use opentelemetry::trace::{Tracer, get_active_span, mark_span_as_active};

use super::super::{INNER, MIDDLE, OUTER, assert_parent, assert_root, call, named};
use super::{LAST, each_mode, shown};
use crate::context::wrap;
use crate::trace::settings::ContextMode;

#[test]
fn case_26_a_third_party_guard_may_go_before_our_span_does() {
    each_mode(|capture, _| {
        let tracer = capture.third_party();
        {
            let theirs = mark_span_as_active(tracer.start("theirs"));
            let _outer = call(&OUTER);
            drop(theirs);
            drop(call(&INNER));
            drop(tracer.start("below"));
        }
        drop(call(&MIDDLE));
        let spans = capture.spans();
        assert_parent(named(&spans, "outer"), named(&spans, "theirs"));
        assert_parent(named(&spans, "inner"), named(&spans, "outer"));
        assert_parent(named(&spans, "below"), named(&spans, "outer"));
        assert_root(named(&spans, "middle"));
    });
}

#[test]
fn case_27_a_third_party_guard_may_stay_longer_than_our_span() {
    each_mode(|capture, _| {
        let tracer = capture.third_party();
        {
            let _outer = call(&OUTER);
            let theirs = {
                let _middle = call(&MIDDLE);
                mark_span_as_active(tracer.start("theirs"))
            };
            drop(call(&INNER));
            drop(theirs);
            drop(tracer.start("after"));
            drop(call(&LAST));
        }
        let spans = capture.spans();
        assert_parent(named(&spans, "theirs"), named(&spans, "middle"));
        assert_parent(named(&spans, "inner"), named(&spans, "theirs"));
        assert_parent(named(&spans, "after"), named(&spans, "outer"));
        assert_parent(named(&spans, "last"), named(&spans, "outer"));
    });
}

#[test]
fn case_28_a_child_inside_a_borrowed_context_is_recorded_with_its_parent() {
    each_mode(|capture, mode| {
        {
            let _outer = call(&OUTER);
            get_active_span(|_| {
                let _middle = call(&MIDDLE);
                drop(call(&INNER));
            });
        }
        let spans = capture.spans();
        assert_parent(named(&spans, "middle"), named(&spans, "outer"));
        // A borrowed context cannot be replaced, so with a context for each span the middle one is not seen.
        let above = if mode == ContextMode::Eager { "outer" } else { "middle" };
        assert_parent(named(&spans, "inner"), named(&spans, above));
    });
}

#[test]
fn case_29_and_30_a_span_inside_a_borrowed_context_of_others_is_recorded_and_not_current() {
    each_mode(|capture, _| {
        Context::map_current(|_| {
            let _outer = call(&OUTER);
            drop(call(&MIDDLE));
        });
        {
            let _theirs = mark_span_as_active(capture.third_party().start("theirs"));
            get_active_span(|_| drop(call(&INNER)));
        }
        let spans = capture.spans();
        assert_root(named(&spans, "outer"));
        assert_root(named(&spans, "middle"));
        assert_parent(named(&spans, "inner"), named(&spans, "theirs"));
    });
}

#[test]
fn case_34_a_span_in_the_destructor_of_a_thread_local_does_no_harm() {
    struct Late;
    impl Drop for Late {
        fn drop(&mut self) {
            let _outer = call(&OUTER);
            drop(call(&MIDDLE));
        }
    }
    thread_local! {
        static EARLY: Late = const { Late };
        static LATE: Late = const { Late };
    }
    each_mode(|capture, _| {
        thread::spawn(wrap(|| {
            // They are destroyed in the reverse order: one of them before the context is, the other one after it.
            EARLY.with(|_| ());
            drop(call(&INNER));
            LATE.with(|_| ());
        }))
        .join()
        .unwrap();
        let spans = capture.spans();
        assert_root(named(&spans, "inner"));
        assert!(!shown().is_valid());
    });
}

#[test]
fn spans_that_end_out_of_order_leave_nothing_behind() {
    each_mode(|capture, _| {
        let outer = call(&OUTER);
        let bare = Context::new();
        let root = {
            let _bare = bare.attach();
            drop(outer);
            drop(call(&MIDDLE));
            shown()
        };
        assert!(!root.is_valid());
        drop(call(&INNER));
        assert_eq!(capture.spans().iter().filter(|span| span.name == "outer").count(), 1);
    });
}
