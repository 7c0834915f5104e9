//! The contexts of ours that are attached to this thread, and the slot of the one that is current.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::sync::Arc;

use opentelemetry::ContextGuard;

use super::observer::top;
use super::slot::{Slot, Spot, Trail};
use super::{permanent, provoke};

/// A context of ours that is attached to this thread, or a slot in the place of one.
pub(super) struct Level {
    pub(super) slot: Arc<Slot>,
    /// Of the outermost span, where the slot stays for one after the other: to be read without its lock.
    pub(super) outermost: Option<Box<Trail>>,
    /// Of the outermost span, or of the slot.
    pub(super) lineage: u64,
    /// That of the slot while it says which span is current, or [`STAYING`], [`LEAN`] or [`NOWHERE`].
    pub(super) address: usize,
    /// How many references to the slot are ours.
    pub(super) own: usize,
    /// The span that is current in truth, if the slot could neither be written nor relieved.
    // In a box, because levels are moved and this is seldom.
    pub(super) behind: Option<Box<Spot>>,
    pub(super) is_relief: bool,
    /// How many clones of the context are attached above it.
    pub(super) clones: Cell<u32>,
    /// Tells boundaries apart that come to the same height.
    pub(super) serial: u32,
    pub(super) held: Held,
}

/// What is attached while a level lasts.
pub(super) enum Held {
    Context(ContextGuard),
    /// Nothing: its span is for our own code only. And whether the span before it seemed to be sampled.
    Nothing {
        was_sampled: bool,
    },
    /// Nothing any more: the boundary ended before one above it.
    Ended,
}

/// In the place of an address where no context is attached, and what others attach is not looked at.
pub(super) const LEAN: usize = 1;
/// In the place of an address where the slot says nothing of the span that is current, and the context itself is to be looked at.
pub(super) const NOWHERE: usize = 2;
/// In the place of the address of a slot that stays and has its trail here.
pub(super) const STAYING: usize = 3;

/// No number of references, so that a slot is never written again.
pub(super) const NEVER: usize = usize::MAX / 2;

#[derive(Default)]
pub(super) struct Levels {
    pub(super) stack: Vec<Level>,
    pub(super) serial: u32,
    /// A slot that nobody holds any more, for the next boundary.
    pub(super) spare: Option<Arc<Slot>>,
}

thread_local! {
    /// Without a destructor, so that it costs no state check: see [`clear`].
    pub(super) static LEVELS: RefCell<ManuallyDrop<Levels>> =
        const { RefCell::new(ManuallyDrop::new(Levels { stack: Vec::new(), serial: 0, spare: None })) };
}

/// Drops what is left when the thread ends. From then on [`usable`](super::usable) says no, and nothing is pushed any more.
pub(super) fn clear() {
    let left = LEVELS.with(|levels| levels.try_borrow_mut().map(|mut levels| std::mem::take(&mut **levels)));
    for level in left.unwrap_or_default().stack {
        // The thread's contexts are about to be destroyed: nothing is to be detached any more.
        std::mem::forget(level.held);
    }
}

/// A context of ours that is attached to this thread, by its height: OpenTelemetry's own stack is no higher.
// Packed, so that the guard of a span is two words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(Rust, packed(2))]
pub(crate) struct Boundary {
    pub(super) height: u16,
    pub(super) serial: u32,
}

impl Level {
    /// The trail of its slot, if that says which span is current: nobody has attached anything above it that does.
    #[inline]
    pub(super) fn trail_on_top(&self) -> Option<&Trail> {
        if self.address == top() {
            Some(self.slot.own_trail())
        } else if self.address == LEAN {
            Some(self.outermost())
        } else {
            self.staying_on_top()
        }
    }

    // Apart, so that a slot which stays costs the others nothing.
    #[inline(never)]
    fn staying_on_top(&self) -> Option<&Trail> {
        (self.address == STAYING && address_of(&self.slot) == top()).then(|| self.outermost())
    }

    /// The trail of the outermost span, where the slot stays, or of the slot.
    #[inline]
    fn outermost(&self) -> &Trail {
        self.outermost.as_deref().unwrap_or_else(|| self.slot.own_trail())
    }

    /// Whether it says which span is current, and that is one of this lineage.
    #[inline]
    fn is_on_top(&self, lineage: u64) -> bool {
        let is_on_top = self.address == top()
            || self.address == LEAN
            || (self.address == STAYING && address_of(&self.slot) == top());
        is_on_top && self.lineage == lineage
    }

    /// Makes another span current, unless others hold the slot. Whether it did.
    #[inline]
    pub(super) fn write(&self, to: Spot) -> bool {
        let free = self.slot.is_unshared(self.own);
        if free {
            self.slot.set(to);
        }
        free
    }

    /// Whether the view at this address is its slot, which says something.
    #[cfg(feature = "context-observer")]
    fn is_at(&self, address: usize) -> bool {
        self.address == address || (self.address == STAYING && address_of(&self.slot) == address)
    }

    /// The span that is current where its context, or a clone of it, is.
    #[inline]
    pub(super) fn spot(&self) -> Spot {
        match &self.behind {
            Some(behind) if self.clones.get() == 0 => **behind,
            _ => self.slot.spot(),
        }
    }
}

/// Notes that a context with the view at this address was attached, or detached.
#[cfg(feature = "context-observer")]
pub(super) fn note(address: usize, attached: bool) {
    LEVELS.with(|levels| {
        let Ok(levels) = levels.try_borrow() else { return };
        if let Some(level) = levels.stack.iter().rev().find(|level| level.is_at(address)) {
            let clones = level.clones.get();
            level.clones.set(if attached { clones + 1 } else { clones.saturating_sub(1) });
        }
    });
}

