//! One recorded span, from its start until the exporter takes it.

use std::ops::Deref;
use std::sync::{Arc, MutexGuard};
use std::thread;

use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

#[cfg(any(test, feature = "testing"))]
use super::attributes::Scalars;
use super::cells::Kept;
use super::content::Content;
use super::exception::Failure;
use super::install::Recorder;
use super::settings::SpanLimits;
use super::site::SpanSite;
use crate::clock::Moment;
use crate::context::seat::Seat;
use crate::context::slot::{PackedSpot, Spot};
use crate::outcome::Outcome;

/// A span that is recorded.
///
/// It belongs to the guard or the future of its call, and then to the queue. What is written to it, by whomever, is in a cell
/// that others can find.
#[derive(Debug)]
pub(crate) struct Record(Kept);

/// What is known of a span at its start, and when it ended. It owns nothing, so that it is written where it stays.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    pub(crate) site: &'static SpanSite,
    pub(crate) recorder: &'static Recorder,
    pub(crate) trace_id: TraceId,
    pub(crate) span_id: SpanId,
    pub(crate) flags: TraceFlags,
    pub(crate) parent: SpanId,
    pub(crate) parent_is_remote: bool,
    /// What is current again when it ends, if it is in a slot.
    pub(super) before: PackedSpot,
    /// Whether its thread was unwinding when it started: then it is not its call that panics.
    pub(crate) unwinding: bool,
    pub(crate) started: Moment,
    /// [`Moment::NONE`] while it is open.
    pub(super) ended: Moment,
    pub(super) outcome: Outcome,
}

impl Head {
    /// Of a span of which no more is known yet.
    pub(super) fn unknown(site: &'static SpanSite, recorder: &'static Recorder) -> Self {
        Self {
            site,
            recorder,
            trace_id: TraceId::INVALID,
            span_id: SpanId::INVALID,
            flags: TraceFlags::NOT_SAMPLED,
            parent: SpanId::INVALID,
            parent_is_remote: false,
            before: Spot::NONE.into(),
            unwinding: false,
            started: Moment::NONE,
            ended: Moment::NONE,
            outcome: Outcome::Ok,
        }
    }

    /// Of a span that starts now, which goes by this spot.
    pub(super) fn of(site: &'static SpanSite, recorder: &'static Recorder, spot: Spot) -> Self {
        Self {
            span_id: spot.span,
            before: spot.into(),
            unwinding: thread::panicking(),
            started: Moment::now(),
            ..Self::unknown(site, recorder)
        }
    }

    pub(crate) fn span_context(&self, trace_state: Option<&TraceState>) -> SpanContext {
        let state = trace_state.cloned().unwrap_or_default();
        SpanContext::new(self.trace_id, self.span_id, self.flags, false, state)
    }

    pub(super) fn limits(&self) -> &'static SpanLimits {
        &self.recorder.limits
    }

    /// When and how it ended, if it is not open any more.
    pub(super) fn end(&self) -> Option<(Moment, Outcome)> {
        (self.ended != Moment::NONE).then_some((self.ended, self.outcome))
    }
}

impl Deref for Record {
    type Target = Head;

    fn deref(&self) -> &Head {
        self.0.head()
    }
}

impl Record {
    /// No record: see [`Kept::NONE`].
    pub(super) const NONE: Self = Self(Kept::NONE);

    /// The record, unless it is [`Record::NONE`].
    #[inline]
    pub(super) fn known(&self) -> Option<&Self> {
        (!self.0.is_none()).then_some(self)
    }

    /// A record of a span that starts now; what it starts with is in the cell.
    #[inline]
    pub(super) fn new(mut cell: Kept, head: Head) -> Self {
        *cell.head_mut() = head;
        Self(cell)
    }

    /// Says what goes with its trace.
    #[cold]
    pub(super) fn in_trace_with(&self, state: &Arc<TraceState>) {
        self.content().seldom().trace_state = Some(Arc::clone(state));
    }

    /// Makes the span current by `enter`, which says what was so before; see [`Head::before`].
    pub(super) fn make_current(&mut self, enter: impl FnOnce(Spot, &mut Spot) -> Seat) -> Seat {
        let mut before = self.before.into();
        let seat = enter(self.spot(), &mut before);
        self.0.head_mut().before = before.into();
        seat
    }

    #[inline]
    pub(super) fn end(&mut self, at: Moment, outcome: Outcome) {
        let head = self.0.head_mut();
        (head.ended, head.outcome) = (at, outcome);
    }

    /// From now on others can write to the span.
    #[inline]
    pub(super) fn open(&self) {
        self.0.open(self.span_id);
    }

    /// From now on they cannot; see [`Kept::close`].
    #[inline]
    pub(super) fn close(&self, alone: bool) {
        self.0.close(alone);
    }

    /// How others find it while it is open.
    #[inline]
    pub(super) fn spot(&self) -> Spot {
        Spot { span: self.span_id, cell: self.0.index() }
    }

    /// How the call failed. Apart from the content, because nobody writes it but the end of the call.
    pub(super) fn failure(&self) -> Option<&Failure> {
        self.0.failure()
    }

    pub(super) fn failure_mut(&mut self) -> &mut Option<Failure> {
        self.0.failure_mut()
    }

    /// What is recorded beside ids and times, to be changed.
    pub(super) fn content(&self) -> MutexGuard<'static, Content> {
        self.0.content()
    }

    /// What was recorded by now.
    pub(super) fn snapshot(&self) -> Content {
        self.0.snapshot(self.limits())
    }

    /// Takes what was recorded.
    pub(super) fn take(&self) -> Content {
        self.0.take(self.limits())
    }

    /// What it started with, as far as that is nowhere but here.
    #[cfg(any(test, feature = "testing"))]
    pub(super) fn scalars(&self) -> Scalars {
        self.0.scalars()
    }
}
