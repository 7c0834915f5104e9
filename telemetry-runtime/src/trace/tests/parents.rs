use std::pin::pin;
use std::thread;

use opentelemetry::Context;
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, Tracer, get_active_span,
    mark_span_as_active,
};

use super::{
    Capture, INNER, MIDDLE, OUTER, assert_parent, assert_root, attribute, call, named, pause, poll, task,
};
use crate::call::{Call, NoMetrics};
use crate::context::{propagate, wrap};
use crate::plugin::Scope;
use crate::trace::{Parent, SpanGuard, SpanParent, SpanSite, span};

static LATER: SpanSite = SpanSite::new("later", Scope::plugin("catalog"));

#[test]
fn nested_calls_are_children_and_the_outermost_is_a_root() {
    let capture = Capture::new();
    {
        let _outer = call(&OUTER);
        let _middle = call(&MIDDLE);
        drop(call(&INNER));
    }
    let spans = capture.spans();
    assert_root(named(&spans, "outer"));
    assert_parent(named(&spans, "middle"), named(&spans, "outer"));
    assert_parent(named(&spans, "inner"), named(&spans, "middle"));
    assert!(!Context::current().span().span_context().is_valid(), "the context is as it was");
}

#[test]
fn attributes_are_kept_and_parents_exact_whatever_their_expressions_do() {
    let capture = Capture::new();
    let tracer = capture.third_party();
    // A span that has ended when the expression has, one of ours that stays open, and one of third-party code that does.
    for (left_open, parent) in [("none", "outer"), ("ours", "middle"), ("theirs", "theirs")] {
        {
            let _outer = call(&OUTER);
            let (mut ours, mut theirs) = (None, None);
            let inner = SpanGuard::enter_with(&INNER, |start| {
                start.put(&"first", 1);
                match left_open {
                    "ours" => ours = Some(call(&MIDDLE)),
                    "theirs" => theirs = Some(mark_span_as_active(tracer.start("theirs"))),
                    _ => drop(call(&MIDDLE)),
                }
                start.put(&"second", 2);
                start.put(&"text", "no scalar".to_owned());
                start.put(&"last", true);
            });
            drop(Call::new(inner, NoMetrics));
            drop((ours, theirs));
            drop(call(&LATER));
        }
        let spans = capture.spans();
        let inner = named(&spans, "inner");
        assert_parent(inner, named(&spans, parent));
        assert_parent(named(&spans, "later"), named(&spans, "outer"));
        let keys: Vec<_> = inner.attributes.iter().map(|attribute| attribute.key.as_str()).collect();
        let start = keys.iter().position(|key| *key == "first").unwrap_or_else(|| panic!("{keys:?}"));
        assert_eq!(
            keys[start..],
            ["first", "second", "text", "last"],
            "in a span with {left_open} left open"
        );
        assert_eq!(attribute(inner, "second"), Some(&2.into()));
    }
}

#[test]
fn a_span_has_the_name_scope_and_place_of_its_site() {
    let capture = Capture::new();
    drop(call(&INNER));
    let span = capture.span();
    assert_eq!(span.name, "inner");
    assert_eq!(span.instrumentation_scope.name(), "backstage-plugin-search");
    assert_eq!(attribute(&span, "backstage.plugin.id"), Some(&"search".into()));
    assert_eq!(attribute(&span, "code.file.path"), Some(&file!().replace("parents.rs", "mod.rs").into()));
    assert!(span.end_time >= span.start_time);
}

#[test]
fn third_party_spans_are_children_of_ours_and_ours_of_theirs() {
    let capture = Capture::new();
    let tracer = capture.third_party();
    {
        let _outer = call(&OUTER);
        let _theirs = mark_span_as_active(tracer.start("theirs"));
        let _inner = call(&INNER);
        drop(tracer.start("leaf"));
        drop(tracer.start_with_context("explicit", &Context::current()));
    }
    let spans = capture.spans();
    assert_parent(named(&spans, "theirs"), named(&spans, "outer"));
    assert_parent(named(&spans, "inner"), named(&spans, "theirs"));
    assert_parent(named(&spans, "leaf"), named(&spans, "inner"));
    assert_parent(named(&spans, "explicit"), named(&spans, "inner"));
}

