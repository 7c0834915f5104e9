//! Which span of ours is current on this thread, and how another one becomes it.
//!
//! A span of ours that is not below another one of the same thread attaches a context with a slot (a boundary). Those inside
//! write to that slot ([`enter`]), and where somebody holds it, to that of another context that is attached above it for
//! the rest of the boundary (a relief). What third-party code attaches on top is noticed by the address of its view.

use std::sync::Arc;

use opentelemetry::trace::SpanId;
use opentelemetry::{Context, ContextGuard};

use super::levels::{self, Boundary, Held, LEAN, LEVELS, NEVER, NOWHERE, Taken, address_of, on_top, push};
use super::permanent;
use super::slot::{self, Kind, Slot, Spot, Trail};
use super::{provoke, sampled, usable};

/// How a span became current.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Entered {
    /// It wrote itself into a slot, in the place of another span.
    Swapped(Spot),
    /// A boundary was attached for it.
    Boundary(Boundary),
    /// The thread's context is borrowed and cannot change.
    Not,
}

/// Makes a span current. `around` is the context that it is to be in.
pub(crate) fn enter(trail: &Trail, to: Spot, around: &Context) -> Entered {
    let written = on_top(|top| {
        let before = top.spot();
        (top.trail().lineage == trail.lineage).then(|| top.write(to).then_some(before))
    });
    match written.flatten() {
        Some(Some(before)) => Entered::Swapped(before),
        Some(None) => enter_beside(to),
        None => enter_apart(trail, to, around).map_or(Entered::Not, Entered::Boundary),
    }
}

/// Makes a span current inside of the one whose slot is on top, and is held by others.
#[cold]
pub(crate) fn enter_beside(to: Spot) -> Entered {
    let top = on_top(|top| (top.trail().clone(), top.spot(), top.is_cloned()));
    match top {
        // A clone of the context is attached, which goes before the context does.
        Some((trail, _, true)) => attach(&trail, to, None, false).map_or(Entered::Not, Entered::Boundary),
        Some((trail, before, false)) => relieve(&trail, to, before),
        None => Entered::Not,
    }
}

/// Makes a span current that is of no lineage which could be current.
#[cold]
pub(crate) fn enter_apart(trail: &Trail, to: Spot, around: &Context) -> Option<Boundary> {
    let settled = match trail.kind {
        Kind::Shown => None,
        Kind::Lean => return enter_lean(trail, to),
        Kind::Permanent => slot::disregarding(around, || permanent::settle_in(around, trail, to)),
    };
    settled.or_else(|| attach(trail, to, Some(around), false))
}

/// Makes a span current where none is, and no context that says anything.
#[inline]
pub(crate) fn enter_first(trail: &Trail, to: Spot) -> Option<Boundary> {
    let settled = match trail.kind {
        Kind::Shown => None,
        Kind::Lean => return enter_lean(trail, to),
        Kind::Permanent => permanent::settle(trail, to),
    };
    settled.or_else(|| attach(trail, to, None, false))
}

/// A slot that nobody else holds.
#[inline(always)]
#[expect(clippy::inline_always, reason = "all but a rare caller is the attaching of a context")]
fn new_slot(trail: &Trail, spot: Spot) -> Arc<Slot> {
    let spare = LEVELS.with(|levels| levels.try_borrow_mut().ok()?.spare.take());
    if let Some(mut spare) = spare
        && let Some(free) = Arc::get_mut(&mut spare)
    {
        free.reset(trail.clone(), spot);
        return spare;
    }
    make_slot(trail, spot)
}

// Apart, with the frame that it needs.
#[cold]
fn make_slot(trail: &Trail, spot: Spot) -> Arc<Slot> {
    Arc::new(Slot::new(trail.clone(), spot))
}

/// Keeps a slot for the next boundary, if nobody holds it. Not with a trace state, which would be kept with it.
#[inline]
fn keep(slot: Arc<Slot>) {
    if Arc::strong_count(&slot) == 1 && !slot.is_permanent && slot.own_trail().trace_state.is_none() {
        LEVELS.with(|levels| {
            if let Ok(mut levels) = levels.try_borrow_mut() {
                levels.spare = Some(slot);
            }
        });
    }
}

/// Attaches a context whose slot nobody holds.
fn relieve(trail: &Trail, to: Spot, before: Spot) -> Entered {
    // The context is about the span that was current: it stays for others after this one.
    if attach(trail, before, None, true).is_none() {
        return Entered::Not;
    }
    on_top(|top| top.write(to));
    Entered::Swapped(before)
}

/// Attaches a context for a span: with what is in `around`, or in the current one.
fn attach(trail: &Trail, to: Spot, around: Option<&Context>, is_relief: bool) -> Option<Boundary> {
    let slot = new_slot(trail, to);
    // Its level and the context hold the slot, and so does the span in the context where it can be written to.
    let own = if to.cell == 0 { 2 } else { 3 };
    if !usable() {
        return None;
    }
    let guard = provoke(|| slot.make(around).attach())?;
    let address = address_of(&slot);
    push(slot, address, Held::Context(guard), own, is_relief)
}

