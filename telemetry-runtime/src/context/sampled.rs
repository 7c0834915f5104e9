//! Whether the current span is sampled, for what wants to know at every measurement.

use std::cell::Cell;

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt};

use super::levels;
use super::slot::{self, Slot};

thread_local! {
    /// Without a destructor, so that it costs no state check.
    static SAMPLED: Cell<bool> = const { Cell::new(false) };
}

/// Whether the thread's current span seems to be sampled. It costs two instructions, and may say so of a span of others that
/// is not: [`span`] knows.
#[inline]
pub(crate) fn seems() -> bool {
    // Without the observer nobody tells, and it is looked up.
    if cfg!(feature = "context-observer") { SAMPLED.get() } else { span().is_some() }
}

/// What [`set`] said last, which without the observer is a guess.
#[inline]
pub(crate) fn seemed() -> bool {
    SAMPLED.get()
}

/// Says whether what becomes current now is sampled.
pub(super) fn set(sampled: bool) {
    SAMPLED.set(sampled);
}

/// Whether the span in a context is sampled.
#[cfg(feature = "context-observer")]
#[inline]
pub(crate) fn is_in(context: &Context) -> bool {
    if context.has_active_span() {
        context.span().span_context().is_sampled()
    } else {
        context.observer_view().is_some() && is_behind(context)
    }
}

/// The same of the span that the context's slot names.
#[cfg(feature = "context-observer")]
#[inline(never)]
fn is_behind(context: &Context) -> bool {
    slot::behind(context).is_some_and(Slot::is_sampled)
}

/// The thread's current span, if it is sampled.
pub(crate) fn span() -> Option<SpanContext> {
    if let Some(span) = levels::on_top(|top| top.trail().span_context(top.spot().span)) {
        return Some(span).filter(SpanContext::is_sampled);
    }
    if !super::usable() {
        return None;
    }
    super::provoke(|| {
        Context::map_current(|context| {
            let span = slot::behind(context)
                .map_or_else(|| context.span().span_context().clone(), Slot::span_context);
            Some(span).filter(SpanContext::is_sampled)
        })
    })?
}
