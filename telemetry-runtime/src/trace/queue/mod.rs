//! The bounded queue between the threads that make spans and the one that exports them.
//!
//! What does not fit is dropped and counted. At any time, spans made = exported + failed + dropped + waiting + in flight.

mod hand_over;

use std::cell::Cell;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use opentelemetry_sdk::trace::SpanData;

use self::hand_over::{Buffer, HandOver};
use super::build;
use super::install;
use super::record::Record;
use super::third_party::ThirdPartySpan;
use crate::clock;

/// What became of the spans of this process: `made` is the sum of `exported`, `failed`, `dropped_full`, `dropped_closed`,
/// `waiting` and `in_flight`, at any time and to the unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpanCounts {
    /// Spans that were not recorded, because nothing was installed yet. They are not among those made.
    pub early: u64,
    /// Sampled spans that ended, third-party ones among them.
    pub made: u64,
    /// Spans that the exporter took: those exported, failed and in flight.
    pub taken: u64,
    /// Spans dropped because the queue was full.
    pub dropped_full: u64,
    /// Spans dropped because they ended, or still waited, when the queue was closed.
    pub dropped_closed: u64,
    /// Spans that wait in the queue.
    pub waiting: u64,
    /// Spans that were taken, and of which it is not known yet whether they are delivered.
    pub in_flight: u64,
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
    shared().spans.waiting()
}

/// How many spans may wait.
pub fn capacity() -> usize {
    shared().spans.capacity()
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
    settle(spans, 0);
}

/// Counts spans that a drain gave out and that could not be delivered.
pub fn report_failed(spans: usize) {
    settle(0, spans);
}

/// As [`report_exported`] and [`report_failed`] at once.
pub(crate) fn settle(exported: usize, failed: usize) {
    shared().settle(exported, failed);
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
    Ours(Record),
    /// One of the SDK's.
    ThirdParty(Box<ThirdPartySpan>),
}

#[derive(Default)]
pub(crate) struct Queue {
    spans: HandOver<Finished>,
    wake: Mutex<Option<Arc<dyn Fn() + Send + Sync>>>,
}

thread_local! {
    /// The thread's buffer, and the queue that it belongs to. Without a destructor, so that it costs no state check.
    static LOCAL: Cell<Option<(&'static Queue, &'static Buffer<Finished>)>> = const { Cell::new(None) };

    /// Gives the buffer back when the thread ends. The queue still has what is in it.
    static GIVE_BACK: GiveBack = const { GiveBack };
}

struct GiveBack;

impl GiveBack {
    fn now() {
        if let Some((queue, buffer)) = LOCAL.take() {
            queue.spans.give_back(buffer);
        }
    }
}

impl Drop for GiveBack {
    fn drop(&mut self) {
        Self::now();
    }
}

impl Queue {
    pub(crate) fn configure(&self, capacity: usize, wake_at: usize) {
        self.spans.configure(capacity, wake_at);
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "spans end in few functions, of which each is there once")]
    pub(crate) fn push(&'static self, span: Finished) {
        let refused = match LOCAL.get() {
            Some((queue, buffer)) if std::ptr::eq(queue, self) => buffer.push(span).err(),
            _ => Some(span),
        };
        if let Some(span) = refused {
            self.push_slowly(span);
        }
    }

    /// The same where the thread has no buffer of this queue yet, or one without places.
    #[cold]
    fn push_slowly(&'static self, span: Finished) {
        let (wake, refused) = self.spans.push_slowly(self.buffer(), span);
        // No lock is held here: a destructor of the user's may end another span.
        drop(refused);
        if wake {
            self.wake_exporter();
        }
    }

    /// The thread's buffer; none while the thread is torn down.
    fn buffer(&'static self) -> Option<&'static Buffer<Finished>> {
        GIVE_BACK.try_with(|_| ()).ok()?;
        if let Some((queue, buffer)) = LOCAL.get()
            && std::ptr::eq(queue, self)
        {
            return Some(buffer);
        }
        GiveBack::now();
        let buffer = self.spans.new_buffer();
        LOCAL.set(Some((self, buffer)));
        Some(buffer)
    }

    #[cold]
    fn wake_exporter(&self) {
        let wake = self.wake.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(wake) = wake {
            wake();
        }
    }

    pub(crate) fn on_batch(&self, wake: impl Fn() + Send + Sync + 'static) {
        *self.wake.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(wake));
        if self.spans.wakes_new_taker() {
            self.wake_exporter();
        }
    }

    pub(crate) fn drain(&self, max: usize) -> Vec<SpanData> {
        clock::resync();
        let taken = self.take(max);
        // Where making one panics, none of them gets any further.
        let mut unsettled = Unsettled { queue: self, spans: taken.len() };
        let spans = taken.into_iter().map(build::span_data).collect();
        unsettled.spans = 0;
        spans
    }

    /// As [`Queue::drain`], in the form that was recorded.
    pub(super) fn take(&self, max: usize) -> Vec<Finished> {
        self.spans.take(max)
    }

    pub(crate) fn settle(&self, exported: usize, failed: usize) {
        self.spans.settle(exported, failed);
    }

    pub(crate) fn close(&self) {
        drop(self.spans.close());
    }

    pub(crate) fn counts(&self) -> SpanCounts {
        let counts = self.spans.counts();
        SpanCounts {
            early: install::early_spans(),
            made: counts.made,
            taken: counts.exported + counts.failed + counts.in_flight,
            dropped_full: counts.dropped_full,
            dropped_closed: counts.dropped_closed,
            waiting: counts.waiting,
            in_flight: counts.in_flight,
            exported: counts.exported,
            failed: counts.failed,
        }
    }
}

/// Spans that are counted as failed unless somebody else answers for them.
struct Unsettled<'a> {
    queue: &'a Queue,
    spans: usize,
}

impl Drop for Unsettled<'_> {
    fn drop(&mut self) {
        if self.spans > 0 {
            self.queue.settle(0, self.spans);
        }
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("capacity", &self.spans.capacity())
            .field("used", &self.spans.used())
            .finish_non_exhaustive()
    }
}
