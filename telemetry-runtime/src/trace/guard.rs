//! The span of a call that stays on its thread.

use std::thread;

use super::exception;
use super::install;
use super::open::{Child, Opened, child, open};
use super::parent::Parent;
use super::record::Record;
use super::site::SpanSite;
use super::value::StartAttributes;
use crate::call::{CallEnd, CallPart};
use crate::clock::Moment;
use crate::context::Attached;

/// The span of a call that stays on its thread. It is current until it ends.
#[derive(Debug)]
#[must_use = "a span ends when its guard is dropped"]
pub struct SpanGuard {
    record: Option<Record>,
    attached: Attached,
}

impl SpanGuard {
    const NONE: Self = Self { record: None, attached: Attached::NONE };

    /// Starts a span.
    #[inline]
    pub fn enter(site: &'static SpanSite) -> Self {
        match install::active() {
            None => Self::NONE,
            Some(state) => match child(state, site, |_| ()) {
                Child::Passing => Self::NONE,
                Child::Recorded(record, attached) => Self { record: Some(record), attached },
                Child::Unknown => Self::open(state, site, Parent::AT_START, &mut |_| ()),
            },
        }
    }

    /// Starts a span with attributes, which are evaluated only if it is recorded.
    #[inline]
    pub fn enter_with(site: &'static SpanSite, attributes: impl FnOnce(&mut StartAttributes)) -> Self {
        let mut attributes = Some(attributes);
        Self::enter_filled(site, &mut |start| {
            if let Some(attributes) = attributes.take() {
                attributes(start);
            }
        })
    }

    // Out of line: it is the same for all functions.
    #[inline(never)]
    fn enter_filled(site: &'static SpanSite, fill: &mut dyn FnMut(&mut StartAttributes)) -> Self {
        match install::active() {
            None => Self::NONE,
            Some(state) => match child(state, site, &mut *fill) {
                Child::Passing => Self::NONE,
                Child::Recorded(record, attached) => Self { record: Some(record), attached },
                Child::Unknown => Self::open(state, site, Parent::AT_START, fill),
            },
        }
    }

    /// The same below a parent that `parent =` gave.
    #[inline]
    pub fn enter_below(
        site: &'static SpanSite,
        parent: Parent,
        attributes: impl FnOnce(&mut StartAttributes),
    ) -> Self {
        let mut attributes = Some(attributes);
        match install::active() {
            None => Self::NONE,
            Some(state) => Self::open(state, site, parent, &mut |start| {
                if let Some(attributes) = attributes.take() {
                    attributes(start);
                }
            }),
        }
    }

    #[cold]
    fn open(
        state: u32,
        site: &'static SpanSite,
        parent: Parent,
        fill: &mut dyn FnMut(&mut StartAttributes),
    ) -> Self {
        match open(state, site, parent, fill) {
            Opened::Off | Opened::Passing(_) => Self::NONE,
            Opened::Unsampled(place) => Self { record: None, attached: place.enter() },
            Opened::Recorded(record, place) => Self { record: Some(record), attached: place.enter() },
        }
    }
}

impl CallPart for SpanGuard {
    #[inline]
    fn started(&self) -> Option<Moment> {
        self.record.as_ref().map(|record| record.started)
    }

    #[inline]
    fn is_timed(&self) -> bool {
        self.record.is_some()
    }

    fn wants_texts(&self) -> bool {
        self.record.as_ref().is_some_and(|record| record.recorder.error_texts)
    }

    #[inline]
    fn finish(&mut self, end: &CallEnd) {
        let alone = self.attached.end();
        if let Some(record) = self.record.take() {
            exception::end(record, end, alone);
        }
    }
}

impl Drop for SpanGuard {
    /// Ends a span that no call has ended.
    #[inline]
    fn drop(&mut self) {
        if let Some(started) = self.started() {
            let end = CallEnd::now(started, thread::panicking());
            self.finish(&end);
        }
    }
}
