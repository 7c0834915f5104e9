//! A hash table that is read without a lock and only ever grows.

use std::sync::OnceLock;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::{Acquire, Release};

/// Slots of the first level.
const FIRST: usize = 16;
/// Each level has twice the slots of the one before.
const LEVELS: usize = 28;

type Level<T> = Box<[OnceLock<(u64, &'static T)>]>;

/// Readers probe the newest level; a writer that finds it half full builds the next one beside it, with everything.
/// Levels that were outgrown stay, which at most doubles the memory and lets readers go on undisturbed.
///
/// Writers have to be kept apart by the caller's lock.
#[derive(Debug)]
pub(crate) struct Lookup<T: 'static> {
    levels: [OnceLock<Level<T>>; LEVELS],
    newest: AtomicUsize,
    len: AtomicUsize,
}

impl<T> Lookup<T> {
    pub(crate) const fn new() -> Self {
        Self {
            levels: [const { OnceLock::new() }; LEVELS],
            newest: AtomicUsize::new(0),
            len: AtomicUsize::new(0),
        }
    }

    /// The entry with this hash for which `is_it` holds.
    #[inline]
    pub(crate) fn find(&self, hash: u64, mut is_it: impl FnMut(&T) -> bool) -> Option<&'static T> {
        let slots = self.levels.get(self.newest.load(Acquire))?.get()?;
        let mask = slots.len() - 1;
        let mut slot = first_slot(hash, mask);
        // Ends at an empty slot, as no level is more than half full.
        loop {
            match slots[slot & mask].get() {
                None => return None,
                Some((other, entry)) if *other == hash && is_it(entry) => return Some(entry),
                Some(_) => slot = slot.wrapping_add(1),
            }
        }
    }

    /// Adds an entry that is not there yet. The caller holds its lock.
    pub(crate) fn insert(&self, hash: u64, entry: &'static T) {
        let mut newest = self.newest.load(Acquire);
        let len = self.len.load(Acquire) + 1;
        let slots = self.levels[newest].get_or_init(|| empty(FIRST));
        if len * 2 > slots.len() && newest + 1 < LEVELS {
            let larger = empty(slots.len() * 2);
            for &(hash, entry) in slots.iter().filter_map(OnceLock::get) {
                place(&larger, hash, entry);
            }
            newest += 1;
            self.levels[newest].get_or_init(|| larger);
            self.newest.store(newest, Release);
        }
        if let Some(slots) = self.levels[newest].get() {
            place(slots, hash, entry);
        }
        self.len.store(len, Release);
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.len.load(Acquire)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "only the low bits select the slot")]
fn first_slot(hash: u64, mask: usize) -> usize {
    hash as usize & mask
}

fn empty<T>(slots: usize) -> Level<T> {
    (0..slots).map(|_| OnceLock::new()).collect()
}

fn place<T>(slots: &Level<T>, hash: u64, entry: &'static T) {
    let mask = slots.len() - 1;
    let mut slot = first_slot(hash, mask);
    while slots[slot & mask].set((hash, entry)).is_err() {
        slot = slot.wrapping_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_across_growth_and_collisions() {
        let lookup = Lookup::<u64>::new();
        assert!(lookup.find(0, |_| true).is_none());
        for n in 0..1000_u64 {
            // Only 16 different hashes in the low bits, so that probing is exercised.
            lookup.insert(n % 16, Box::leak(Box::new(n)));
        }
        for n in 0..1000 {
            assert_eq!(lookup.find(n % 16, |entry| *entry == n), Some(&n));
        }
        assert!(lookup.find(3, |entry| *entry == 1000).is_none());
        assert_eq!(lookup.len(), 1000);
    }
}
