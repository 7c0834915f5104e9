//! The slot of a context: which of our spans is the current one in it.
//!
//! A span of ours that starts inside another one makes no context of its own. It writes its id into the slot of the context
//! that is current, and puts the former id back when it ends. Whoever reads that context through its slot sees the span
//! that is current now; and whoever keeps a clone of the context keeps the slot alive with it, which its count of references
//! tells. A slot that is held by others is never written again: it says for ever what it said when they took it.

use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};

/// One of our spans as a slot names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) span: SpanId,
    /// Where what is written to the span is kept; 0 if it is not recorded.
    pub(crate) cell: u32,
}

/// The same in twelve bytes, for what is kept by the thousand.
#[derive(Clone, Copy, Debug)]
#[repr(Rust, packed(4))]
pub(crate) struct PackedSpot {
    span: SpanId,
    cell: u32,
}

impl From<Spot> for PackedSpot {
    #[inline]
    fn from(Spot { span, cell }: Spot) -> Self {
        Self { span, cell }
    }
}

impl From<PackedSpot> for Spot {
    #[inline]
    fn from(PackedSpot { span, cell }: PackedSpot) -> Self {
        Self { span, cell }
    }
}

/// What all spans that go through a slot have in common.
#[derive(Clone, Debug)]
pub(crate) struct Trail {
    /// Contexts of one lineage differ in their span and in nothing else.
    pub(crate) lineage: u64,
    pub(crate) trace_id: TraceId,
    pub(crate) flags: TraceFlags,
    /// In an `Arc`, because most traces have none, and the others share it.
    pub(crate) trace_state: Option<Arc<TraceState>>,
    /// The recorder of the spans, and the installation that it was found in.
    pub(crate) recorder: u32,
    pub(crate) installation: u32,
    /// Makes a context with a span in it that stands for the slot: of the one that is given, or of the present one.
    pub(crate) make: fn(Option<&Context>, &Arc<Slot>) -> Context,
    pub(crate) kind: Kind,
}

/// How the outermost span of a trail is current.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// In a context that is attached for it.
    Shown,
    /// In the one that stays attached to the thread, if there is nothing else on it.
    Permanent,
    /// In none; one is made for those only who ask us for it.
    Lean,
}

impl Spot {
    /// No span.
    pub(crate) const NONE: Self = Self { span: SpanId::INVALID, cell: 0 };
}

impl Trail {
    /// Of no span.
    pub(super) const NONE: Self = Self {
        lineage: 0,
        trace_id: TraceId::INVALID,
        flags: TraceFlags::NOT_SAMPLED,
        trace_state: None,
        recorder: 0,
        installation: 0,
        make: |_, _| Context::new(),
        kind: Kind::Shown,
    };

    pub(crate) fn span_context(&self, span: SpanId) -> SpanContext {
        let state = self.trace_state.as_deref().cloned().unwrap_or_default();
        SpanContext::new(self.trace_id, span, self.flags, false, state)
    }
}

/// The slot of a context.
#[derive(Debug)]
pub(crate) struct Slot {
    trail: Trail,
    /// In its place where the slot is a permanent one. Written as `span` and `cell` are.
    outermost: Mutex<Trail>,
    // Written by the thread whose current context it is, and only while nobody else can read it.
    span: AtomicU64,
    cell: AtomicU32,
    /// How many of its references are only for what the context carries beside its span.
    holds: AtomicUsize,
    /// Whether its context stays attached, and the slot serves one outermost span after the other.
    pub(super) is_permanent: bool,
}

impl Slot {
    pub(crate) fn new(trail: Trail, spot: Spot) -> Self {
        Self {
            trail,
            outermost: Mutex::new(Trail::NONE),
            span: AtomicU64::new(number(spot.span)),
            cell: AtomicU32::new(spot.cell),
            holds: AtomicUsize::new(0),
            is_permanent: false,
        }
    }

    /// A slot for the context that stays attached to a thread.
    pub(super) fn permanent() -> Self {
        Self { is_permanent: true, ..Self::none() }
    }

    /// A slot in which no span is.
    pub(super) fn none() -> Self {
        Self::new(Trail::NONE, Spot::NONE)
    }

    pub(crate) fn trail(&self) -> Trail {
        self.with_trail(Trail::clone)
    }

    pub(crate) fn recorder(&self) -> u32 {
        self.with_trail(|trail| trail.recorder)
    }

    pub(crate) fn is_sampled(&self) -> bool {
        self.with_trail(|trail| trail.flags.is_sampled())
    }

    /// That which never changes.
    #[inline]
    pub(super) fn own_trail(&self) -> &Trail {
        &self.trail
    }

    /// Makes a context with the span that is in the slot; see [`Trail::make`].
    pub(crate) fn make(self: &Arc<Self>, around: Option<&Context>) -> Context {
        let make = self.with_trail(|trail| trail.make);
        make(around, self)
    }

    /// Puts the outermost span of a thread into a permanent slot.
    pub(super) fn set_outermost(&self, trail: Trail, spot: Spot) {
        *self.outermost.lock().unwrap_or_else(PoisonError::into_inner) = trail;
        self.set(spot);
    }

