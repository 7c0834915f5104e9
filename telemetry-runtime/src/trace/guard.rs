//! The span of a call that stays on its thread.

use std::thread;

use super::cells::Kept;
use super::exception;
use super::install::{self, Recorder};
use super::open::{Opened, open};
use super::parent::Parent;
use super::record::{Head, Record};
use super::shortcut::{Child, First, Inside, child, child_kept, first};
use super::site::SpanSite;
use super::start::StartAttributes;
use crate::call::{CallEnd, CallPart};
use crate::clock::Moment;
use crate::context::sampled;
use crate::context::seat::Seat;

/// The span of a call that stays on its thread. It is current until it ends.
#[derive(Debug)]
#[must_use = "a span ends when its guard is dropped"]
pub struct SpanGuard(Guarded);

/// Two words, so that little is moved.
#[derive(Debug)]
struct Guarded {
    /// [`Record::NONE`] where nothing is recorded.
    record: Record,
    seat: Seat,
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<SpanGuard>() == 2 * size_of::<usize>());

impl SpanGuard {
    const NONE: Self = Self(Guarded::NONE);

    const fn new(record: Record, seat: Seat) -> Self {
        Self(Guarded { record, seat })
    }

    /// Starts a span.
    // Out of line, as are the others: it is the same for all functions.
    #[inline(never)]
    pub fn enter(site: &'static SpanSite) -> Self {
        match install::active() {
            None => Self::NONE,
            Some(state) if sampled::seemed() => Self::start(state, site),
            Some(state) => Self::start_if_recorded(state, site),
        }
    }

    // Apart from what a recorded span needs, which is many registers.
    #[inline(never)]
    fn start_if_recorded(state: u32, site: &'static SpanSite) -> Self {
        match Inside::passes(state) {
            Some(true) if !site.root => Self::NONE,
            Some(_) => Self::start(state, site),
            None => Self::begin(state, site, &mut |_| ()),
        }
    }

    // Apart from the question whether there is anything to do, which then needs no registers.
    #[inline(never)]
    fn start(state: u32, site: &'static SpanSite) -> Self {
        let child = if site.root { Child::Unknown } else { child(state, site) };
        match child {
            Child::Current(record) => Self::new(record, Seat::Slot),
            Child::Passing => Self::NONE,
            other => Self::start_otherwise(other, state, site),
        }
    }

    /// Apart, so that there are two questions above and not a table of answers.
    #[inline(never)]
    fn start_otherwise(child: Child, state: u32, site: &'static SpanSite) -> Self {
        Self::of(child).unwrap_or_else(|| Self::begin(state, site, &mut |_| ()))
    }

