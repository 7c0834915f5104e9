//! OpenTelemetry's observer of contexts, which tells what becomes current and lets a context carry its slot.

use std::any::Any;
use std::cell::Cell;
use std::sync::{Arc, LazyLock};

use opentelemetry::Context;
use opentelemetry::context::{ContextObserver, GlobalContextObserver, ObserverContextView};
use opentelemetry::trace::TraceContextExt;

use super::permanent::{self, Permanent};
use super::slot::{Slot, number};
use super::{bound, levels, sampled};

thread_local! {
    /// The address of the view of the current context; 0 if it has none.
    static TOP: Cell<usize> = const { Cell::new(0) };

    /// The slot for the context that is being made.
    static NEXT: Cell<Option<Arc<Slot>>> = const { Cell::new(None) };

    /// The slot of the span that was asked for it: see [`answer`].
    static ANSWER: Cell<Option<Arc<Slot>>> = const { Cell::new(None) };

    static ASKING: Cell<bool> = const { Cell::new(false) };

    /// How many contexts are attached, or more: of those whose guards go out of turn it is not told.
    static DEPTH: Cell<usize> = const { Cell::new(0) };

    /// How many of them a test has attached, to be no more than what a thread starts with.
    #[cfg(test)]
    static BASE: Cell<usize> = const { Cell::new(0) };
}

/// The view of a context that was derived from one of ours: it has the same current span, and holds its slot. As a view of its
/// own it is told from the context that it was derived from, whose values it may not share.
pub(super) struct Derived(pub(super) Arc<Slot>);

impl ObserverContextView for Slot {
    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl ObserverContextView for Derived {
    fn as_any(&self) -> &dyn Any {
        self
    }
}

struct Observer;

// The thread's context is borrowed in all of these: nothing here may use OpenTelemetry's functions for the current context.
impl ContextObserver for Observer {
    fn on_context_enter(&self, _: &Context, to: &Context) {
        DEPTH.set(DEPTH.get() + 1);
        let address = address_of(to);
        TOP.set(address);
        sampled::set(sampled::is_in(to));
        if address != 0 {
            levels::note(address, true);
        }
    }

    fn on_context_exit(&self, from: &Context, to: &Context) {
        DEPTH.set(DEPTH.get().saturating_sub(1));
        TOP.set(address_of(to));
        sampled::set(sampled::is_in(to));
        let address = address_of(from);
        if address != 0 {
            levels::note(address, false);
        }
    }

    fn make_view(&self, context: &Context) -> Option<Arc<dyn ObserverContextView>> {
        if let Some(slot) = NEXT.try_with(Cell::take).ok().flatten() {
            return Some(slot);
        }
        if permanent::is_used()
            && !context.has_active_span()
            && let Some(Permanent(slot)) = context.get()
        {
            return Some(Arc::new(Derived(Arc::clone(slot))));
        }
        let span = context.span();
        let span_context = span.span_context();
        if !span_context.is_valid() || !bound::contains(number(span_context.span_id())) {
            return None;
        }
        // A span of ours answers by `answer`, from inside; one that only has the same ids does not.
        ASKING.set(true);
        span.is_recording();
        ASKING.set(false);
        let slot = ANSWER.try_with(Cell::take).ok().flatten()?;
        Some(Arc::new(Derived(slot)))
    }
}

fn address_of(context: &Context) -> usize {
    context.observer_view().as_ref().map_or(0, |view| Arc::as_ptr(view).cast::<()>().addr())
}

/// Whether no more than so many contexts are attached to the thread, as far as is known.
pub(super) fn is_bare(besides: usize) -> bool {
    #[cfg(test)]
    let besides = besides + BASE.get();
    DEPTH.get() == besides
}

/// From now on what is attached to the thread counts as nothing.
#[cfg(test)]
pub(crate) fn set_base() {
    BASE.set(DEPTH.get());
}

/// Tells the observer, if it asks, that a span belongs to this slot.
pub(crate) fn answer(slot: &Arc<Slot>) {
    if ASKING.get() {
        drop(ANSWER.try_with(|answer| answer.replace(Some(Arc::clone(slot)))));
    }
}

/// The address of the slot of the current context, or of its other view; 0 if it has none.
#[inline]
pub(super) fn top() -> usize {
    TOP.get()
}

/// Makes a context with this slot. Nothing comes of it if the context is not made by `make`.
pub(crate) fn with_slot(slot: Arc<Slot>, make: impl FnOnce() -> Context) -> Context {
    drop(NEXT.try_with(|next| next.replace(Some(slot))));
    make()
}

/// Whether contexts carry slots: whether our observer is the one of the process. It is set at the first call; another one that
/// was set before stays, and contexts that were made before have no slots.
pub(crate) fn is_set() -> bool {
    static SET: LazyLock<bool> = LazyLock::new(|| {
        GlobalContextObserver::set(Arc::new(Observer));
        let slot = Arc::new(Slot::none());
        let context = with_slot(Arc::clone(&slot), || Context::new().with_value(()));
        drop(NEXT.try_with(Cell::take));
        Arc::strong_count(&slot) > 1 && super::slot::of(&context).is_some()
    });
    *SET
}
