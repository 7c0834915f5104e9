//! Memory of requests that were sent, for those that come.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::CONCURRENT_EXPORTS;

/// One for each request that is on its way, and one in which the next is put together.
const KEPT: usize = CONCURRENT_EXPORTS + 1;

/// A larger one is given back: it was made for a request of a size that is seldom.
const LARGEST: usize = 2 << 20;

/// Buffers of hundreds of kilobytes.
///
/// If each request had one of its own, allocators would find other places for them again and again, between small things that
/// stay, and the process would grow by the holes for hours.
#[derive(Debug, Default)]
pub(super) struct Buffers(Mutex<Vec<Vec<u8>>>);

impl Buffers {
    /// An empty buffer.
    pub(super) fn take(&self) -> Vec<u8> {
        self.kept().pop().unwrap_or_default()
    }

    /// Keeps a buffer for later.
    pub(super) fn give(&self, mut buffer: Vec<u8>) {
        let mut kept = self.kept();
        if kept.len() < KEPT && buffer.capacity() <= LARGEST {
            buffer.clear();
            kept.push(buffer);
        }
    }

    /// Keeps that of a request, unless somebody still reads it.
    pub(super) fn give_back(&self, body: Bytes) {
        if let Ok(body) = body.try_into_mut() {
            self.give(body.into());
        }
    }

    // Nothing panics under the lock.
    fn kept(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_that_nobody_reads_any_more_is_used_again() {
        let buffers = Buffers::default();
        let mut buffer = buffers.take();
        buffer.resize(100_000, 1);
        let place = buffer.as_ptr();
        let body = Bytes::from(buffer);
        let reader = body.clone();
        buffers.give_back(body);
        assert_eq!(buffers.take().capacity(), 0, "it is still read");
        buffers.give_back(reader);
        let again = buffers.take();
        assert_eq!((again.as_ptr(), again.len()), (place, 0));
        assert!(again.capacity() >= 100_000);
    }

    #[test]
    fn few_are_kept_and_none_that_is_huge() {
        let buffers = Buffers::default();
        buffers.give(Vec::with_capacity(LARGEST + 1));
        assert_eq!(buffers.take().capacity(), 0);
        (0..2 * KEPT).for_each(|_| buffers.give(Vec::with_capacity(1)));
        let kept = (0..2 * KEPT).filter(|_| buffers.take().capacity() > 0).count();
        assert_eq!(kept, KEPT);
    }
}
