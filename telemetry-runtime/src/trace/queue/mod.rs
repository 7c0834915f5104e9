//! The bounded queue between the threads that make spans and the one that exports them.
//!
//! What does not fit is dropped and counted. At any time, spans made = exported + failed + dropped + waiting + in flight.

mod hand_over;

use std::cell::RefCell;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use opentelemetry_sdk::trace::SpanData;

use self::hand_over::{Buffer, HandOver};
use super::build;
use super::install;
use super::record::Record;
use super::third_party::ThirdPartySpan;
use crate::{clock, sync};

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

/// The queue that a buffer belongs to, and the buffer.
type Local = (&'static Queue, sync::Arc<Buffer<Finished>>);

thread_local! {
    /// The thread's buffer. When the thread ends, the queue still has it.
    static LOCAL: RefCell<Option<Local>> = const { RefCell::new(None) };
}

impl Queue {
    pub(crate) fn configure(&self, capacity: usize, wake_at: usize) {
        self.spans.configure(capacity, wake_at);
    }

    // Out of line with all that it takes: spans end in several places.
    #[inline(never)]
    pub(crate) fn push(&'static self, span: Finished) {
        // Where the thread is torn down it stays here.
        let mut span = Some(span);
        let pushed = LOCAL.try_with(|local| {
            let mut local = local.try_borrow_mut().ok()?;
            let buffer = match &*local {
                Some((queue, buffer)) if std::ptr::eq(*queue, self) => buffer,
                _ => self.new_buffer(&mut local),
            };
            Some(self.spans.push(Some(buffer), span.take()?))
        });
        // What found no room is dropped when nothing is borrowed: a destructor of the user's may end another span.
        let (wake, refused) = match pushed {
            Ok(Some(pushed)) => pushed,
            _ => self.push_without_buffer(span),
        };
        if let Some(span) = refused {
            drop(span);
        }
        if wake {
            self.wake_exporter();
        }
    }

    #[cold]
    fn new_buffer<'a>(&'static self, local: &'a mut Option<Local>) -> &'a sync::Arc<Buffer<Finished>> {
        &local.insert((self, self.spans.new_buffer())).1
    }

    #[cold]
    fn push_without_buffer(&self, span: Option<Finished>) -> (bool, Option<Finished>) {
        span.map_or((false, None), |span| self.spans.push(None, span))
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
