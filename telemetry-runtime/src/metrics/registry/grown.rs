//! A list that is read without a lock and only ever grows.

use std::sync::OnceLock;

/// Places of the first level.
const FIRST: usize = 16;
/// Each level has twice the places of the one before.
const LEVELS: usize = 40;

/// Values in the order in which they came. Writers have to be kept apart by the caller's lock.
#[derive(Debug)]
pub(super) struct Grown<T> {
    levels: [OnceLock<Box<[OnceLock<T>]>>; LEVELS],
}

impl<T> Grown<T> {
    pub(super) const fn new() -> Self {
        Self { levels: [const { OnceLock::new() }; LEVELS] }
    }

    /// Adds a value behind all others.
    pub(super) fn push(&self, value: T) {
        let mut value = value;
        for (level, places) in self.levels.iter().enumerate() {
            let places = places.get_or_init(|| (0..FIRST << level).map(|_| OnceLock::new()).collect());
            // Places are filled in order, so that the free ones are those behind the last that is taken.
            let at = places.partition_point(|place| place.get().is_some());
            let Some(place) = places.get(at) else { continue };
            match place.set(value) {
                Ok(()) => return,
                Err(back) => value = back,
            }
        }
    }

    /// The values that are there.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.levels.iter().map_while(OnceLock::get).flatten().map_while(OnceLock::get)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_in_their_order() {
        let grown = Grown::new();
        assert_eq!(grown.iter().count(), 0);
        for n in 0..1000 {
            grown.push(n);
            assert_eq!(grown.iter().last(), Some(&n));
        }
        assert!(grown.iter().copied().eq(0..1000));
    }
}
