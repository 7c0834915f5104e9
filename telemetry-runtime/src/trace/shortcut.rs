//! How a span starts where nothing has to be asked of others for it: as the first one, or inside one of ours.

use std::thread;

use opentelemetry::Context;
use opentelemetry::trace::TraceFlags;

use super::cells::Kept;
use super::ids;
use super::install::{self, Recorder};
use super::open::new_trail;
use super::record::{Head, Record};
use super::sampler::Verdict;
use super::settings::ContextMode;
use super::site::SpanSite;
use super::start::StartAttributes;
use crate::clock::Moment;
use crate::context;
use crate::context::levels::{self, Top};
use crate::context::permanent;
use crate::context::seat::Seat;
use crate::context::slot::{self, Spot};
use crate::outcome::Outcome;

/// What came of the attempt to start a span where there is none.
pub(super) enum First {
    /// It is not recorded.
    Unsampled(Seat),
    Recorded(Record, Seat),
    /// It is not that simple.
    Unknown,
}

/// Starts a span where none is current, if nothing has to be asked of others for it.
pub(super) fn first(
    state: u32,
    site: &'static SpanSite,
    fill: &mut dyn FnMut(&mut StartAttributes<'_>),
) -> First {
    if !context::usable() {
        return First::Unknown;
    }
    let recorder = Context::map_current(|context| {
        let says_nothing = !slot::has_span(context) && !context.is_telemetry_suppressed();
        says_nothing.then(|| install::recorder(state, context)).flatten()
    });
    let Some(recorder) = recorder.filter(|recorder| recorder.is_plain) else { return First::Unknown };
    let mode = recorder.mode;
    if mode != ContextMode::Observed && (mode == ContextMode::Eager || !permanent::is_free(mode.kind())) {
        return First::Unknown;
    }
    let trace_id = recorder.ids.new_trace_id();
    let flags = match recorder.sampler.judge(None, trace_id) {
        Verdict::Sample => TraceFlags::SAMPLED,
        Verdict::Drop => TraceFlags::NOT_SAMPLED,
        Verdict::Ask(_) => return First::Unknown,
    };
    let span_id = recorder.ids.new_span_id();
    if !flags.is_sampled() {
        let spot = Spot { span: span_id, cell: 0 };
        let trail = new_trail(state, recorder, trace_id, flags, None, spot);
        return First::Unsampled(Seat::first(&trail, spot));
    }
    let mut kept = Kept::new(site, recorder);
    fill(&mut kept.start(recorder));
    let spot = Spot { span: span_id, cell: kept.index() };
    let head = Head { trace_id, flags, ..Head::of(site, recorder, spot) };
    let record = Record::new(kept, head);
    record.open();
    #[cfg(any(test, feature = "testing"))]
    super::log::opened_here(&record);
    let seat = Seat::first(&new_trail(state, recorder, trace_id, flags, None, spot), spot);
    First::Recorded(record, seat)
}

/// What came of the attempt to start a span as the child of the one whose slot is on top.
pub(super) enum Child {
    /// It is not recorded, as its parent.
    Passing,
    /// It is in the slot.
    Current(Record),
    /// It is not, since others hold the slot.
    Beside(Record),
    /// It is not that simple.
    Unknown,
}

/// What a slot says of a span inside of its own.
pub(super) enum Inside {
    Passing,
    Recorded(&'static Recorder),
    Unknown,
}

impl Inside {
    /// What the slot of the current context says, and its [`Top::serial`].
    pub(super) fn here(state: u32) -> (Self, u32) {
        levels::on_top(|top| (Self::of(state, &top), top.serial())).unwrap_or((Self::Unknown, 0))
    }

    /// Whether it is [`Inside::Passing`], as far as that takes no more than a look; `None` where there is no slot.
    #[inline]
    pub(super) fn passes(state: u32) -> Option<bool> {
        levels::on_top(|top| {
            let trail = top.trail();
            trail.installation == state
                && install::just_seen(trail.recorder).is_some_and(|recorder| Self::drops(recorder, &top))
        })
    }

    /// Whether nothing is recorded below what is current, as it is not.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is asked where a span starts, and there only")]
    fn drops(recorder: &Recorder, top: &Top<'_>) -> bool {
        !top.trail().flags.is_sampled() && recorder.drops_below_unsampled && top.is_unrecorded()
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is asked where a span starts, and there only")]
    fn of(state: u32, top: &Top<'_>) -> Self {
        let trail = top.trail();
        let Some(recorder) = install::seen(trail.recorder) else { return Self::Unknown };
        if trail.installation != state {
            return Self::Unknown;
        }
        if trail.flags.is_sampled() && recorder.records_below_sampled {
            Self::Recorded(recorder)
        } else if Self::drops(recorder, top) {
            Self::Passing
        } else {
            Self::judged(recorder, top)
        }
    }

    /// The same where children are not simply what their parents are.
    #[inline(never)]
    fn judged(recorder: &'static Recorder, top: &Top<'_>) -> Self {
        let trail = top.trail();
        match recorder.sampler.judge(Some(trail.flags.is_sampled()), trail.trace_id) {
            Verdict::Sample if trail.flags.is_sampled() && recorder.is_plain => Self::Recorded(recorder),
            Verdict::Drop if !trail.flags.is_sampled() && top.spot().cell == 0 => Self::Passing,
            _ => Self::Unknown,
        }
    }
}

/// Starts a span inside one of ours that is current through a slot, if all that is needed is in the slot.
#[inline]
pub(super) fn child(state: u32, site: &'static SpanSite) -> Child {
    let child = levels::on_top(|top| match Inside::of(state, &top) {
        Inside::Passing => Child::Passing,
        Inside::Unknown => Child::Unknown,
        Inside::Recorded(recorder) => start_in(&top, site, recorder, || Kept::new(site, recorder)),
    });
    #[cfg(any(test, feature = "testing"))]
    log_child(child.as_ref());
    child.unwrap_or(Child::Unknown)
}

/// Starts one that is [`Inside::Recorded`] and keeps its record in `kept`, unless something else has become current since that
/// was asked.
#[inline]
pub(super) fn child_kept(
    serial: u32,
    site: &'static SpanSite,
    recorder: &'static Recorder,
    kept: &mut Kept,
) -> Child {
    let child = levels::on_top(|top| {
        if top.serial() != serial {
            return Child::Unknown;
        }
        start_in(&top, site, recorder, || std::mem::replace(kept, Kept::NONE))
    });
    #[cfg(any(test, feature = "testing"))]
    log_child(child.as_ref());
    child.unwrap_or(Child::Unknown)
}

#[cfg(any(test, feature = "testing"))]
fn log_child(child: Option<&Child>) {
    if let Some(Child::Current(record) | Child::Beside(record)) = child {
        super::log::opened_here(record);
    }
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "both of its callers are one function for all spans")]
fn start_in(
    top: &Top<'_>,
    site: &'static SpanSite,
    recorder: &'static Recorder,
    kept: impl FnOnce() -> Kept,
) -> Child {
    // What is called comes first, so that the rest is written where it stays.
    let (kept, unwinding, span_id, started) = (kept(), thread::panicking(), ids::next(), Moment::now());
    let (trail, above) = (top.trail(), top.spot());
    let head = Head {
        site,
        recorder,
        trace_id: trail.trace_id,
        span_id,
        flags: trail.flags,
        parent: above.span,
        parent_is_remote: false,
        before: above.into(),
        unwinding,
        started,
        ended: Moment::NONE,
        outcome: Outcome::Ok,
    };
    let record = Record::new(kept, head);
    if let Some(state) = &trail.trace_state {
        record.in_trace_with(state);
    }
    record.open();
    if top.write(record.spot()) { Child::Current(record) } else { Child::Beside(record) }
}
