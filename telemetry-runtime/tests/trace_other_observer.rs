//! A process where somebody else observes contexts: it cannot be undone, so that this is a program of its own.

#![cfg(feature = "context-observer")]

mod nested;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use opentelemetry::Context;
use opentelemetry::context::{ContextObserver, GlobalContextObserver};
use opentelemetry::trace::SpanContext;
use telemetry_runtime::trace::{self, ContextMode, TraceSettings, queue};

struct Other(Arc<AtomicUsize>);

impl ContextObserver for Other {
    fn on_context_enter(&self, _: &Context, _: &Context) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn on_context_exit(&self, _: &Context, _: &Context) {}
}

#[test]
fn another_observer_stays_and_each_span_has_a_context_of_its_own() {
    let entered = Arc::new(AtomicUsize::new(0));
    GlobalContextObserver::set(Arc::new(Other(Arc::clone(&entered))));
    for mode in [ContextMode::Observed, ContextMode::Permanent] {
        trace::install(TraceSettings { context: mode, ..TraceSettings::default() });
        let before = entered.load(Ordering::Relaxed);
        let seen = nested::catalog::outer();
        assert_eq!(entered.load(Ordering::Relaxed), before + 2, "it is told of both contexts");
        let spans = queue::drain(10);
        let [inner, outer] = &spans[..] else { panic!("two spans, not {spans:?}") };
        assert_eq!(inner.parent_span_id, outer.span_context.span_id());
        assert_eq!(seen, [outer.span_context.clone(), inner.span_context.clone()], "{mode:?}");
        assert_eq!(nested::shown(), SpanContext::NONE);
    }
}
