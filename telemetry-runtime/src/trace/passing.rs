//! Failures on their way up, from a span that ended to its parent: only the innermost tells of one in an event.

use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use foldhash::fast::FixedState;
use opentelemetry::trace::SpanId;

use super::record::Record;
use crate::context::slot::number;

/// Some of the failures that wait for the parents of the spans which recorded them to end.
///
/// Each is a hash of what failed and where it arrives, and never 0; a collision would cost an event. They need no order among
/// other writes: a parent that returns its child's error got it in a way by which it also sees what the child wrote here.
#[repr(align(64))]
struct Shard {
    failures: [AtomicU64; KEPT],
    /// How many there were by now, which says whose place is the next to be taken.
    count: AtomicUsize,
}

/// They are kept for the whole process and not for a thread: parent and child may end on different ones. What is never
/// asked for, because the parent handles the error, is overwritten in the end; an event too many would be all that came
/// of it.
static PASSING: [Shard; SHARDS] =
    [const { Shard { failures: [const { AtomicU64::new(0) }; KEPT], count: AtomicUsize::new(0) } }; SHARDS];

const SHARDS: usize = 256;

/// How many failures a shard keeps; the oldest one makes room. With their count they fill one line of a cache.
const KEPT: usize = 7;

/// Whether a child of the span has recorded the failure, which then only passes through. The span's own parent will be
/// told the same.
pub(super) fn passes_through(record: &Record, kind: &str, message: Option<&str>) -> bool {
    let mut failure = FixedState::default().build_hasher();
    failure.write(kind.as_bytes());
    failure.write(message.unwrap_or_default().as_bytes());
    failure.write(&record.trace_id.to_bytes());
    let failure = failure.finish();
    let passes = take(at(failure, record.span_id));
    if record.parent != SpanId::INVALID && !record.parent_is_remote {
        put(at(failure, record.parent));
    }
    passes
}

/// The failure when it arrives at a span of its trace.
fn at(failure: u64, span: SpanId) -> u64 {
    (failure ^ number(span)).max(1)
}

fn take(wanted: u64) -> bool {
    shard(wanted).failures.iter().any(|place| {
        place.load(Ordering::Relaxed) == wanted
            && place.compare_exchange(wanted, 0, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    })
}

fn put(passing: u64) {
    let Shard { failures, count } = shard(passing);
    // A call that is tried again fails again in the same way.
    if !failures.iter().any(|known| known.load(Ordering::Relaxed) == passing) {
        failures[count.fetch_add(1, Ordering::Relaxed) % KEPT].store(passing, Ordering::Relaxed);
    }
}

fn shard(passing: u64) -> &'static Shard {
    &PASSING[usize::from(passing.to_le_bytes()[0]) % SHARDS]
}
