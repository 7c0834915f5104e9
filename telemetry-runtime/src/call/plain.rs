//! A call of which nobody asks what it returns.

use std::thread;

use super::{CallEnd, CallPart, start};
use crate::clock::Moment;

/// A call with metrics of which nobody asks what it returns: how it ended is known by whether its thread unwinds, when this is
/// dropped.
///
/// How it ends is told to its parts then, so that no call keeps a place for it.
#[derive(Debug)]
#[must_use = "a call ends when this is dropped"]
pub struct PlainCall<S: CallPart, M: CallPart> {
    span: S,
    metrics: M,
    started: Moment,
    /// Whether the thread was unwinding at the entry already: then it is not this call that panics.
    unwinding: bool,
}

impl<S: CallPart, M: CallPart> PlainCall<S, M> {
    /// A call that begins now.
    // In line, so that the parts are made where they stay; its end is one function for all calls with such parts.
    #[inline]
    pub fn new(span: S, metrics: M) -> Self {
        Self { started: start(&span, &metrics), span, metrics, unwinding: thread::panicking() }
    }

    #[cold]
    #[inline(never)]
    fn finish_panic(&mut self) {
        let mut end = CallEnd::now(self.started, true);
        self.metrics.finish(&mut end);
        self.span.finish(&mut end);
    }
}

impl<S: CallPart, M: CallPart> Drop for PlainCall<S, M> {
    #[inline]
    fn drop(&mut self) {
        if thread::panicking() && !self.unwinding {
            return self.finish_panic();
        }
        let is_timed = self.span.is_timed() || self.metrics.is_timed();
        let ended = if is_timed { Moment::now() } else { self.started };
        // The metrics first: an exemplar belongs to the span, which is current until it is finished.
        self.metrics.finish_ok(self.started, ended);
        self.span.finish_ok(self.started, ended);
    }
}