/// Makes a context current that was made before. If it has a slot, spans of ours can write to one above it.
pub(super) fn adopt(context: Context) -> Option<Result<Boundary, ContextGuard>> {
    if !usable() {
        return None;
    }
    let slot = slot::arc(&context).filter(|slot| !slot.is_idle());
    let guard = provoke(|| context.attach())?;
    let Some(slot) = slot else {
        let is_hidden = on_top(|top| top.trail().kind) == Some(Kind::Lean);
        if !is_hidden {
            return Some(Err(guard));
        }
        // What we attach ourselves is to be seen, also below a span that does not look at contexts.
        return hold(guard).map(Ok);
    };
    // Whoever made the context holds it.
    let address = address_of(&slot);
    push(slot, address, Held::Context(guard), NEVER, false).map(Ok)
}

/// Keeps what holds a context current, which has no slot that says anything, as a boundary.
pub(super) fn hold(guard: ContextGuard) -> Option<Boundary> {
    push(Arc::new(Slot::none()), NOWHERE, Held::Context(guard), NEVER, false)
}

/// Makes a context current that is kept for it, with so many references of ours to its slot beside those that are made here.
pub(crate) fn attach_own(context: &Context, slot: &Arc<Slot>, own: usize) -> Option<Boundary> {
    if !usable() {
        return None;
    }
    let context = context.clone();
    let guard = provoke(|| context.attach())?;
    push(Arc::clone(slot), address_of(slot), Held::Context(guard), own + 2, false)
}

/// Makes a span current for our own code, without a context.
#[inline]
pub(crate) fn enter_lean(trail: &Trail, to: Spot) -> Option<Boundary> {
    permanent::settle(trail, to).or_else(|| enter_lean_otherwise(trail, to))
}

/// The same where no slot is at rest on the thread.
#[cold]
fn enter_lean_otherwise(trail: &Trail, to: Spot) -> Option<Boundary> {
    if !usable() {
        return None;
    }
    permanent::stay_lean().and_then(|_| permanent::settle(trail, to)).or_else(|| {
        let held = Held::Nothing { was_sampled: sampled::seemed() };
        sampled::set(trail.flags.is_sampled());
        push(new_slot(trail, to), LEAN, held, 1, false)
    })
}

/// A context with the current span, where that is in no context.
pub(super) fn unattached() -> Option<Context> {
    let slot = LEVELS.with_borrow(|levels| {
        let level = levels.stack.last().filter(|level| level.address == LEAN)?;
        Some(Arc::new(Slot::new(level.trail_on_top()?.clone(), level.spot())))
    });
    slot.map(|slot| slot.make(None))
}

/// Ends the time of a span that wrote itself into a slot: `before` is current again. Whether nobody holds the slot, so that
/// nobody can write to the span any more.
#[inline]
pub(crate) fn leave(span: SpanId, before: Spot) -> bool {
    let left = LEVELS.with_borrow(|levels| {
        let level = levels.stack.last()?;
        level.slot.says(span).then(|| level.write(before))
    });
    if left == Some(false) {
        give_way(before);
    }
    left == Some(true)
}

/// Leaves a slot to those who hold it, and makes `before` current by another one.
#[cold]
fn give_way(before: Spot) {
    let current = on_top(|top| (!top.is_cloned()).then(|| top.trail().clone())).flatten();
    let relieved = current.and_then(|trail| attach(&trail, before, None, true));
    if relieved.is_none() {
        // Something is attached on top, or the context is borrowed: the next span that finds the slot on top relieves it.
        LEVELS.with_borrow_mut(|levels| {
            if let Some(level) = levels.stack.last_mut() {
                level.behind = Some(Box::new(before));
                level.own = NEVER;
            }
        });
    }
}

/// Detaches a boundary, and what relieved it. Whether it is certain that nobody holds its slot.
#[inline]
pub(crate) fn end(boundary: Boundary) -> bool {
    let mut unshared = true;
    loop {
        if let Some(taken) = levels::take(boundary) {
            return let_go(taken) && unshared;
        }
        if !end_relief(boundary, &mut unshared) {
            return false;
        }
    }
}

/// Detaches what relieves a boundary, the one on top, so that `unshared` becomes `false` with one that others hold. If the
/// boundary ends out of turn, it is all that ends; `false` says so.
#[cold]
fn end_relief(boundary: Boundary, unshared: &mut bool) -> bool {
    if let Some(relief) = levels::take_relief(boundary) {
        *unshared &= let_go(relief);
        return true;
    }
    while let Some(held) = levels::take_below(boundary) {
        detach(held);
    }
    false
}

// Outside the borrow: what goes with a context may run code of others.
#[inline(always)]
#[expect(clippy::inline_always, reason = "most boundaries end by one of two calls")]
fn let_go(taken: Taken) -> bool {
    match taken {
        Taken::Rested => true,
        Taken::Level { slot, held, unshared } => {
            detach(held);
            keep(slot);
            unshared
        }
    }
}

#[inline]
fn detach(held: Held) {
    match held {
        Held::Context(guard) => {
            provoke(|| drop(guard));
        }
        Held::Nothing { was_sampled } => sampled::set(was_sampled),
        Held::Ended => {}
    }
}
