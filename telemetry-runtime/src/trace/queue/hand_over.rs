//! From the buffers of threads to whoever empties them: every item is counted once, whatever happens at the same time.
//!
//! An item goes into its thread's own buffer, whose lock nobody else wants but the taker. Threads take their share of the
//! capacity in small portions, so that no cache line is written by all of them for every item.
//!
//! At any time, items made = exported + failed + dropped + waiting + on their way. Each buffer holds that for itself under
//! its lock, and what leaves a buffer does so under the lock of the backlog too, which is held while the counts are read.
//!
//! `tests/loom` runs this file with a model of [`crate::sync`], in every order that its threads can take.

use std::collections::VecDeque;

use crate::sync::{AtomicBool, AtomicUsize, Mutex, MutexGuard, Ordering, PoisonError};

/// The buffer of a thread keeps no more memory than this many items need.
const KEPT: usize = 1024;

pub(crate) struct HandOver<T: 'static> {
    capacity: AtomicUsize,
    wake_at: AtomicUsize,
    /// Places that are taken: by waiting items, and by threads that will fill them.
    used: AtomicUsize,
    closed: AtomicBool,
    /// Whether the taker was woken since it took last.
    woken: AtomicBool,
    buffers: Mutex<Vec<&'static Buffer<T>>>,
    /// Those of them that belong to no thread.
    free: Mutex<Vec<&'static Buffer<T>>>,
    /// For threads whose locals are gone already.
    last_resort: Buffer<T>,
    backlog: Mutex<Backlog<T>>,
}

/// The items of one thread at a time. It lives for ever, so that the thread finds it without counting references; there are as
/// many as there were ever threads at once.
pub(crate) struct Buffer<T>(Mutex<Buffered<T>>);

struct Buffered<T> {
    items: Vec<T>,
    /// How many items the thread may add before it asks for more places.
    places: usize,
    tally: Tally,
    is_free: bool,
}

/// What was taken out of the buffers and not yet out of the queue.
struct Backlog<T> {
    items: VecDeque<T>,
    /// Items that waited when it was closed.
    closed: u64,
    exported: u64,
    failed: u64,
    /// Taken, and not settled yet.
    in_flight: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    made: u64,
    full: u64,
    closed: u64,
}

/// What became of the items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) made: u64,
    pub(crate) dropped_full: u64,
    pub(crate) dropped_closed: u64,
    pub(crate) waiting: u64,
    pub(crate) in_flight: u64,
    pub(crate) exported: u64,
    pub(crate) failed: u64,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.made += other.made;
        self.full += other.full;
        self.closed += other.closed;
    }
}

impl<T> Default for Buffer<T> {
    fn default() -> Self {
        Self(Mutex::new(Buffered { items: Vec::new(), places: 0, tally: Tally::default(), is_free: false }))
    }
}

impl<T> Default for HandOver<T> {
    fn default() -> Self {
        let backlog = Backlog { items: VecDeque::new(), closed: 0, exported: 0, failed: 0, in_flight: 0 };
        Self {
            capacity: AtomicUsize::new(0),
            wake_at: AtomicUsize::new(0),
            used: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
            woken: AtomicBool::new(false),
            buffers: Mutex::new(Vec::new()),
            free: Mutex::new(Vec::new()),
            last_resort: Buffer::default(),
            backlog: Mutex::new(backlog),
        }
    }
}

impl<T> HandOver<T> {
    /// Opens it, for so many items; the taker is woken when `wake_at` of them wait.
    pub(crate) fn configure(&self, capacity: usize, wake_at: usize) {
        self.capacity.store(capacity, Ordering::Relaxed);
        self.wake_at.store(wake_at.clamp(1, capacity.max(1)), Ordering::Relaxed);
        self.closed.store(false, Ordering::Relaxed);
    }