#[test]
fn a_third_party_context_decides_even_if_it_is_an_explicit_new_root() {
    let capture = Capture::new();
    let tracer = capture.third_party();
    {
        let _outer = call(&OUTER);
        drop(tracer.start_with_context("new root", &Context::new()));
        let saved = Context::current();
        let _middle = call(&MIDDLE);
        drop(tracer.start_with_context("saved", &saved));
        let _back = saved.attach();
        drop(call(&INNER));
    }
    let spans = capture.spans();
    assert_root(named(&spans, "new root"));
    assert_parent(named(&spans, "saved"), named(&spans, "outer"));
    assert_parent(named(&spans, "inner"), named(&spans, "outer"));
}

#[test]
fn a_root_site_starts_a_trace_of_its_own_and_its_children_stay_in_it() {
    static ROOT: SpanSite = SpanSite::new("root", super::Scope::core("scheduler")).root();
    let capture = Capture::new();
    {
        let _outer = call(&OUTER);
        let _root = call(&ROOT);
        drop(call(&INNER));
    }
    let spans = capture.spans();
    let root = named(&spans, "root");
    assert_root(root);
    assert_ne!(root.span_context.trace_id(), named(&spans, "outer").span_context.trace_id());
    assert_parent(named(&spans, "inner"), root);
    assert_eq!(root.instrumentation_scope.name(), "backstage-core-scheduler");
    assert_eq!(attribute(root, "backstage.core.service"), Some(&"scheduler".into()));
}

fn remote() -> SpanContext {
    let state = TraceState::from_key_value([("vendor", "value")]).unwrap();
    SpanContext::new(TraceId::from(7_u128), SpanId::from(9_u64), TraceFlags::SAMPLED, true, state)
}

#[test]
fn a_remote_parent_is_taken_with_its_trace_state() {
    let capture = Capture::new();
    let remote = remote();
    {
        let _remote = Context::current().with_remote_span_context(remote.clone()).attach();
        let _outer = call(&OUTER);
        drop(call(&INNER));
    }
    let spans = capture.spans();
    let outer = named(&spans, "outer");
    assert_eq!(outer.parent_span_id, remote.span_id());
    assert!(outer.parent_span_is_remote);
    assert_eq!(outer.span_context.trace_id(), remote.trace_id());
    assert_eq!(outer.span_context.trace_state(), remote.trace_state());
    assert!(!outer.span_context.is_remote());
    let inner = named(&spans, "inner");
    assert!(!inner.parent_span_is_remote);
    assert_eq!(inner.span_context.trace_state(), remote.trace_state());
}

#[test]
fn suppressed_code_makes_no_span_and_the_rest_does() {
    let capture = Capture::new();
    {
        let _outer = call(&OUTER);
        {
            let _quiet = Context::enter_telemetry_suppressed_scope();
            drop(call(&MIDDLE));
        }
        drop(call(&INNER));
    }
    let spans = capture.spans();
    assert_eq!(spans.len(), 2);
    assert_parent(named(&spans, "inner"), named(&spans, "outer"));
}

#[test]
fn wrap_and_propagate_carry_the_span_to_other_threads() {
    let capture = Capture::new();
    {
        let _outer = call(&OUTER);
        thread::spawn(wrap(|| drop(call(&INNER)))).join().unwrap();
        let future = propagate(async {
            pause().await;
            drop(call(&MIDDLE));
        });
        thread::spawn(move || {
            let mut future = pin!(future);
            while poll(future.as_mut()).is_pending() {}
            assert!(!Context::current().span().span_context().is_valid());
        })
        .join()
        .unwrap();
    }
    let spans = capture.spans();
    assert_parent(named(&spans, "inner"), named(&spans, "outer"));
    assert_parent(named(&spans, "middle"), named(&spans, "outer"));
}

#[test]
fn a_captured_context_is_the_parent_after_its_span_ended_too() {
    let capture = Capture::new();
    let captured = {
        let _outer = call(&OUTER);
        Context::current()
    };
    {
        let _captured = captured.attach();
        drop(call(&INNER));
        span().set_attribute("late", true);
        assert!(!span().is_recording());
    }
    let spans = capture.spans();
    assert_parent(named(&spans, "inner"), named(&spans, "outer"));
    assert_eq!(attribute(named(&spans, "outer"), "late"), None);
}

