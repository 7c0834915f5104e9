//! The hand-over of spans, in every order that the threads can take.
//!
//! The file is the runtime's own; only what it takes from `crate::sync` is loom's here, which runs a closure once for each
//! order. No more than three changes of thread happen at places where a thread could go on, which finds nearly all there is to
//! find: `LOOM_MAX_PREEMPTIONS` sets another bound.

#[path = "../../../telemetry-runtime/src/trace/queue/hand_over.rs"]
#[expect(dead_code, reason = "the runtime uses all of it")]
mod hand_over;

mod sync {
    pub(crate) use std::sync::PoisonError;

    pub(crate) use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    pub(crate) use loom::sync::{Mutex, MutexGuard};
}

use hand_over::{Buffer, HandOver};
use loom::sync::Arc;
use loom::thread;

const BOUND: usize = 3;

fn in_every_order(run: impl Fn() + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound.get_or_insert(BOUND);
    model.check(run);
}

fn queue(capacity: usize, wake_at: usize) -> Arc<HandOver<u8>> {
    let queue = HandOver::default();
    queue.configure(capacity, wake_at);
    Arc::new(queue)
}

/// What a thread does with an item: whether it is to wake the taker.
fn push(queue: &HandOver<u8>, buffer: &Buffer<u8>, item: u8) -> bool {
    buffer.push(item).is_err_and(|item| queue.push_slowly(Some(buffer), item).0)
}

/// A thread that hands `items` over and ends, and gives how often it was to wake the taker.
fn producer(queue: &Arc<HandOver<u8>>, items: u8) -> thread::JoinHandle<usize> {
    let queue = Arc::clone(queue);
    thread::spawn(move || {
        let buffer = queue.new_buffer();
        let wakes = (0..items).filter(|item| push(&queue, buffer, *item)).count();
        queue.give_back(buffer);
        wakes
    })
}

/// Asserts that every item is in one place.
fn assert_balanced(queue: &HandOver<u8>) {
    let counts = queue.counts();
    let known = counts.exported
        + counts.failed
        + counts.dropped_full
        + counts.dropped_closed
        + counts.waiting
        + counts.in_flight;
    assert_eq!(counts.made, known, "{counts:?}");
}

#[test]
fn items_are_taken_once_while_they_are_made() {
    in_every_order(|| {
        let queue = queue(8, 8);
        let producers = [producer(&queue, 1), producer(&queue, 1)];
        let early = queue.take(8).len();
        assert_balanced(&queue);
        queue.settle(early, 0);
        for producer in producers {
            producer.join().unwrap();
        }
        let late = queue.take(8).len();
        assert_eq!(early + late, 2);
        queue.settle(0, late);
        assert_balanced(&queue);
        assert_eq!((queue.counts().waiting, queue.used()), (0, 0));
    });
}

#[test]
fn what_finds_no_room_is_counted() {
    in_every_order(|| {
        let queue = queue(1, 1);
        let producers = [producer(&queue, 1), producer(&queue, 1)];
        let taken = queue.take(8).len();
        for producer in producers {
            producer.join().unwrap();
        }
        let taken = taken + queue.take(8).len();
        let counts = queue.counts();
        assert_eq!(counts.made, 2);
        assert_eq!(taken as u64 + counts.dropped_full, 2);
        assert_eq!(queue.used(), 0);
        assert_balanced(&queue);
    });
}

#[test]
fn nothing_waits_in_a_closed_queue() {
    in_every_order(|| {
        let queue = queue(8, 8);
        let producer = producer(&queue, 2);
        drop(queue.close());
        producer.join().unwrap();
        let counts = queue.counts();
        assert_eq!((counts.made, counts.dropped_closed, counts.waiting), (2, 2, 0));
        assert_eq!(queue.used(), 0);
    });
}

#[test]
fn a_queue_that_is_opened_again_loses_nothing_uncounted() {
    in_every_order(|| {
        let queue = queue(8, 8);
        let producer = producer(&queue, 2);
        drop(queue.close());
        queue.configure(8, 8);
        producer.join().unwrap();
        let taken = queue.take(8).len() as u64;
        assert_eq!(queue.counts().dropped_closed + taken, 2);
        assert_balanced(&queue);
        assert_eq!(queue.used(), 0);
    });
}

#[test]
fn the_counts_balance_at_any_time() {
    in_every_order(|| {
        let queue = queue(2, 8);
        let producer = producer(&queue, 1);
        let exporter = {
            let queue = Arc::clone(&queue);
            thread::spawn(move || {
                let taken = queue.take(8).len();
                queue.settle(taken, 0);
            })
        };
        assert_balanced(&queue);
        producer.join().unwrap();
        exporter.join().unwrap();
        assert_balanced(&queue);
    });
}

#[test]
fn the_taker_is_woken_for_what_waits() {
    in_every_order(|| {
        let queue = queue(8, 2);
        let producer = producer(&queue, 2);
        queue.take(8);
        let wakes = producer.join().unwrap();
        if queue.waiting() == 2 {
            assert!(wakes > 0, "enough wait, and nobody was told");
        }
    });
}

#[test]
fn threads_without_a_buffer_share_the_last_resort() {
    in_every_order(|| {
        let queue = queue(8, 8);
        let late = {
            let queue = Arc::clone(&queue);
            thread::spawn(move || {
                queue.push_slowly(None, 1);
            })
        };
        queue.push_slowly(None, 2);
        let taken = queue.take(8).len();
        late.join().unwrap();
        assert_eq!(taken + queue.take(8).len(), 2);
        assert_balanced(&queue);
    });
}
