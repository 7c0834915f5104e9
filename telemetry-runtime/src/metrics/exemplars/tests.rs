use std::thread;

use opentelemetry::trace::{SpanId, TraceFlags, TraceId, TraceState};

use super::*;

fn span(id: u64) -> SpanContext {
    let trace = TraceId::from(u128::from(id) << 64 | u128::from(id));
    SpanContext::new(trace, SpanId::from(id), TraceFlags::SAMPLED, false, TraceState::NONE)
}

#[test]
fn what_was_kept_last_comes_back_by_its_bucket() {
    let reservoir = Reservoir::new(7, 3);
    assert!(reservoir.exemplars().is_empty());
    for (id, bucket) in [(1, 2), (2, 0), (3, 2)] {
        reservoir.put(bucket, 0.5, SystemTime::now(), &span(id));
    }
    // A bucket that the series has not is none.
    reservoir.put(3, 0.5, SystemTime::now(), &span(4));
    let kept = reservoir.exemplars();
    assert_eq!(kept.iter().map(|kept| kept.bucket).collect::<Vec<_>>(), [0, 2]);
    assert_eq!((kept[0].span_id, kept[1].span_id), (SpanId::from(2), SpanId::from(3)));
    assert_eq!(kept[1].trace_id, span(3).trace_id());
}

#[test]
fn an_exemplar_is_never_made_of_two() {
    let rounds = if cfg!(miri) { 40 } else { 20_000 };
    let reservoir = Reservoir::new(7, 1);
    thread::scope(|scope| {
        for writer in 1..=3_u64 {
            let reservoir = &reservoir;
            scope.spawn(move || {
                for round in 0..rounds {
                    let id = round * 8 + writer;
                    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
                    reservoir.put(0, id as f64, SystemTime::UNIX_EPOCH, &span(id));
                }
            });
        }
        for _ in 0..rounds {
            for kept in reservoir.exemplars() {
                let id = u64::from_be_bytes(kept.span_id.to_bytes());
                #[expect(clippy::cast_precision_loss, reason = "small numbers")]
                let value = id as f64;
                assert_eq!((kept.trace_id, kept.value.to_bits()), (span(id).trace_id(), value.to_bits()));
            }
        }
    });
    assert_eq!(reservoir.exemplars().len(), 1);
}
