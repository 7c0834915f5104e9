//! The span of a future, which travels between threads with it.

use std::mem;
use std::num::NonZero;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use opentelemetry::{Context, KeyValue, Value};

use super::exception;
use super::install;
use super::open::{Opened, Place, open};
use super::parent::{Evaluated, Parent};
use super::record::Record;
use super::site::SpanSite;
use super::start::StartAttributes;
use crate::call::{CallEnd, CallPart, Items};
use crate::clock::Moment;
use crate::context::seat::{Kept, Seat};
use crate::context::slot::{self, Carried, Kind, Slot, Spot, Trail};
use crate::context::{Attached, levels, permanent, place};

/// The span of a future: current while the future is polled.
// In a box, because it waits in the future, and in what holds that.
#[derive(Debug)]
#[must_use = "a span belongs to the call of a future"]
pub struct TaskSpan(Option<Box<Task>>);

#[derive(Debug)]
struct Task {
    record: Option<Record>,
    place: TaskPlace,
    /// That of the slots in which the span may be current; none if it is in a context of its own.
    lineage: Option<NonZero<u64>>,
    /// The span, unless it is in a context of its own.
    spot: Spot,
    /// What was current before, while the future is polled.
    before: Spot,
    /// Where the span is current while the future is dropped.
    last: Option<Kept>,
}

/// Where the span becomes current at each poll.
#[derive(Debug)]
enum TaskPlace {
    /// In the slot of the context that is current at the poll, or in a context of its own.
    Slot { trail: Trail, around: Carried, own: Option<Own> },
    /// In a slot that no context has.
    Lean(Trail),
    /// In a context that was made for it, or in which that of its parent passes on.
    Context(Context),
}

/// A context of a task's own, for polls where no other one of its lineage is current.
#[derive(Debug)]
struct Own {
    context: Context,
    slot: Arc<Slot>,
}

impl Own {
    fn new(trail: &Trail, spot: Spot, around: &Context) -> Self {
        let own = Arc::new(Slot::new(trail.clone(), spot));
        Self { context: own.make(Some(around)), slot: own }
    }

    /// How many references to the slot there are, if nobody else holds it: this one, the context, and the span in it.
    fn references(spot: Spot) -> usize {
        if spot.cell == 0 { 2 } else { 3 }
    }
}

impl TaskSpan {
    /// None, as after its end.
    pub(crate) const NONE: Self = Self(None);

    /// Starts a span.
    #[inline]
    pub fn start(site: &'static SpanSite, parent: Parent) -> Self {
        Self::open(site, parent, &mut |_| ())
    }

    /// Starts a span with attributes, which are evaluated only if it is recorded.
    #[inline]
    pub fn start_with(
        site: &'static SpanSite,
        parent: Parent,
        attributes: impl FnOnce(&mut StartAttributes<'_>),
    ) -> Self {
        let mut attributes = Some(attributes);
        Self::open(site, parent, &mut |start| {
            if let Some(attributes) = attributes.take() {
                attributes(start);
            }
        })
    }

    /// Starts a span with what was evaluated before.
    pub fn start_evaluated(site: &'static SpanSite, evaluated: Evaluated) -> Self {
        let Evaluated { parent, mut start } = evaluated;
        Self::open(site, parent, &mut |attributes| {
            if let Some(start) = start.take() {
                attributes.extend(start);
            }
        })
    }

    /// The context in which the span is current, or in which its parent's passes on; `None` where the current one does.
    pub(crate) fn context(&self) -> Option<Context> {
        let Task { place, spot, .. } = &**self.0.as_ref()?;
        Some(match place {
            TaskPlace::Context(context) => context.clone(),
            TaskPlace::Lean(trail) => Arc::new(Slot::new(trail.clone(), *spot)).make(None),
            TaskPlace::Slot { trail, around, .. } => Own::new(trail, *spot, around.context()).context,
        })
    }

    pub(crate) fn is_recorded(&self) -> bool {
        self.record().is_some()
    }

    fn record(&self) -> Option<&Record> {
        self.0.as_ref()?.record.as_ref()
    }

    fn open(site: &'static SpanSite, parent: Parent, fill: &mut dyn FnMut(&mut StartAttributes<'_>)) -> Self {
        let Some(state) = install::active() else { return Self(None) };
        let (record, place) = match open(state, site, parent, fill) {
            Opened::Off => return Self(None),
            // The future may be polled elsewhere, where the parent's context is not current by itself.
            Opened::Passing(place) | Opened::Unsampled(place) => (None, place),
            Opened::Recorded(record, place) => (Some(record), place),
        };
        let (lineage, place, spot) = match place {
            Place::Context(context) => (None, TaskPlace::Context(context), Spot::NONE),
            Place::Slot { trail, spot, around } => {
                (NonZero::new(trail.lineage), TaskPlace::new(trail, spot, around), spot)
            }
        };
        Self(Some(Box::new(Task { record, place, lineage, spot, before: Spot::NONE, last: None })))
    }

