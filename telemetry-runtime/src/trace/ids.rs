//! Trace and span ids.

use std::cell::Cell;

use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};

use crate::context::slot::number;

thread_local! {
    /// The thread's place in a sequence that visits all numbers of 64 bits; 0 before the first one was asked for.
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
        loop {
            let id = match &self.0 {
                Some(given) => given.new_span_id(),
                None => next(),
            };
            if id != SpanId::INVALID {
                return id;
            }
        }
    }
}

/// An id from the thread's sequence (splitmix64), which begins at a random place: those of two threads meet as rarely as
/// random ids do.
#[inline]
fn next() -> SpanId {
    let place = match PLACE.get() {
        0 => first_place(),
        place => place,
    };
    let place = place.wrapping_add(0x9E37_79B9_7F4A_7C15);
    PLACE.set(place);
    let mixed = (place ^ (place >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    SpanId::from(mixed ^ (mixed >> 31))
}

#[cold]
fn first_place() -> u64 {
    number(RandomIdGenerator::default().new_span_id())
}
