//! How the span of a call that stays on its thread is current.

use opentelemetry::trace::SpanId;
use opentelemetry::{Context, ContextGuard};

use super::levels::Boundary;
use super::place::{self, Entered};
use super::provoke;
use super::slot::{Spot, Trail};

/// What has to be ended with a span, in a word: which span was current before, its record knows.
#[derive(Debug, Default)]
pub(crate) enum Seat {
    /// It is not current.
    #[default]
    Nothing,
    /// It wrote itself into the slot of the current context.
    Slot,
    /// In a context that has no slot.
    Context(ContextGuard),
    /// In a context with a slot.
    Boundary(Boundary),
}

/// A seat as a value that may be in a future, which is `Send`: while the future is dropped, on one thread.
#[derive(Debug)]
pub(crate) enum Kept {
    Nothing,
    Slot,
    Boundary(Boundary),
}

impl From<Seat> for Kept {
    fn from(seat: Seat) -> Self {
        match seat {
            Seat::Nothing => Self::Nothing,
            Seat::Slot => Self::Slot,
            Seat::Context(guard) => place::hold(guard).map_or(Self::Nothing, Self::Boundary),
            Seat::Boundary(boundary) => Self::Boundary(boundary),
        }
    }
}

impl From<Kept> for Seat {
    fn from(kept: Kept) -> Self {
        match kept {
            Kept::Nothing => Self::Nothing,
            Kept::Slot => Self::Slot,
            Kept::Boundary(boundary) => Self::Boundary(boundary),
        }
    }
}

impl Seat {
    /// In this context.
    pub(crate) fn in_context(context: Context) -> Self {
        match place::adopt(context) {
            None => Self::Nothing,
            Some(Ok(boundary)) => Self::Boundary(boundary),
            Some(Err(guard)) => Self::Context(guard),
        }
    }

    /// In the slot of the current context if that is of the lineage, and notes `before`, or in one that is made of `around`.
    pub(crate) fn in_slot(trail: &Trail, to: Spot, around: &Context, before: &mut Spot) -> Self {
        Self::of(place::enter(trail, to, around), before)
    }

    /// In the current context, whose slot is held by others.
    #[cold]
    pub(crate) fn beside(to: Spot, before: &mut Spot) -> Self {
        Self::of(place::enter_beside(to), before)
    }

    /// Where no other span is, and no context that says anything.
    pub(crate) fn first(trail: &Trail, to: Spot) -> Self {
        Self::of_boundary(place::enter_first(trail, to))
    }

    /// In a context of its own, for a span of no lineage.
    pub(crate) fn apart(trail: &Trail, to: Spot, around: &Context) -> Self {
        Self::of_boundary(place::enter_apart(trail, to, around))
    }

    /// In what was attached for it, if that could be.
    pub(crate) fn of_boundary(boundary: Option<Boundary>) -> Self {
        boundary.map_or(Self::Nothing, Self::Boundary)
    }

    pub(super) fn of(entered: Entered, before: &mut Spot) -> Self {
        match entered {
            Entered::Swapped(spot) => {
                *before = spot;
                Self::Slot
            }
            Entered::Boundary(boundary) => Self::Boundary(boundary),
            Entered::Not => Self::Nothing,
        }
    }

    #[inline]
    pub(crate) fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }

    /// Ends it, so that `before` is current again where the span is in a slot. Whether it is certain that nobody else can
    /// write to the span.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "most spans are in a slot, and have nothing else to end")]
    pub(crate) fn leave(self, span: SpanId, before: Spot) -> bool {
        match self {
            Self::Slot => place::leave(span, before),
            Self::Nothing => false,
            other => other.detach(),
        }
    }

    /// Ends what is no slot.
    #[inline(never)]
    pub(crate) fn detach(self) -> bool {
        match self {
            Self::Boundary(boundary) => place::end(boundary),
            Self::Context(guard) => {
                provoke(|| drop(guard));
                false
            }
            Self::Nothing | Self::Slot => false,
        }
    }
}
