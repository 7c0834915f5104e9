//! What stays on a thread, so that its outermost spans need nothing of their own.
//!
//! In the mode `lean` that is a slot, and in `permanent` a context, which carries a slot and no span.
//!
//! A span that starts where nothing else is current writes itself and what
//! belongs to its trace into the slot, and takes both out at its end: the slot is at rest then. Whoever keeps a clone of the context
//! makes it one that is never written again, and the thread gets another.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use opentelemetry::Context;

use super::levels::{Boundary, Held, LEAN, LEVELS, Level, NOWHERE, STAYING, address_of, push};
use super::observer;
use super::slot::{self, Kind, Slot, Spot, Trail};
use super::{provoke, sampled};

/// In the context and in what is derived from it, so that its slot is found there too.
pub(super) struct Permanent(
    #[cfg_attr(not(feature = "context-observer"), expect(dead_code, reason = "the observer asks for it"))]
    pub(super) Arc<Slot>,
);

/// Whether there may be such a context anywhere.
static USED: AtomicBool = AtomicBool::new(false);

/// How many references to the slot are ours: the level, the context, and the value in it.
const OWN: usize = 3;

/// From now on threads may get such a context.
pub(crate) fn allow() {
    USED.store(true, Ordering::Relaxed);
}

pub(super) fn is_used() -> bool {
    USED.load(Ordering::Relaxed)
}

/// Whether an outermost span of this kind can start as such: no other one is open.
pub(crate) fn is_free(kind: Kind) -> bool {
    let stays =
        |level: &Level| matches!(level.held, Held::Nothing { .. }) == (kind == Kind::Lean) && rests(level);
    kind == Kind::Shown
        || LEVELS.with(|levels| {
            let Ok(levels) = levels.try_borrow() else { return false };
            levels.stack.last().map_or(kind == Kind::Lean, stays)
        })
}

/// Whether the thread's current context says nothing, and is the permanent one or will have that in its place.
pub(crate) fn says_nothing(current: &Context) -> bool {
    is_used()
        && !slot::has_span(current)
        && (slot::of(current).is_some_and(Slot::is_idle) || observer::is_bare(0))
}

/// Attaches the context to the thread, if nothing is attached to it, or an older one that others hold. Gives the context that is
/// current then; `current` is the one that is so now.
pub(crate) fn stay(current: Context) -> Context {
    // It would count as one that holds the slot.
    drop(current);
    let former = LEVELS.with(|levels| {
        let mut levels = levels.try_borrow_mut().ok()?;
        match levels.stack.as_slice() {
            [] if observer::is_bare(0) => Some(None),
            [level] if rests(level) && !level.slot.is_unshared(level.own) && observer::is_bare(1) => {
                Some(levels.stack.pop())
            }
            _ => None,
        }
    });
    if let Some(former) = former {
        if let Some(Level { held: Held::Context(guard), .. }) = former {
            provoke(|| drop(guard));
        }
        attach();
    }
    Context::current()
}

/// Puts a slot on the thread, without a context, if nothing of ours is on it.
pub(super) fn stay_lean() -> Option<Boundary> {
    let is_first = LEVELS.with(|levels| levels.try_borrow().is_ok_and(|levels| levels.stack.is_empty()));
    let held = Held::Nothing { was_sampled: false };
    if is_first { push(Arc::new(Slot::permanent()), NOWHERE, held, 1, false) } else { None }
}

fn attach() {
    let slot = Arc::new(Slot::permanent());
    let value = Permanent(Arc::clone(&slot));
    let context = observer::with_slot(Arc::clone(&slot), || Context::current().with_value(value));
    // A context that is borrowed cannot be replaced; then there is no permanent one yet.
    if let Some(guard) = provoke(|| context.attach()) {
        push(slot, NOWHERE, Held::Context(guard), OWN, false);
    }
}

/// As [`settle`], if the permanent context is the one that the span is to be in.
pub(crate) fn settle_in(around: &Context, trail: &Trail, to: Spot) -> Option<Boundary> {
    slot::of(around).filter(|slot| slot.is_permanent).and_then(|_| settle(trail, to))
}

/// Makes a span the outermost one of the thread, in the slot that stays, if nothing but that is current.
pub(crate) fn settle(trail: &Trail, to: Spot) -> Option<Boundary> {
    LEVELS.with(|levels| {
        let mut levels = levels.try_borrow_mut().ok()?;
        let serial = levels.serial.wrapping_add(1);
        let height = u16::try_from(levels.stack.len().checked_sub(1)?).ok()?;
        let level = levels.stack.last_mut()?;
        if !rests(level) || !level.slot.is_unshared(level.own) {
            return None;
        }
        let address = address_of(&level.slot);
        match (&mut level.held, trail.kind) {
            (Held::Context(_), Kind::Permanent) if address == observer::top() => level.address = STAYING,
            (Held::Nothing { was_sampled }, Kind::Lean) => {
                *was_sampled = sampled::seemed();
                level.address = LEAN;
            }
            _ => return None,
        }
        if trail.kind == Kind::Lean {
            // Nobody else asks the slot for the rest.
            level.slot.set(to);
        } else {
            level.slot.set_outermost(trail.clone(), to);
        }
        match &mut level.outermost {
            Some(outermost) => **outermost = trail.clone(),
            none => *none = Some(Box::new(trail.clone())),
        }
        level.lineage = trail.lineage;
        level.serial = serial;
        levels.serial = serial;
        sampled::set(trail.flags.is_sampled());
        Some(Boundary { height, serial })
    })
}

/// Ends the time of an outermost span in a slot that stays, which nobody else may hold; `false` of any other.
pub(super) fn rest(level: &mut Level) -> bool {
    if !level.slot.is_permanent {
        return false;
    }
    level.slot.set(Spot::NONE);
    level.address = NOWHERE;
    sampled::set(matches!(level.held, Held::Nothing { was_sampled: true }));
    true
}

/// Whether it is that of a slot that stays, without a span in it.
fn rests(level: &Level) -> bool {
    level.slot.is_permanent && level.address == NOWHERE
}

/// Detaches the context, if it is the only one of ours.
#[cfg(test)]
pub(crate) fn leave() {
    let last = LEVELS.with_borrow_mut(|levels| match levels.stack.as_slice() {
        [level] if rests(level) => levels.stack.pop(),
        _ => None,
    });
    drop(last.map(|level| level.held));
}
