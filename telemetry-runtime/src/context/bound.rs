//! The spans that contexts of ours were made for, by their ids.
//!
//! A context that third-party code derives from one of ours has the same span in it, and no slot. Which slot it belongs to
//! only that span can tell, and it can be asked only if it is ours: asking takes its lock, which code of others may hold.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

const ROWS: usize = 512;
const PLACES: usize = 8;

/// The ids that the rows have room for; 0 is a free place. A row is a cache line.
static ROW: [Row; ROWS] = [const { Row([const { AtomicU64::new(0) }; PLACES]) }; ROWS];

#[repr(align(64))]
struct Row([AtomicU64; PLACES]);

/// The others, and how many there are.
static REST: Mutex<Vec<u64>> = Mutex::new(Vec::new());
static REST_COUNT: AtomicUsize = AtomicUsize::new(0);

/// An id of a span in a context of ours, for as long as there is such a context.
#[derive(Debug)]
pub(crate) struct Bound(u64);

impl Bound {
    pub(crate) fn new(id: u64) -> Self {
        let free = row(id).iter().find(|place| {
            place.load(Ordering::Relaxed) == 0
                && place.compare_exchange(0, id, Ordering::Relaxed, Ordering::Relaxed).is_ok()
        });
        if free.is_none() {
            rest(|rest| rest.push(id));
        }
        Self(id)
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        let taken = row(self.0).iter().find(|place| {
            place.load(Ordering::Relaxed) == self.0
                && place.compare_exchange(self.0, 0, Ordering::Relaxed, Ordering::Relaxed).is_ok()
        });
        if taken.is_none() {
            rest(|rest| {
                if let Some(index) = rest.iter().position(|id| *id == self.0) {
                    rest.swap_remove(index);
                }
            });
        }
    }
}

/// Whether a context of ours may be about the span.
#[cfg(any(test, feature = "context-observer"))]
pub(crate) fn contains(id: u64) -> bool {
    row(id).iter().any(|place| place.load(Ordering::Relaxed) == id)
        || (REST_COUNT.load(Ordering::Relaxed) > 0 && rest(|rest| rest.contains(&id)))
}

/// Span ids are random, so any of their bits are as good as a hash.
fn row(id: u64) -> &'static [AtomicU64; PLACES] {
    &ROW[usize::from(u16::try_from(id & 0xFFFF).unwrap_or_default()) % ROWS].0
}

fn rest<R>(f: impl FnOnce(&mut Vec<u64>) -> R) -> R {
    let mut rest = REST.lock().unwrap_or_else(PoisonError::into_inner);
    let result = f(&mut rest);
    REST_COUNT.store(rest.len(), Ordering::Relaxed);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_known_as_often_as_it_is_bound_and_no_longer() {
        // All in one row, and more than it holds.
        let ids: Vec<u64> = (1..=20).map(|number| number << 32 | 0x1FF).collect();
        assert!(!ids.iter().any(|id| contains(*id)));
        let bound: Vec<Bound> = ids.iter().chain(&ids).map(|id| Bound::new(*id)).collect();
        assert!(ids.iter().all(|id| contains(*id)));
        let (first, second): (Vec<_>, Vec<_>) =
            bound.into_iter().enumerate().partition(|(index, _)| index % 2 == 0);
        drop(first);
        drop(second);
        assert!(!ids.iter().any(|id| contains(*id)));
    }
}
