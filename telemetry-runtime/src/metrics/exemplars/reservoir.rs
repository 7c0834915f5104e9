//! The exemplars of one series.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU64, fence};
use std::time::{Duration, SystemTime};

use opentelemetry::trace::{SpanContext, SpanId, TraceId};

use crate::metrics::snapshot::Exemplar;

/// A place per bucket.
#[derive(Debug)]
pub(super) struct Reservoir {
    offset: usize,
    slots: Box<[Slot]>,
}

/// One exemplar, written by whoever comes first and read by whoever sees that nobody wrote meanwhile.
#[derive(Debug, Default)]
struct Slot {
    /// Odd while somebody writes; zero if nobody ever did.
    version: AtomicU64,
    /// The trace in two halves, the span, the value, and the nanoseconds since 1970.
    words: [AtomicU64; 5],
}

impl Reservoir {
    pub(super) fn new(offset: usize, buckets: usize) -> Self {
        Self { offset, slots: (0..buckets).map(|_| Slot::default()).collect() }
    }

    /// The offset of the series.
    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    /// Keeps a measurement, unless another thread is just keeping one of the same bucket.
    pub(super) fn put(&self, bucket: usize, value: f64, time: SystemTime, span: &SpanContext) {
        let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let trace = u128::from_be_bytes(span.trace_id().to_bytes());
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the halves of the id, and a time before the year 2554"
        )]
        let words = [
            (trace >> 64) as u64,
            trace as u64,
            u64::from_be_bytes(span.span_id().to_bytes()),
            value.to_bits(),
            since.as_nanos() as u64,
        ];
        if let Some(slot) = self.slots.get(bucket) {
            slot.write(words);
        }
    }

    /// What is kept, by bucket.
    pub(super) fn exemplars(&self) -> Vec<Exemplar> {
        let slots = self.slots.iter().enumerate();
        slots
            .filter_map(|(bucket, slot)| {
                let [high, low, span, value, nanos] = slot.read()?;
                Some(Exemplar {
                    bucket,
                    value: f64::from_bits(value),
                    time: SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos),
                    trace_id: TraceId::from(u128::from(high) << 64 | u128::from(low)),
                    span_id: SpanId::from(span),
                    filtered_attributes: Vec::new(),
                })
            })
            .collect()
    }
}

impl Slot {
    fn write(&self, words: [u64; 5]) {
        let version = self.version.load(Relaxed);
        let claimed = version.is_multiple_of(2)
            && self.version.compare_exchange(version, version + 1, Acquire, Relaxed).is_ok();
        if !claimed {
            return;
        }
        // Who sees one of the words sees that the version is odd, or a later one.
        fence(Release);
        for (cell, word) in self.words.iter().zip(words) {
            cell.store(word, Relaxed);
        }
        self.version.store(version + 2, Release);
    }

    fn read(&self) -> Option<[u64; 5]> {
        loop {
            let version = self.version.load(Acquire);
            if version == 0 {
                return None;
            }
            let words = [0, 1, 2, 3, 4].map(|word: usize| self.words[word].load(Relaxed));
            fence(Acquire);
            if version.is_multiple_of(2) && self.version.load(Relaxed) == version {
                return Some(words);
            }
            std::hint::spin_loop();
        }
    }
}
