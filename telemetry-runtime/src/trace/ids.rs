//! Trace and span ids.

use std::cell::Cell;

use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};

use crate::context::slot::number;

thread_local! {
    /// The thread's next place in a sequence that visits all numbers of 64 bits; at 0 it begins anew.
    static PLACE: Cell<u64> = const { Cell::new(0) };
}

/// Where a recorder's ids come from.
#[derive(Debug)]
pub(crate) struct Ids(Option<Box<dyn IdGenerator>>);

impl Ids {
    pub(super) fn new(given: Option<Box<dyn IdGenerator>>) -> Self {
        Self(given)
    }

    #[inline]
    pub(super) fn are_ours(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn new_trace_id(&self) -> TraceId {
        loop {
            let id = match &self.0 {
                Some(given) => given.new_trace_id(),
                None => RandomIdGenerator::default().new_trace_id(),
            };
            if id != TraceId::INVALID {
                return id;
            }
        }
    }

    #[inline]
    pub(crate) fn new_span_id(&self) -> SpanId {
        let Some(given) = &self.0 else { return next() };
        loop {
            let id = given.new_span_id();
            if id != SpanId::INVALID {
                return id;
            }
        }
    }
}

/// An id from the thread's sequence, which begins at a random place: those of two threads meet as rarely as random ids do. Mixing
/// only makes neighbours look different, so that half of what splitmix64 does is enough.
#[inline]
pub(super) fn next() -> SpanId {
    let place = match PLACE.get() {
        0 => first_place(),
        place => place,
    };
    PLACE.set(place.wrapping_add(0x9E37_79B9_7F4A_7C15));
    // Each step can be undone, and nothing but 0 comes to 0: this is an id.
    let mixed = (place ^ (place >> 32)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    SpanId::from(mixed ^ (mixed >> 32))
}

#[cold]
fn first_place() -> u64 {
    number(RandomIdGenerator::default().new_span_id()).max(1)
}