    /// Whether no span is in it, as is so with a permanent one between two outermost spans.
    pub(super) fn is_idle(&self) -> bool {
        self.span.load(Ordering::Relaxed) == 0
    }

    /// Makes it one of another span.
    pub(super) fn reset(&mut self, trail: Trail, spot: Spot) {
        self.trail = trail;
        *self.holds.get_mut() = 0;
        self.set(spot);
    }

    fn with_trail<R>(&self, look: impl FnOnce(&Trail) -> R) -> R {
        if self.is_permanent {
            look(&self.outermost.lock().unwrap_or_else(PoisonError::into_inner))
        } else {
            look(&self.trail)
        }
    }

    #[inline]
    pub(crate) fn spot(&self) -> Spot {
        let span = SpanId::from(self.span.load(Ordering::Relaxed));
        Spot { span, cell: self.cell.load(Ordering::Relaxed) }
    }

    /// Whether this is the span in it.
    #[inline]
    pub(super) fn says(&self, span: SpanId) -> bool {
        self.span.load(Ordering::Relaxed) == number(span)
    }

    #[inline]
    pub(super) fn is_unrecorded(&self) -> bool {
        self.cell.load(Ordering::Relaxed) == 0
    }

    #[inline]
    pub(super) fn set(&self, spot: Spot) {
        self.span.store(number(spot.span), Ordering::Relaxed);
        self.cell.store(spot.cell, Ordering::Relaxed);
    }

    pub(crate) fn span_context(&self) -> SpanContext {
        self.with_trail(|trail| trail.span_context(self.spot().span))
    }

    /// Whether nobody holds the slot beside `own` references of ours. Only then may it be written: nobody but the thread whose
    /// current context it is can make the first of the others.
    #[inline]
    pub(crate) fn is_unshared(self: &Arc<Self>, own: usize) -> bool {
        let unshared = Arc::strong_count(self) == own + self.holds.load(Ordering::Relaxed);
        // What those read who held it came before.
        fence(Ordering::Acquire);
        unshared
    }
}

/// A number that is the id.
#[inline]
pub(crate) fn number(span: SpanId) -> u64 {
    u64::from_be_bytes(span.to_bytes())
}

/// A context that is kept for what it carries beside its span, so that its slot does not count as held.
#[derive(Debug)]
pub(crate) struct Carried(Context);

impl Carried {
    pub(crate) fn new(context: Context) -> Self {
        disregard(&context);
        Self(context)
    }

    pub(crate) fn context(&self) -> &Context {
        &self.0
    }
}

impl Drop for Carried {
    fn drop(&mut self) {
        // Before the reference goes: in between the slot may seem to be held, and never the other way round.
        regard(&self.0);
    }
}

/// Runs `f` while a context does not count as one that holds its slot.
pub(super) fn disregarding<R>(context: &Context, f: impl FnOnce() -> R) -> R {
    disregard(context);
    let result = f();
    regard(context);
    result
}

fn disregard(context: &Context) {
    if let Some(slot) = of(context) {
        slot.holds.fetch_add(1, Ordering::Relaxed);
    }
}

fn regard(context: &Context) {
    if let Some(slot) = of(context) {
        slot.holds.fetch_sub(1, Ordering::Release);
    }
}

/// Whether a span is current in the context.
pub(crate) fn has_span(context: &Context) -> bool {
    context.has_active_span() || behind(context).is_some()
}

/// The slot that is this context's own.
#[cfg(feature = "context-observer")]
pub(crate) fn of(context: &Context) -> Option<&Slot> {
    context.observer_view().as_ref()?.as_any().downcast_ref()
}

/// The same to be kept.
#[cfg(feature = "context-observer")]
pub(super) fn arc(context: &Context) -> Option<Arc<Slot>> {
    let view: Arc<dyn std::any::Any + Send + Sync> = context.observer_view().clone()?;
    view.downcast().ok()
}

/// The slot that says which span is current in the context: its own, or that of the context that it was derived from. `None`
/// where no span of ours is.
#[cfg(feature = "context-observer")]
pub(crate) fn behind(context: &Context) -> Option<&Slot> {
    let view = context.observer_view().as_ref()?.as_any();
    let slot: &Slot = match view.downcast_ref() {
        Some(slot) => slot,
        None => &view.downcast_ref::<super::observer::Derived>()?.0,
    };
    (!slot.is_idle()).then_some(slot)
}

#[cfg(not(feature = "context-observer"))]
pub(crate) fn of(_: &Context) -> Option<&Slot> {
    None
}

#[cfg(not(feature = "context-observer"))]
pub(crate) fn behind(_: &Context) -> Option<&Slot> {
    None
}

#[cfg(not(feature = "context-observer"))]
pub(super) fn arc(_: &Context) -> Option<Arc<Slot>> {
    None
}

/// The same context with the span that is current in it, where that is not the one which it was made for; `None` if there is
/// nothing to correct. It is for code that reads a context's span directly.
pub(crate) fn exact(context: &Context) -> Option<Context> {
    let slot = behind(context)?;
    let is_exact = context.span().span_context().span_id() == slot.spot().span;
    (!is_exact).then(|| context.with_remote_span_context(slot.span_context()))
}
