//! The bounded queue between the threads that make spans and the one that exports them.
//!
//! A finished span goes into its thread's own buffer, whose lock nobody else wants but the exporter. Threads take their
//! share of the queue's capacity in small portions, so that no cache line is written by all of them for every span.
//! Whatever does not fit is dropped and counted: spans made = spans taken + spans dropped + spans waiting.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use opentelemetry_sdk::trace::SpanData;

use super::build;
use super::install;
use super::record::Record;
use super::third_party::ThirdPartySpan;
use crate::clock;

/// What became of the spans of this process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpanCounts {
    /// Spans that were not recorded, because nothing was installed yet. They are not among those made.
    pub early: u64,
    /// Sampled spans that ended, third-party ones among them.
    pub made: u64,
    /// Spans that the exporter took.
    pub taken: u64,
    /// Spans dropped because the queue was full.
    pub dropped_full: u64,
    /// Spans dropped because they ended, or still waited, when the queue was closed.
    pub dropped_closed: u64,
    /// Spans that wait in the queue.
    pub waiting: u64,
    /// Spans that were taken and delivered, as the exporter reported with [`report_exported`].
    pub exported: u64,
    /// Spans that were taken and could not be delivered, as the exporter reported with [`report_failed`].
    pub failed: u64,
}

/// Takes up to `max` waiting spans out of the queue, in the form that exporters take. The oldest of a thread come first.
///
/// For the exporter's thread: the work that recording left over is done here.
pub fn drain(max: usize) -> Vec<SpanData> {
    shared().drain(max)
}

/// How many spans wait.
pub fn waiting() -> usize {
    shared().waiting()
}

/// Has `wake` called, on whatever thread makes a span, when a batch waits ([`TraceSettings::wake_at`]); once for each
/// [`drain`]. It must not block.
///
/// [`TraceSettings::wake_at`]: super::TraceSettings::wake_at
pub fn on_batch(wake: impl Fn() + Send + Sync + 'static) {
    shared().on_batch(wake);
}

/// Ends the queue, after the last [`drain`]: what still waits, and every span that ends from now on, is dropped and
/// counted. A later [`install`](super::install()) opens it again.
pub fn close() {
    shared().close();
}

/// What became of the spans of this process.
pub fn counts() -> SpanCounts {
    shared().counts()
}

/// Counts spans that a drain gave out and that were delivered.
pub fn report_exported(spans: usize) {
    shared().exported.fetch_add(spans as u64, Ordering::Relaxed);
}

/// Counts spans that a drain gave out and that could not be delivered.
pub fn report_failed(spans: usize) {
    shared().failed.fetch_add(spans as u64, Ordering::Relaxed);
}

/// The queue of the process.
pub(crate) fn shared() -> &'static Queue {
    static SHARED: LazyLock<Queue> = LazyLock::new(Queue::default);
    &SHARED
}

/// A span that ended.
#[derive(Debug)]
pub(crate) enum Finished {
    /// One of ours, still in the form it was recorded in.
    Ours(Arc<Record>),
    /// One of the SDK's.
    ThirdParty(Box<ThirdPartySpan>),
}

#[derive(Default)]
pub(crate) struct Queue {
    capacity: AtomicUsize,
    wake_at: AtomicUsize,
    /// Places that are taken: by waiting spans, and by threads that will fill them.
    used: AtomicUsize,
    closed: AtomicBool,
    /// Whether the exporter was woken since the last drain.
    woken: AtomicBool,
    wake: Mutex<Option<Arc<dyn Fn() + Send + Sync>>>,
    buffers: Mutex<Vec<Arc<Buffer>>>,
    /// For threads whose locals are gone already.
    last_resort: Buffer,
    backlog: Mutex<Backlog>,
    exported: AtomicU64,
    failed: AtomicU64,
}

/// The spans of one thread.
#[derive(Debug, Default)]
struct Buffer(Mutex<Buffered>);

#[derive(Debug, Default)]
struct Buffered {
    spans: Vec<Finished>,
    /// How many spans the thread may add before it asks for more places.
    places: usize,
    tally: Tally,
}

/// What was taken out of the buffers and not yet out of the queue, and the counts of threads that ended.
#[derive(Debug, Default)]
struct Backlog {
    spans: VecDeque<Finished>,
    taken: u64,
    tally: Tally,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    made: u64,
    full: u64,
    closed: u64,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.made += other.made;
        self.full += other.full;
        self.closed += other.closed;
    }
}

