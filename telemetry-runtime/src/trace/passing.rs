//! Failures on their way up, from a span that ended to its parent: only the innermost tells of one in an event.

use std::hash::BuildHasher;
use std::sync::{Mutex, PoisonError};

use opentelemetry::trace::{SpanId, TraceId};

use super::record::Record;

/// A failure that a child has recorded.
#[derive(Clone, Copy, PartialEq)]
struct Passing {
    trace: TraceId,
    /// The span that it arrives at.
    parent: SpanId,
    /// A hash of its type and text; a collision would cost an event.
    failure: u64,
}

/// They are kept for the whole process and not for a thread: parent and child may end on different ones. What is never
/// asked for, because the parent handles the error, is overwritten in the end; an event too many would be all that came
/// of it.
static PASSING: [Mutex<Vec<Passing>>; SHARDS] = [const { Mutex::new(Vec::new()) }; SHARDS];

const SHARDS: usize = 64;

/// How many failures a shard keeps; the oldest one makes room.
const KEPT: usize = 16;

/// Whether a child of the span has recorded the failure, which then only passes through. The span's own parent will be
/// told the same.
pub(super) fn passes_through(record: &Record, kind: &str, message: Option<&str>) -> bool {
    let failure = foldhash::fast::FixedState::default().hash_one((kind, message));
    let trace = record.trace_id;
    let passes = take(Passing { trace, parent: record.span_id, failure });
    if record.parent != SpanId::INVALID && !record.parent_is_remote {
        put(Passing { trace, parent: record.parent, failure });
    }
    passes
}

fn take(wanted: Passing) -> bool {
    with_shard(wanted.parent, |shard| {
        let before = shard.len();
        shard.retain(|passing| *passing != wanted);
        shard.len() < before
    })
}

fn put(passing: Passing) {
    with_shard(passing.parent, |shard| {
        // A call that is tried again fails again in the same way.
        shard.retain(|known| *known != passing);
        if shard.len() == KEPT {
            shard.remove(0);
        }
        shard.push(passing);
    });
}

fn with_shard<R>(parent: SpanId, f: impl FnOnce(&mut Vec<Passing>) -> R) -> R {
    // Span ids are random, so their last byte is as good as a hash.
    let shard = usize::from(parent.to_bytes()[7]) % SHARDS;
    f(&mut PASSING[shard].lock().unwrap_or_else(PoisonError::into_inner))
}
