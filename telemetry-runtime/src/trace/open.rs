//! How a span starts: its parent, whether it is recorded, and where it becomes current.

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId};
use opentelemetry_sdk::trace::SamplingDecision;
use std::sync::Arc;

use super::build::owner_key;
use super::cells::{self, Kept};
use super::install::{self, Recorder};
use super::parent::Parent;
use super::proxy::{self, ProxySpan};
use super::record::{Head, Record};
use super::sampler::Verdict;
use super::settings::ContextMode;
use super::site::SpanSite;
use super::start::StartAttributes;
use crate::context;
use crate::context::permanent;
use crate::context::seat::Seat;
use crate::context::slot::{self, Kind, Spot, Trail, number};

/// How a span started.
pub(super) enum Opened {
    /// Nothing is recorded, and nothing is to be made current.
    Off,
    /// It is not recorded, and neither is its parent, which stays current.
    Passing(Place),
    /// It is not recorded; the context says so to whatever it calls.
    Unsampled(Place),
    /// It is recorded.
    Recorded(Record, Place),
}

/// Where a span becomes current.
#[derive(Debug)]
pub(super) enum Place {
    /// In the slot of the current context if that is of the same lineage, else in one that is made of `around`.
    Slot { trail: Trail, spot: Spot, around: Context },
    /// In a context of its own.
    Context(Context),
}

impl Place {
    /// Makes the span of the record current.
    pub(super) fn enter(self, record: &mut Record) -> Seat {
        match self {
            Self::Slot { trail, around, .. } => {
                record.make_current(|spot, before| Seat::in_slot(&trail, spot, &around, before))
            }
            Self::Context(context) => Seat::in_context(context),
        }
    }

    /// Makes a span current that has no record.
    pub(super) fn enter_unrecorded(self) -> Seat {
        match self {
            Self::Slot { trail, spot, around } => Seat::apart(&trail, spot, &around),
            Self::Context(context) => Seat::in_context(context),
        }
    }
}

/// The span that another one is to be a child of.
enum Above {
    /// None, or one without ids, which is no parent.
    Nothing,
    /// One of ours, through a slot. Whether it is in that very context says whether the lineage goes on.
    Slot(Trail, Spot, bool),
    /// Any other.
    Other(SpanContext),
}

impl Above {
    fn of(context: &Context) -> Self {
        if let Some(slot) = slot::behind(context) {
            return Self::Slot(slot.trail(), slot.spot(), slot::of(context).is_some());
        }
        let span = context.span();
        let span_context = span.span_context();
        if span_context.is_valid() { Self::Other(span_context.clone()) } else { Self::Nothing }
    }

    fn trace_id(&self) -> Option<TraceId> {
        match self {
            Self::Nothing => None,
            Self::Slot(trail, ..) => Some(trail.trace_id),
            Self::Other(span) => Some(span.trace_id()),
        }
    }

    fn flags(&self) -> Option<TraceFlags> {
        match self {
            Self::Nothing => None,
            Self::Slot(trail, ..) => Some(trail.flags),
            Self::Other(span) => Some(span.trace_flags()),
        }
    }

    fn span_id(&self) -> SpanId {
        match self {
            Self::Nothing => SpanId::INVALID,
            Self::Slot(_, spot, _) => spot.span,
            Self::Other(span) => span.span_id(),
        }
    }

    fn is_remote(&self) -> bool {
        matches!(self, Self::Other(span) if span.is_remote())
    }

    /// Whether neither it nor what is below it is recorded, as long as the sampler thinks so.
    fn is_unrecorded(&self, context: &Context) -> bool {
        match self {
            Self::Nothing => false,
            Self::Slot(trail, spot, _) => !trail.flags.is_sampled() && !cells::is_open(*spot),
            Self::Other(span) => !span.is_sampled() && !span.is_remote() && !context.span().is_recording(),
        }
    }
}