    /// A buffer for one thread, until it gives it back.
    pub(crate) fn new_buffer(&self) -> &'static Buffer<T> {
        let free = lock(&self.free).pop();
        if let Some(buffer) = free {
            lock(&buffer.0).is_free = false;
            return buffer;
        }
        let buffer = Box::leak(Box::default());
        lock(&self.buffers).push(buffer);
        buffer
    }

    /// Takes the buffer of a thread back. What is in it stays there until it is taken.
    pub(crate) fn give_back(&self, buffer: &'static Buffer<T>) {
        lock(&buffer.0).is_free = true;
        lock(&self.free).push(buffer);
    }

    /// Puts an item into a buffer, or that of [`HandOver::last_resort`] where there is none, and tells whether the taker is
    /// to be woken. What finds no room comes back, for the caller to drop when no lock is held.
    #[cold]
    pub(crate) fn push_slowly(&self, buffer: Option<&Buffer<T>>, item: T) -> (bool, Option<T>) {
        let mut buffered = lock(&buffer.unwrap_or(&self.last_resort).0);
        let enough_wait = buffered.places == 0 && self.reserve(&mut buffered);
        let refused = if buffered.places == 0 {
            buffered.tally.made += 1;
            Some(item)
        } else {
            buffered.add(item);
            None
        };
        drop(buffered);
        (enough_wait && self.first_to_wake(), refused)
    }

    /// Takes some places of the capacity for a buffer that has none, and tells whether enough items wait to wake the taker.
    /// Where there are none left, or where it is closed, the item is counted as dropped.
    fn reserve(&self, buffered: &mut Buffered<T>) -> bool {
        if self.closed.load(Ordering::Relaxed) {
            buffered.tally.closed += 1;
            return false;
        }
        let capacity = self.capacity.load(Ordering::Relaxed);
        // Large enough that the shared count is touched rarely, small enough that idle threads hold back little.
        let portion = (capacity / 512).clamp(1, 32);
        let used = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            buffered.places = portion.min(capacity.saturating_sub(used));
            (buffered.places > 0).then_some(used + buffered.places)
        });
        let used = match used {
            Ok(before) => before + buffered.places,
            Err(full) => {
                buffered.places = 0;
                buffered.tally.full += 1;
                full
            }
        };
        used >= self.wake_at.load(Ordering::Relaxed)
    }

    fn first_to_wake(&self) -> bool {
        !self.woken.load(Ordering::Relaxed) && !self.woken.swap(true, Ordering::Relaxed)
    }

    /// For a taker that starts: whether it is to be woken at once, for what waits already.
    pub(crate) fn wakes_new_taker(&self) -> bool {
        self.woken.store(false, Ordering::Relaxed);
        let enough = self.used.load(Ordering::Relaxed) >= self.wake_at.load(Ordering::Relaxed).max(1);
        enough && self.first_to_wake()
    }

    /// Takes up to `max` items, those of one thread in their order. They are on their way until [`HandOver::settle`].
    pub(crate) fn take(&self, max: usize) -> Vec<T> {
        self.woken.store(false, Ordering::Relaxed);
        let mut backlog = lock(&self.backlog);
        if backlog.items.len() < max {
            self.empty_buffers(&mut backlog);
        }
        let count = max.min(backlog.items.len());
        let items: Vec<T> = backlog.items.drain(..count).collect();
        backlog.in_flight += count as u64;
        drop(backlog);
        self.used.fetch_sub(count, Ordering::Relaxed);
        items
    }

    /// Says what became of items that were taken.
    pub(crate) fn settle(&self, exported: usize, failed: usize) {
        let (exported, failed) = (exported as u64, failed as u64);
        let mut backlog = lock(&self.backlog);
        backlog.exported += exported;
        backlog.failed += failed;
        backlog.in_flight = backlog.in_flight.saturating_sub(exported + failed);
    }

    /// Moves what the threads have buffered to the backlog, and takes their unused places back.
    fn empty_buffers(&self, backlog: &mut Backlog<T>) {
        let buffers = lock(&self.buffers);
        for buffer in buffers.iter().copied().chain([&self.last_resort]) {
            let mut buffered = lock(&buffer.0);
            backlog.items.extend(buffered.items.drain(..));
            let kept = if buffered.is_free { 0 } else { KEPT };
            buffered.items.shrink_to(kept);
            self.used.fetch_sub(std::mem::take(&mut buffered.places), Ordering::Relaxed);
        }
    }

    /// Drops what waits, and whatever comes from now on, until it is configured again. Gives what was dropped, for the
    /// caller to drop when no lock is held.
    pub(crate) fn close(&self) -> VecDeque<T> {
        self.closed.store(true, Ordering::Relaxed);
        let mut backlog = lock(&self.backlog);
        self.empty_buffers(&mut backlog);
        let items = std::mem::take(&mut backlog.items);
        backlog.closed += items.len() as u64;
        drop(backlog);
        self.used.fetch_sub(items.len(), Ordering::Relaxed);
        items
    }

    pub(crate) fn waiting(&self) -> usize {
        let backlog = lock(&self.backlog);
        backlog.items.len() + self.buffered(|buffered| buffered.items.len())
    }

    pub(crate) fn capacity(&self) -> usize {
        self.capacity.load(Ordering::Relaxed)
    }

    /// Places that are taken, by items or for them.
    pub(crate) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    pub(crate) fn counts(&self) -> Counts {
        let backlog = lock(&self.backlog);
        let mut tally = Tally { closed: backlog.closed, ..Tally::default() };
        let buffered = self.buffered(|buffered| {
            tally.add(buffered.tally);
            buffered.items.len()
        });
        Counts {
            made: tally.made,
            dropped_full: tally.full,
            dropped_closed: tally.closed,
            waiting: (backlog.items.len() + buffered) as u64,
            in_flight: backlog.in_flight,
            exported: backlog.exported,
            failed: backlog.failed,
        }
    }

    fn buffered(&self, mut count: impl FnMut(&Buffered<T>) -> usize) -> usize {
        let buffers = lock(&self.buffers);
        buffers.iter().copied().chain([&self.last_resort]).map(|buffer| count(&lock(&buffer.0))).sum()
    }
}

impl<T> Buffer<T> {
    /// Puts an item into a buffer that has a place for it, or gives it back, for [`HandOver::push_slowly`].
    // A buffer with places left is none that was emptied since the queue was closed, so there is no need to ask for that.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is called for each item, and in few places")]
    pub(crate) fn push(&self, item: T) -> Result<(), T> {
        let mut buffered = lock(&self.0);
        if buffered.places == 0 {
            return Err(item);
        }
        buffered.add(item);
        Ok(())
    }
}

impl<T> Buffered<T> {
    #[inline]
    fn add(&mut self, item: T) {
        self.places -= 1;
        self.tally.made += 1;
        self.items.push(item);
    }
}

// Nothing panics under these locks; if something did, the items would be as good as before.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