/// The slot of the current context.
pub(crate) struct Top<'a> {
    level: &'a Level,
    trail: &'a Trail,
}

impl<'a> Top<'a> {
    #[inline]
    pub(crate) fn trail(&self) -> &'a Trail {
        self.trail
    }

    /// Tells it apart from others that have been on top.
    #[inline]
    pub(crate) fn serial(&self) -> u32 {
        self.level.serial
    }

    /// The span that is current.
    #[inline]
    pub(crate) fn spot(&self) -> Spot {
        self.level.spot()
    }

    /// Whether a clone of the context is attached above it.
    pub(super) fn is_cloned(&self) -> bool {
        self.level.clones.get() > 0
    }

    /// Whether it is certain that this span is not recorded.
    #[inline]
    pub(crate) fn is_unrecorded(&self) -> bool {
        self.level.behind.is_none() && self.level.slot.is_unrecorded()
    }

    /// Makes another span current, unless others hold the slot. Whether it did.
    #[inline]
    pub(crate) fn write(&self, to: Spot) -> bool {
        self.level.write(to)
    }
}

/// What `look` says of the slot of the current context; `None` where code of others has attached one. It must not run code of
/// others.
#[inline]
pub(crate) fn on_top<R>(look: impl FnOnce(Top<'_>) -> R) -> Option<R> {
    LEVELS.with_borrow(|levels| {
        let level = levels.stack.last()?;
        level.trail_on_top().map(|trail| look(Top { level, trail }))
    })
}

/// Writes a span to the slot on top, in the place of `before`. `false` if that takes more than a look, as others hold the slot;
/// `None` if it is of another lineage.
// What each poll of a future begins with: with a second caller it would be a function.
#[inline]
pub(crate) fn exchange(lineage: u64, to: Spot, before: &mut Spot) -> Option<bool> {
    LEVELS.with_borrow(|levels| {
        let level = levels.stack.last()?;
        if !level.is_on_top(lineage) {
            return None;
        }
        if level.behind.is_some() {
            return Some(false);
        }
        *before = level.slot.spot();
        Some(level.write(to))
    })
}

/// How the view of a context shows that it has this slot.
pub(super) fn address_of(slot: &Arc<Slot>) -> usize {
    Arc::as_ptr(slot).addr()
}

/// Puts a level on top. If that cannot be, what it holds is detached.
pub(super) fn push(
    slot: Arc<Slot>,
    address: usize,
    held: Held,
    own: usize,
    is_relief: bool,
) -> Option<Boundary> {
    let mut parts = Some((slot, held));
    let pushed = LEVELS.with_borrow_mut(|levels| {
        let height = u16::try_from(levels.stack.len()).ok()?;
        let (slot, held) = parts.take()?;
        levels.serial = levels.serial.wrapping_add(1);
        let serial = levels.serial;
        levels.stack.push(Level {
            lineage: slot.own_trail().lineage,
            slot,
            outermost: None,
            address,
            own,
            behind: None,
            is_relief,
            clones: Cell::new(0),
            serial,
            held,
        });
        Some(Boundary { height, serial })
    });
    if let Some((_, Held::Context(guard))) = parts {
        provoke(|| drop(guard));
    }
    pushed
}

/// What a level leaves to be ended.
pub(super) enum Taken {
    /// Nothing: its slot stays on the thread, and is at rest.
    Rested,
    Level {
        slot: Arc<Slot>,
        held: Held,
        /// Whether it is certain that nobody else holds the slot.
        unshared: bool,
    },
}

/// Takes a boundary off the stack. `None` if it is not on top: see [`take_relief`] and [`take_below`].
#[inline]
pub(super) fn take(boundary: Boundary) -> Option<Taken> {
    LEVELS.with_borrow_mut(|levels| {
        let stack = &mut levels.stack;
        let top = stack.last_mut()?;
        if top.serial != boundary.serial {
            return None;
        }
        let unshared = top.slot.is_unshared(top.own);
        if unshared && permanent::rest(top) { Some(Taken::Rested) } else { pop(stack, unshared) }
    })
}

/// Takes what relieves a boundary off the stack, if that is all there is above it; one at a time, the one on top first.
pub(super) fn take_relief(boundary: Boundary) -> Option<Taken> {
    LEVELS.with_borrow_mut(|levels| {
        let stack = &mut levels.stack;
        let (below, above) = stack.get(usize::from(boundary.height)..)?.split_first()?;
        if below.serial != boundary.serial || above.iter().any(|level| !level.is_relief) {
            return None;
        }
        let top = above.last()?;
        let unshared = top.slot.is_unshared(top.own);
        pop(stack, unshared)
    })
}

/// Takes the level on top, and those below it whose boundary has ended.
#[inline(always)]
#[expect(clippy::inline_always, reason = "most boundaries end by one of two calls")]
fn pop(stack: &mut Vec<Level>, unshared: bool) -> Option<Taken> {
    let Level { slot, held, .. } = stack.pop()?;
    while stack.last().is_some_and(|level| matches!(level.held, Held::Ended)) {
        stack.pop();
    }
    Some(Taken::Level { slot, held, unshared })
}

/// Takes what is attached for a boundary that ends before others above it, whose levels stay until those end. What relieved it
/// goes first: nobody else ends it.
#[cold]
pub(super) fn take_below(boundary: Boundary) -> Option<Held> {
    LEVELS.with_borrow_mut(|levels| {
        let from = levels.stack.get_mut(usize::from(boundary.height)..)?;
        if from.first()?.serial != boundary.serial {
            return None;
        }
        let reliefs = from[1..].iter().take_while(|level| level.is_relief).count();
        let open = from[..=reliefs].iter_mut().rfind(|level| !matches!(level.held, Held::Ended))?;
        Some(std::mem::replace(&mut open.held, Held::Ended))
    })
}