#[test]
fn futures_that_are_polled_in_turns_on_two_threads_keep_their_own_parents() {
    static FIRST: SpanSite = SpanSite::new("first", super::Scope::plugin("catalog"));
    static SECOND: SpanSite = SpanSite::new("second", super::Scope::plugin("catalog"));
    async fn twice(outer: &'static SpanSite, inner: &'static SpanSite) {
        task(
            outer,
            async move {
                pause().await;
                drop(call(inner));
                pause().await;
            },
            |(), _| (),
        )
        .await;
    }
    let capture = Capture::new();
    let mut first = Box::pin(propagate(twice(&FIRST, &MIDDLE)));
    let mut second = Box::pin(propagate(twice(&SECOND, &INNER)));
    let mut pending = true;
    while pending {
        // Each round is on a new thread, so every poll of a task is on another one than the poll before.
        (first, second, pending) = thread::spawn(move || {
            let pending = [first.as_mut(), second.as_mut()].map(|task| poll(task).is_pending());
            (first, second, pending[0])
        })
        .join()
        .unwrap();
    }
    let spans = capture.spans();
    assert_eq!(spans.len(), 4);
    assert_root(named(&spans, "first"));
    assert_root(named(&spans, "second"));
    assert_parent(named(&spans, "middle"), named(&spans, "first"));
    assert_parent(named(&spans, "inner"), named(&spans, "second"));
}

#[test]
fn a_future_that_is_never_polled_records_nothing() {
    let capture = Capture::new();
    drop(task(&OUTER, async {}, |(), _| ()));
    assert!(capture.spans().is_empty());
}

#[test]
fn a_future_is_a_child_of_the_span_where_it_was_made() {
    let capture = Capture::new();
    let made = {
        let _outer = call(&OUTER);
        task(&INNER, async {}, |(), _| ())
    };
    let _elsewhere = call(&MIDDLE);
    thread::spawn(move || assert!(poll(pin!(made)).is_ready())).join().unwrap();
    let spans = capture.spans();
    assert_parent(named(&spans, "inner"), named(&spans, "outer"));
}

#[test]
fn a_future_made_outside_any_span_belongs_where_it_is_polled_first() {
    let capture = Capture::new();
    let made = task(&INNER, async {}, |(), _| ());
    {
        let _outer = call(&OUTER);
        assert!(poll(pin!(made)).is_ready());
    }
    let spans = capture.spans();
    assert_parent(named(&spans, "inner"), named(&spans, "outer"));
}

#[test]
fn a_parent_can_be_given() {
    let capture = Capture::new();
    let bare = Context::current();
    let saved = {
        let _outer = call(&OUTER);
        span()
    };
    let remote = remote();
    let given = |parent: &dyn SpanParent| {
        let _middle = call(&MIDDLE);
        drop(Call::new(SpanGuard::enter_below(&INNER, Parent::of(parent), |_| ()), NoMetrics));
        capture.spans().into_iter().find(|span| span.name == "inner").unwrap()
    };
    let below_saved = given(&saved);
    assert_eq!(below_saved.parent_span_id, saved.span_context().span_id());
    assert_eq!(given(&Some(saved.clone())).parent_span_id, saved.span_context().span_id());
    let below_remote = given(&remote);
    assert_eq!(below_remote.parent_span_id, remote.span_id());
    assert!(below_remote.parent_span_is_remote);
    assert_root(&given(&bare));
    let none: Option<SpanContext> = None;
    assert_ne!(given(&none).parent_span_id, SpanId::INVALID, "it is below the current one");
}

#[test]
fn a_call_under_a_borrowed_context_is_recorded_with_its_parent() {
    let capture = Capture::new();
    {
        let _outer = call(&OUTER);
        get_active_span(|_| {
            let _middle = call(&MIDDLE);
            drop(call(&INNER));
        });
    }
    let spans = capture.spans();
    assert_parent(named(&spans, "middle"), named(&spans, "outer"));
    // A span inside one of ours needs no context of its own, so none has to be replaced.
    assert_parent(named(&spans, "inner"), named(&spans, "middle"));
}

#[test]
fn a_call_while_the_thread_is_torn_down_neither_aborts_nor_records_wrongly() {
    struct Late;
    impl Drop for Late {
        fn drop(&mut self) {
            drop(call(&INNER));
        }
    }
    thread_local! {
        static LATE: Late = const { Late };
    }
    let capture = Capture::new();
    thread::spawn(wrap(|| {
        // First, so that it is destroyed last, when the context is gone.
        LATE.with(|_| ());
        drop(call(&OUTER));
    }))
    .join()
    .unwrap();
    assert_eq!(capture.span().name, "outer");
}

#[test]
fn values_of_the_context_stay_visible_inside_spans() {
    #[derive(Debug, PartialEq)]
    struct Tenant(u8);
    let _capture = Capture::new();
    let _value = Context::current_with_value(Tenant(3)).attach();
    let _outer = call(&OUTER);
    assert_eq!(Context::current().get::<Tenant>(), Some(&Tenant(3)));
}
