//! How contexts show the spans of an installed recorder, in each mode. It is process-wide state, so the modes are one test in
//! a program of its own.

mod nested;

use std::cell::Cell;
use std::pin::pin;
use std::task::{Context as TaskContext, Poll, Waker};
use std::thread;

use nested::catalog::{inner, outer};
use nested::shown;
use opentelemetry::trace::{SpanContext, SpanId};
use opentelemetry_sdk::trace::SpanData;
use telemetry_runtime::trace::{self, ContextMode, TraceSettings, queue};
use telemetry_runtime::{backstage_plugin, span, traced};

#[backstage_plugin(id = "catalog")]
mod catalog {
    use super::{SpanContext, inner, pause, shown, traced};

    #[traced]
    pub(crate) async fn task() -> SpanContext {
        pause().await;
        inner();
        shown()
    }

    #[traced]
    pub(crate) fn late() {}
}

async fn pause() {
    let paused = Cell::new(false);
    std::future::poll_fn(|_| if paused.replace(true) { Poll::Ready(()) } else { Poll::Pending }).await;
}

/// Calls a function with a span when its thread is gone.
struct Late;

impl Drop for Late {
    fn drop(&mut self) {
        catalog::late();
    }
}

thread_local! {
    static LATE: Late = const { Late };
}

/// What the outermost and the inner span of two calls are shown as, and the span of a future after a poll.
fn work() -> ([[SpanContext; 2]; 2], SpanContext) {
    LATE.with(|_| ());
    let calls = [outer(), outer()];
    assert!(!span().span_context().is_valid(), "no span is open");
    let mut task = pin!(catalog::task());
    let mut context = TaskContext::from_waker(Waker::noop());
    assert!(task.as_mut().poll(&mut context).is_pending());
    assert!(!span().span_context().is_valid(), "the span of a future is over between its polls");
    let Poll::Ready(in_task) = task.as_mut().poll(&mut context) else { panic!("it was pending once") };
    assert_eq!(shown(), SpanContext::NONE);
    (calls, in_task)
}

fn ids<'a>(spans: &'a [SpanData], name: &str) -> Vec<&'a SpanContext> {
    spans.iter().filter(|span| span.name == name).map(|span| &span.span_context).collect()
}

#[test]
fn each_mode_nests_spans_and_shows_what_it_says() {
    let observed =
        if cfg!(feature = "context-observer") { ContextMode::Observed } else { ContextMode::Eager };
    for mode in [ContextMode::Observed, ContextMode::Permanent, ContextMode::Lean, ContextMode::Eager] {
        trace::install(TraceSettings { context: mode, ..TraceSettings::default() });
        let (calls, in_task) = thread::spawn(work).join().expect("it does not panic");
        let spans = queue::drain(100);
        let (outer, inner, task) = (ids(&spans, "outer"), ids(&spans, "inner"), ids(&spans, "task"));
        assert_eq!([outer.len(), inner.len(), task.len()], [2, 3, 1], "{mode:?}");
        for (index, parent) in [outer[0], outer[1], task[0]].into_iter().enumerate() {
            let child =
                spans.iter().find(|span| span.span_context == *inner[index]).expect("it was found before");
            assert_eq!(child.parent_span_id, parent.span_id(), "{mode:?}");
            assert_eq!(child.span_context.trace_id(), parent.trace_id(), "{mode:?}");
        }
        for root in spans.iter().filter(|span| span.name != "inner") {
            assert_eq!(root.parent_span_id, SpanId::INVALID, "{mode:?}");
        }
        let expected = match mode {
            ContextMode::Lean => [[SpanContext::NONE; 2], [SpanContext::NONE; 2]],
            ContextMode::Permanent if observed != ContextMode::Eager => {
                [[SpanContext::NONE; 2], [SpanContext::NONE; 2]]
            }
            ContextMode::Observed if observed != ContextMode::Eager => {
                [[outer[0].clone(), outer[0].clone()], [outer[1].clone(), outer[1].clone()]]
            }
            _ => [[outer[0].clone(), inner[0].clone()], [outer[1].clone(), inner[1].clone()]],
        };
        assert_eq!(calls, expected, "{mode:?}");
        let is_shown = expected[0][0] != SpanContext::NONE;
        assert_eq!(in_task, if is_shown { task[0].clone() } else { SpanContext::NONE }, "{mode:?}");
    }
}