    /// Starts a span with attributes, which are evaluated only if it is recorded.
    #[inline]
    pub fn enter_with(site: &'static SpanSite, attributes: impl FnOnce(&mut StartAttributes<'_>)) -> Self {
        let mut attributes = Some(attributes);
        Self::enter_filled(site, &mut |start| {
            if let Some(attributes) = attributes.take() {
                attributes(start);
            }
        })
    }

    #[inline(never)]
    fn enter_filled(site: &'static SpanSite, fill: &mut dyn FnMut(&mut StartAttributes<'_>)) -> Self {
        match install::active() {
            None => Self::NONE,
            Some(state) => Self::start_filled(state, site, fill),
        }
    }

    #[inline(never)]
    fn start_filled(
        state: u32,
        site: &'static SpanSite,
        fill: &mut dyn FnMut(&mut StartAttributes<'_>),
    ) -> Self {
        let (inside, serial) = if site.root { (Inside::Unknown, 0) } else { Inside::here(state) };
        let recorder = match inside {
            Inside::Passing => return Self::NONE,
            Inside::Unknown => return Self::begin(state, site, fill),
            Inside::Recorded(recorder) => recorder,
        };
        // Before the span is current: what is called here belongs beside it, and not below.
        let mut kept = Kept::new(site, recorder);
        fill(&mut kept.start(recorder));
        match child_kept(serial, site, recorder, &mut kept) {
            Child::Current(record) => Self::new(record, Seat::Slot),
            other => Self::start_filled_otherwise(other, state, site, recorder, &kept),
        }
    }

    #[inline(never)]
    fn start_filled_otherwise(
        child: Child,
        state: u32,
        site: &'static SpanSite,
        recorder: &'static Recorder,
        kept: &Kept,
    ) -> Self {
        Self::of(child).unwrap_or_else(|| {
            // It was simple a moment ago.
            let mut evaluated = Some(kept.take(&recorder.limits));
            Self::begin(state, site, &mut |start| {
                start.absorb(evaluated.take().unwrap_or_default());
            })
        })
    }

    /// The same below a parent that `parent =` gave.
    #[inline]
    pub fn enter_below(
        site: &'static SpanSite,
        parent: Parent,
        attributes: impl FnOnce(&mut StartAttributes<'_>),
    ) -> Self {
        let Some(state) = install::active() else { return Self::NONE };
        let mut attributes = Some(attributes);
        let mut fill = |start: &mut StartAttributes<'_>| {
            if let Some(attributes) = attributes.take() {
                attributes(start);
            }
        };
        match parent.known() {
            Some(_) => Self::open(state, site, parent, &mut fill),
            None => Self::begin(state, site, &mut fill),
        }
    }

    /// `None` for one that is not that simple.
    #[inline]
    fn of(child: Child) -> Option<Self> {
        match child {
            Child::Passing => Some(Self::NONE),
            Child::Current(record) => Some(Self::new(record, Seat::Slot)),
            Child::Beside(mut record) => {
                let seat = record.make_current(Seat::beside);
                Some(Self::new(record, seat))
            }
            Child::Unknown => None,
        }
    }

    /// Starts a span below what is current, if anything is.
    #[inline(never)]
    fn begin(state: u32, site: &'static SpanSite, fill: &mut dyn FnMut(&mut StartAttributes<'_>)) -> Self {
        match first(state, site, fill) {
            First::Unsampled(seat) => Self::new(Record::NONE, seat),
            First::Recorded(record, seat) => Self::new(record, seat),
            First::Unknown => Self::open(state, site, Parent::AT_START, fill),
        }
    }

    #[cold]
    fn open(
        state: u32,
        site: &'static SpanSite,
        parent: Parent,
        fill: &mut dyn FnMut(&mut StartAttributes<'_>),
    ) -> Self {
        match open(state, site, parent, fill) {
            Opened::Off | Opened::Passing(_) => Self::NONE,
            Opened::Unsampled(place) => Self::new(Record::NONE, place.enter_unrecorded()),
            Opened::Recorded(mut record, place) => {
                let seat = place.enter(&mut record);
                Self::new(record, seat)
            }
        }
    }

    #[inline]
    fn take(&mut self) -> Guarded {
        std::mem::replace(&mut self.0, Guarded::NONE)
    }
}

impl Guarded {
    const NONE: Self = Self { record: Record::NONE, seat: Seat::Nothing };

    #[inline]
    fn is_something(&self) -> bool {
        self.record.known().is_some() || !self.seat.is_nothing()
    }

    /// Ends a span by what the thread says of its call.
    #[inline(never)]
    fn end(self) {
        match self.record.known() {
            None => {
                self.seat.detach();
            }
            Some(record) if thread::panicking() && !record.unwinding => {
                let mut end = CallEnd::now(record.started, true);
                self.finish(&mut end);
            }
            Some(_) => self.end_at(Moment::now()),
        }
    }

    /// Ends a span of a call that ended well.
    #[inline(never)]
    fn end_ok(self, ended: Moment) {
        self.end_at(ended);
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "both of its callers are one function for all spans")]
    fn end_at(self, ended: Moment) {
        if let Some((record, alone)) = self.leave() {
            exception::end_ok(record, ended, alone);
        }
    }

    #[inline(never)]
    fn finish(self, end: &mut CallEnd) {
        if let Some((record, alone)) = self.leave() {
            exception::end(record, end, alone);
        }
    }

    /// Makes current what was before the span. Gives its record, and whether nobody else can be writing to it.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "both of its callers are one function for all spans")]
    fn leave(self) -> Option<(Record, bool)> {
        let Self { record, seat } = self;
        let Some(Head { span_id, before, .. }) = record.known().map(|record| **record) else {
            seat.detach();
            return None;
        };
        let alone = seat.leave(span_id, before.into());
        Some((record, alone))
    }
}

impl CallPart for SpanGuard {
    #[inline]
    fn started(&self) -> Option<Moment> {
        self.0.record.known().map(|record| record.started)
    }

    #[inline]
    fn is_timed(&self) -> bool {
        self.0.record.known().is_some()
    }

    #[inline]
    fn wants_texts(&self) -> bool {
        self.0.record.known().is_some_and(|record| record.recorder.error_texts)
    }

    #[inline]
    fn finish(&mut self, end: &mut CallEnd) {
        if self.0.is_something() {
            self.take().finish(end);
        }
    }

    #[inline]
    fn finish_ok(&mut self, _: Moment, ended: Moment) {
        if self.0.is_something() {
            self.take().end_ok(ended);
        }
    }
}

impl Drop for SpanGuard {
    /// Ends a span that no call has ended.
    #[inline]
    fn drop(&mut self) {
        if self.0.is_something() {
            self.take().end();
        }
    }
}