    /// Makes the span current for one poll, which ends with [`TaskSpan::leave`].
    #[inline]
    pub(crate) fn enter(&mut self) -> Seat {
        match &mut self.0 {
            Some(task) => task.enter(),
            None => Seat::Nothing,
        }
    }

    #[inline]
    pub(crate) fn leave(&self, seat: &mut Seat) {
        if let Some(task) = &self.0 {
            if matches!(seat, Seat::Slot) {
                place::leave(task.spot.span, task.before);
            } else {
                mem::take(seat).detach();
            }
        }
    }

    /// Makes the span current while the future is dropped, until [`TaskSpan::last_seat`].
    pub(crate) fn enter_last(&mut self) {
        if let Some(task) = &mut self.0 {
            task.last = Some(task.enter().into());
        }
    }

    /// Where the span is current at the end of a call whose future was dropped.
    pub(crate) fn last_seat(&mut self) -> Seat {
        match &mut self.0 {
            Some(task) => task.last.take().map_or_else(|| task.enter(), Seat::from),
            None => Seat::Nothing,
        }
    }

    /// The seat of a poll, for as long as it lasts, whatever becomes of the span until then.
    pub(crate) fn attached(&self, seat: Seat) -> Attached {
        match &self.0 {
            Some(task) => Attached::of(seat, task.spot.span, task.before),
            None => Attached::NONE,
        }
    }
}

impl Task {
    #[inline]
    fn enter(&mut self) -> Seat {
        let inside =
            self.lineage.and_then(|lineage| levels::exchange(lineage.get(), self.spot, &mut self.before));
        if inside == Some(true) { Seat::Slot } else { self.enter_otherwise(inside.is_some()) }
    }

    // Apart, with all that needs a frame.
    #[inline(never)]
    fn enter_otherwise(&mut self, is_inside: bool) -> Seat {
        if is_inside { Seat::beside(self.spot, &mut self.before) } else { self.place.enter(self.spot) }
    }
}

impl TaskPlace {
    fn new(trail: Trail, spot: Spot, around: Context) -> Self {
        if trail.kind == Kind::Lean {
            return Self::Lean(trail);
        }
        if slot::of(&around).is_some() {
            return Self::Slot { trail, around: Carried::new(around), own: None };
        }
        // The context may hold a third-party span, which is to end when the last context of its own does.
        let own = Own::new(&trail, spot, &around);
        let around = Carried::new(own.context.clone());
        Self::Slot { trail, around, own: Some(own) }
    }

    /// Where the current context is of another lineage.
    #[inline]
    fn enter(&mut self, spot: Spot) -> Seat {
        let (trail, around, own) = match self {
            Self::Context(context) => return Seat::in_context(context.clone()),
            Self::Lean(trail) => return Seat::of_boundary(place::enter_lean(trail, spot)),
            Self::Slot { trail, around, own } => (trail, around, own),
        };
        if trail.kind == Kind::Permanent
            && let Some(boundary) = permanent::settle_in(around.context(), trail, spot)
        {
            return Seat::Boundary(boundary);
        }
        // Who holds the slot of an earlier poll may keep it.
        let references = Own::references(spot);
        let usable = |own: &Own| own.slot.spot() == spot && own.slot.is_unshared(references);
        if !own.as_ref().is_some_and(usable) {
            *own = Some(Own::new(trail, spot, around.context()));
        }
        Seat::of_boundary(own.as_ref().and_then(|own| place::attach_own(&own.context, &own.slot, references)))
    }
}

/// An instrumented future is as unwind-safe as its body: its span is finished once, whatever unwinds.
impl UnwindSafe for TaskSpan {}
impl RefUnwindSafe for TaskSpan {}

impl CallPart for TaskSpan {
    fn started(&self) -> Option<Moment> {
        self.record().map(|record| record.started)
    }

    fn is_timed(&self) -> bool {
        self.record().is_some()
    }

    fn wants_texts(&self) -> bool {
        self.record().is_some_and(|record| record.recorder.error_texts)
    }

    #[inline]
    fn attach(&mut self) -> Attached {
        let seat = self.enter();
        self.attached(seat)
    }

    fn add_items(&self, items: &Items) {
        let Some(record) = self.record() else { return };
        let (mut content, limits) = (record.content(), record.limits());
        let count = i64::try_from(items.count).unwrap_or(i64::MAX);
        content.set_attribute(KeyValue::new("stream.items", count), limits);
        if let Some(first) = items.first {
            let seconds = Value::F64(first.seconds_since(record.started));
            content.set_attribute(KeyValue::new("stream.time_to_first_item", seconds), limits);
        }
    }

    fn finish(&mut self, end: &mut CallEnd) {
        if let Some(task) = self.0.take()
            && let Some(record) = task.record
        {
            exception::end(record, end, false);
        }
    }
}

impl Drop for TaskSpan {
    /// Ends a span that no call has ended: its future was dropped before the call was made.
    fn drop(&mut self) {
        if let Some(started) = self.started() {
            let mut end = CallEnd::now(started, false);
            self.finish(&mut end);
        }
    }
}
