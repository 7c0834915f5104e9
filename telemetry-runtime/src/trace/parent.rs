//! Under which context a span starts.

use std::panic::{RefUnwindSafe, UnwindSafe};

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt};

use super::current::CurrentSpan;
use super::install;
use super::start::{Start, StartAttributes};
use crate::context::{self, permanent, slot};

/// Where the span of a call belongs, as far as it is known before the span starts.
#[derive(Clone, Debug)]
#[must_use = "a parent is for a span"]
// One word, because it waits in the future. Without a context: below what is current where the span starts.
pub struct Parent(Option<Box<Known>>);

#[derive(Clone, Debug)]
struct Known {
    context: Context,
    /// Whether `parent =` says so: else it is what was current where the future was made, if a span was.
    is_given: bool,
}

/// A context travels with a future; it is shared, and never seen half-changed.
impl UnwindSafe for Parent {}
impl RefUnwindSafe for Parent {}

impl Parent {
    /// What is current where the span starts.
    pub(crate) const AT_START: Self = Self(None);

    /// What is current here.
    #[inline(never)]
    pub fn current() -> Self {
        let current = install::is_active().then(context::current).flatten();
        // A future that waits would hold the context that stays attached to this thread.
        let current = current.filter(|current| !permanent::says_nothing(current));
        Self::known_as(current, false)
    }

    /// What `parent =` in `#[traced]` says.
    pub fn of(parent: impl SpanParent) -> Self {
        let parent = install::is_active().then(|| parent.context()).flatten();
        Self::known_as(parent, true)
    }

    fn known_as(context: Option<Context>, is_given: bool) -> Self {
        Self(context.map(|context| Box::new(Known { context, is_given })))
    }

    /// Evaluates what a span is to start with before it starts: a function that makes its future at the call has no
    /// parameters left afterwards. Nothing is evaluated where it is known already that nothing will be recorded.
    pub fn evaluate(self, fill: impl FnOnce(&mut StartAttributes<'_>)) -> Evaluated {
        let start = install::recorder_for(&self).map(|recorder| StartAttributes::apart(recorder, fill));
        Evaluated { parent: self, start }
    }

    /// The context with everything but its span.
    pub(crate) fn without_span(context: &Context) -> Context {
        context.with_remote_span_context(SpanContext::NONE)
    }

    /// The context that is known to be the parent's.
    pub(crate) fn known(&self) -> Option<&Context> {
        self.0.as_ref().map(|known| &known.context)
    }

    /// The context to start in, of the one that was known before and the one that is `current` now.
    ///
    /// A future that was made where no span is, and is then polled inside one, belongs to that: so
    /// `handle(request).with_context(extracted)` does what it says.
    pub(crate) fn resolve(self, current: Context) -> Context {
        match self.0 {
            Some(known) if known.is_given || slot::has_span(&known.context) || !slot::has_span(&current) => {
                known.context
            }
            _ => current,
        }
    }
}

/// A parent, and what the span is to start with.
#[derive(Debug)]
#[must_use = "a parent is for a span"]
pub struct Evaluated {
    pub(super) parent: Parent,
    pub(super) start: Option<Start>,
}

impl UnwindSafe for Evaluated {}
impl RefUnwindSafe for Evaluated {}

/// What can be written after `parent =` in `#[traced]`: whatever names a span that this one is to be a child of.
///
/// | type | the span starts |
/// |---|---|
/// | `opentelemetry::Context` | in this context: below its span, with its baggage; without a span in it, as a root |
/// | [`SpanContext`] | below the span with these ids, in the context that is current |
/// | [`CurrentSpan`] | in the context that was current when [`span`](crate::span) was called |
/// | an `Option` of one of them | as without `parent`, if it is `None` |
///
/// References to them serve as well.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the parent of a span",
    label = "not a context",
    note = "`parent =` takes an `opentelemetry::Context`, a `SpanContext`, a `CurrentSpan`, or an `Option` of one"
)]
pub trait SpanParent {
    /// The context in which the span starts; `None` for the one that is current.
    fn context(&self) -> Option<Context>;
}

impl SpanParent for Context {
    fn context(&self) -> Option<Context> {
        Some(self.clone())
    }
}

impl SpanParent for SpanContext {
    fn context(&self) -> Option<Context> {
        Some(context::current().unwrap_or_default().with_remote_span_context(self.clone()))
    }
}

impl SpanParent for CurrentSpan {
    fn context(&self) -> Option<Context> {
        Some(self.0.clone())
    }
}

impl<P: SpanParent> SpanParent for Option<P> {
    fn context(&self) -> Option<Context> {
        self.as_ref().and_then(SpanParent::context)
    }
}

impl<P: SpanParent + ?Sized> SpanParent for &P {
    fn context(&self) -> Option<Context> {
        (**self).context()
    }
}