thread_local! {
    /// The thread's buffer, and the queue it belongs to. When the thread ends, the queue still has the buffer.
    static LOCAL: RefCell<Option<(&'static Queue, Arc<Buffer>)>> = const { RefCell::new(None) };
}

impl Queue {
    pub(crate) fn configure(&self, capacity: usize, wake_at: usize) {
        self.capacity.store(capacity, Ordering::Relaxed);
        self.wake_at.store(wake_at.clamp(1, capacity.max(1)), Ordering::Relaxed);
        self.closed.store(false, Ordering::Relaxed);
    }

    pub(crate) fn push(&'static self, span: Finished) {
        // What does not fit stays here, and is dropped when no lock is held: a destructor of the user's may end
        // another span.
        let mut span = Some(span);
        let pushed = LOCAL.try_with(|local| {
            let mut local = local.try_borrow_mut().ok()?;
            if !local.as_ref().is_some_and(|(queue, _)| std::ptr::eq(*queue, self)) {
                *local = Some((self, self.new_buffer()));
            }
            local.as_ref().map(|(_, buffer)| self.push_to(buffer, &mut span))
        });
        let batch_waits = match pushed {
            Ok(Some(batch_waits)) => batch_waits,
            _ => self.push_to(&self.last_resort, &mut span),
        };
        if batch_waits {
            self.wake_exporter();
        }
    }

    fn new_buffer(&self) -> Arc<Buffer> {
        let buffer = Arc::new(Buffer::default());
        lock(&self.buffers).push(Arc::clone(&buffer));
        buffer
    }

    /// Puts a span into a buffer if there is room, and tells whether a batch waits now.
    fn push_to(&self, buffer: &Buffer, span: &mut Option<Finished>) -> bool {
        let mut batch_waits = false;
        let mut buffered = lock(&buffer.0);
        buffered.tally.made += 1;
        if self.closed.load(Ordering::Relaxed) {
            buffered.tally.closed += 1;
            return false;
        }
        if buffered.places == 0 {
            (buffered.places, batch_waits) = self.reserve();
        }
        if buffered.places == 0 {
            buffered.tally.full += 1;
        } else {
            buffered.places -= 1;
            buffered.spans.extend(span.take());
        }
        batch_waits
    }

    /// Takes some places of the capacity, and tells whether a batch waits now.
    fn reserve(&self) -> (usize, bool) {
        let capacity = self.capacity.load(Ordering::Relaxed);
        // Large enough that the shared count is touched rarely, small enough that idle threads hold back little.
        let portion = (capacity / 512).clamp(1, 32);
        let mut places = 0;
        let used = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            places = portion.min(capacity.saturating_sub(used));
            (places > 0).then_some(used + places)
        });
        let used = used.map_or_else(|used| used, |used| used + places);
        (places, used >= self.wake_at.load(Ordering::Relaxed))
    }

    fn wake_exporter(&self) {
        if !self.woken.load(Ordering::Relaxed) && !self.woken.swap(true, Ordering::Relaxed) {
            let wake = lock(&self.wake).clone();
            if let Some(wake) = wake {
                wake();
            }
        }
    }

    pub(crate) fn on_batch(&self, wake: impl Fn() + Send + Sync + 'static) {
        *lock(&self.wake) = Some(Arc::new(wake));
        self.woken.store(false, Ordering::Relaxed);
        if self.used.load(Ordering::Relaxed) >= self.wake_at.load(Ordering::Relaxed).max(1) {
            self.wake_exporter();
        }
    }

    pub(crate) fn drain(&self, max: usize) -> Vec<SpanData> {
        clock::resync();
        self.take(max).into_iter().map(build::span_data).collect()
    }

    /// As [`Queue::drain`], in the form that was recorded.
    pub(super) fn take(&self, max: usize) -> Vec<Finished> {
        self.woken.store(false, Ordering::Relaxed);
        let spans: Vec<Finished> = {
            let mut backlog = lock(&self.backlog);
            if backlog.spans.len() < max {
                self.empty_buffers(&mut backlog);
            }
            let count = max.min(backlog.spans.len());
            backlog.taken += count as u64;
            backlog.spans.drain(..count).collect()
        };
        self.used.fetch_sub(spans.len(), Ordering::Relaxed);
        spans
    }

    /// Moves what the threads have buffered to the backlog, takes their unused places back, and forgets threads that
    /// ended.
    fn empty_buffers(&self, backlog: &mut Backlog) {
        let mut empty = |buffer: &Buffer, ended: bool| {
            let mut buffered = lock(&buffer.0);
            backlog.spans.extend(buffered.spans.drain(..));
            self.used.fetch_sub(std::mem::take(&mut buffered.places), Ordering::Relaxed);
            if ended {
                backlog.tally.add(std::mem::take(&mut buffered.tally));
            }
        };
        empty(&self.last_resort, false);
        lock(&self.buffers).retain(|buffer| {
            // Only the thread itself could share its buffer again, and it is gone.
            let ended = Arc::strong_count(buffer) == 1;
            empty(buffer, ended);
            !ended
        });
    }

    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        let mut backlog = lock(&self.backlog);
        self.empty_buffers(&mut backlog);
        let spans = std::mem::take(&mut backlog.spans);
        backlog.tally.closed += spans.len() as u64;
        drop(backlog);
        self.used.fetch_sub(spans.len(), Ordering::Relaxed);
    }

    fn waiting(&self) -> usize {
        let backlog = lock(&self.backlog);
        backlog.spans.len() + self.buffered(|buffered| buffered.spans.len())
    }

    pub(crate) fn counts(&self) -> SpanCounts {
        let backlog = lock(&self.backlog);
        let mut tally = backlog.tally;
        let buffered = self.buffered(|buffered| {
            tally.add(buffered.tally);
            buffered.spans.len()
        });
        SpanCounts {
            early: install::early_spans(),
            made: tally.made,
            taken: backlog.taken,
            dropped_full: tally.full,
            dropped_closed: tally.closed,
            waiting: (backlog.spans.len() + buffered) as u64,
            exported: self.exported.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
        }
    }

    fn buffered(&self, mut count: impl FnMut(&Buffered) -> usize) -> usize {
        let buffers = lock(&self.buffers);
        let buffers = buffers.iter().map(|buffer| &**buffer).chain([&self.last_resort]);
        buffers.map(|buffer| count(&lock(&buffer.0))).sum()
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("capacity", &self.capacity)
            .field("used", &self.used)
            .finish_non_exhaustive()
    }
}

// Nothing panics under these locks; if something did, the spans would be as good as before.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