/// Starts a span. `fill` is called if the span is recorded, or if a custom sampler wants to
/// see its attributes; at most once.
pub(super) fn open(
    state: u32,
    site: &'static SpanSite,
    parent: Parent,
    fill: &mut dyn FnMut(&mut StartAttributes<'_>),
) -> Opened {
    let Some(current) = context::current() else {
        return Opened::Off;
    };
    if current.is_telemetry_suppressed() {
        return Opened::Off;
    }
    let is_here = parent.known().is_none();
    #[cfg(any(test, feature = "testing"))]
    let context = context::within_capture_of(&current.clone(), parent.resolve(current));
    #[cfg(not(any(test, feature = "testing")))]
    let context = parent.resolve(current);
    if context.is_telemetry_suppressed() {
        return Opened::Passing(Place::Context(context));
    }
    let Some(recorder) = install::recorder(state, &context) else {
        return Opened::Off;
    };
    let context =
        if is_here && recorder.mode == ContextMode::Permanent { permanent::stay(context) } else { context };
    if site.root && slot::has_span(&context) {
        start(state, recorder, site, Parent::without_span(&context), fill)
    } else {
        start(state, recorder, site, context, fill)
    }
}

fn start(
    state: u32,
    recorder: &'static Recorder,
    site: &'static SpanSite,
    around: Context,
    fill: &mut dyn FnMut(&mut StartAttributes<'_>),
) -> Opened {
    let above = Above::of(&around);
    let trace_id = above.trace_id().unwrap_or_else(|| recorder.ids.new_trace_id());
    let mut content = None;
    let mut trace_state = None;
    let decision = match recorder.sampler.judge(above.flags().map(|flags| flags.is_sampled()), trace_id) {
        Verdict::Sample => SamplingDecision::RecordAndSample,
        Verdict::Drop => SamplingDecision::Drop,
        Verdict::Ask(sampler) => {
            let mut kept = Kept::new(site, recorder);
            let mut attributes = kept.start(recorder);
            attributes.set(owner_key(site.scope), site.scope.id());
            fill(&mut attributes);
            drop(attributes);
            let mut start = kept.snapshot(&recorder.limits);
            let seldom = start.take_seldom();
            let result = sampler.should_sample(
                Some(slot::exact(&around).as_ref().unwrap_or(&around)),
                trace_id,
                seldom.name.as_deref().unwrap_or(site.name),
                &seldom.kind.unwrap_or(site.kind).into(),
                &start.attributes.into_vec(),
                &seldom.links,
            );
            for attribute in result.attributes {
                kept.content().set_attribute(attribute, &recorder.limits);
            }
            content = Some(kept);
            trace_state = Some(result.trace_state);
            result.decision
        }
    };
    if decision == SamplingDecision::Drop && above.is_unrecorded(&around) {
        return Opened::Passing(match above {
            Above::Slot(trail, spot, true) => Place::Slot { trail, spot, around },
            _ => Place::Context(around),
        });
    }
    let is_recorded = decision != SamplingDecision::Drop;
    let content = is_recorded.then(|| {
        content.unwrap_or_else(|| {
            let mut kept = Kept::new(site, recorder);
            fill(&mut kept.start(recorder));
            kept
        })
    });
    let flags = above.flags().unwrap_or_default();
    let flags = flags.with_sampled(decision == SamplingDecision::RecordAndSample);
    let spot = Spot { span: recorder.ids.new_span_id(), cell: content.as_ref().map_or(0, Kept::index) };
    let trail = trail(state, recorder, &above, trace_id, flags, trace_state, spot);
    let Some(content) = content else {
        return Opened::Unsampled(match recorder.mode {
            ContextMode::Eager => {
                Place::Context(around.with_remote_span_context(trail.span_context(spot.span)))
            }
            _ => Place::Slot { trail, spot, around },
        });
    };
    let head = Head {
        trace_id,
        flags,
        parent: above.span_id(),
        parent_is_remote: above.is_remote(),
        ..Head::of(site, recorder, spot)
    };
    let record = Record::new(content, head);
    if let Some(state) = &trail.trace_state {
        record.in_trace_with(state);
    }
    if let Some(processors) = &recorder.processors {
        processors.started(&record, slot::exact(&around).as_ref().unwrap_or(&around));
    }
    record.open();
    #[cfg(any(test, feature = "testing"))]
    super::log::opened(&around, &record);
    let place = match recorder.mode {
        ContextMode::Eager => {
            let span = ProxySpan::of(trail.span_context(spot.span), spot, recorder);
            Place::Context(around.with_span(span))
        }
        _ => Place::Slot { trail, spot, around },
    };
    Opened::Recorded(record, place)
}

/// The trail of a new span: that of its parent, if it differs in nothing.
fn trail(
    state: u32,
    recorder: &Recorder,
    above: &Above,
    trace_id: TraceId,
    flags: TraceFlags,
    trace_state: Option<opentelemetry::trace::TraceState>,
    spot: Spot,
) -> Trail {
    let known = match above {
        Above::Slot(trail, _, _) => trail.trace_state.clone(),
        Above::Other(span) => {
            Some(span.trace_state()).filter(|state| !is_empty(state)).cloned().map(Arc::new)
        }
        Above::Nothing => None,
    };
    let trace_state = match trace_state {
        None => known,
        Some(state) if known.as_deref() == Some(&state) => known,
        Some(state) => Some(state).filter(|state| !is_empty(state)).map(Arc::new),
    };
    if let Above::Slot(trail, parent, true) = above
        && trail.flags == flags
        && (parent.cell == 0) == (spot.cell == 0)
        && trail.recorder == recorder.index
        && trail.installation == state
        && trail.trace_state == trace_state
    {
        return trail.clone();
    }
    new_trail(state, recorder, trace_id, flags, trace_state, spot)
}

/// The trail of a span that starts one.
pub(super) fn new_trail(
    state: u32,
    recorder: &Recorder,
    trace_id: TraceId,
    flags: TraceFlags,
    trace_state: Option<Arc<opentelemetry::trace::TraceState>>,
    spot: Spot,
) -> Trail {
    let kind = recorder.mode.kind();
    let lineage = match (kind, &trace_state) {
        // There are no contexts that could differ in anything else.
        (Kind::Lean, None) => lean_lineage(trace_id, flags, recorder.index, state),
        _ => number(spot.span),
    };
    Trail {
        lineage,
        trace_id,
        flags,
        trace_state,
        recorder: recorder.index,
        installation: state,
        make: if kind == Kind::Lean { proxy::context_about } else { proxy::context_with },
        kind,
    }
}

/// The same number for all spans of a trace which are recorded alike; half of a trace's id is random.
fn lean_lineage(trace_id: TraceId, flags: TraceFlags, recorder: u32, installation: u32) -> u64 {
    let random = trace_id.to_bytes().last_chunk().map_or(0, |half| u64::from_be_bytes(*half));
    let alike = u64::from(recorder) << 32 | u64::from(installation);
    random ^ alike.wrapping_add(u64::from(flags.to_u8()) << 24).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn is_empty(state: &opentelemetry::trace::TraceState) -> bool {
    *state == opentelemetry::trace::TraceState::NONE
}
