use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll, Waker};
use std::time::Duration;

use futures_core::Stream;
use opentelemetry::Value;
use opentelemetry::trace::Status;

use super::{Capture, INNER, OUTER, assert_parent, attribute, call, named};
use crate::call::{CallEnd, NoMetrics, Prepared, tell, traced_stream};
use crate::clock::testing::FrozenClock;
use crate::trace::{Parent, TaskSpan};

type Item = Result<u8, &'static str>;

/// Gives its items, with a span around each, and a pause before every one.
struct Given {
    items: VecDeque<Item>,
    paused: bool,
}

fn given(items: impl Into<VecDeque<Item>>) -> Given {
    Given { items: items.into(), paused: false }
}

impl Stream for Given {
    type Item = Item;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<Item>> {
        self.paused = !self.paused;
        if self.paused {
            return Poll::Pending;
        }
        drop(call(&INNER));
        let item = self.items.pop_front();
        assert_ne!(item, Some(Err("unwinds")));
        Poll::Ready(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.items.len(), Some(self.items.len()))
    }
}

fn stream(items: impl Into<VecDeque<Item>>) -> Pin<Box<impl Stream<Item = Item>>> {
    Box::pin(traced_stream(
        Parent::current(),
        given(items),
        |parent| Prepared::new(TaskSpan::start(&OUTER, parent), NoMetrics),
        |item: &Item, end: &mut CallEnd| tell!(item, end),
    ))
}

/// Polls for the next item, once over the pause.
fn next(stream: Pin<&mut impl Stream<Item = Item>>) -> Option<Item> {
    let mut task = TaskContext::from_waker(Waker::noop());
    let mut stream = stream;
    assert!(stream.as_mut().poll_next(&mut task).is_pending());
    match stream.poll_next(&mut task) {
        Poll::Ready(item) => item,
        Poll::Pending => panic!("it pauses once"),
    }
}

#[test]
fn a_stream_says_how_many_items_it_gave_and_when_the_first_came() {
    let clock = FrozenClock::new();
    let capture = Capture::new();
    let mut stream = stream([Ok(1), Ok(2)]);
    assert_eq!(stream.size_hint(), (2, Some(2)));
    let mut task = TaskContext::from_waker(Waker::noop());
    assert!(stream.as_mut().poll_next(&mut task).is_pending());
    clock.advance(Duration::from_millis(1500));
    assert_eq!(stream.as_mut().poll_next(&mut task), Poll::Ready(Some(Ok(1))));
    assert_eq!(stream.size_hint(), (1, Some(1)));
    clock.advance(Duration::from_secs(2));
    assert_eq!(next(stream.as_mut()), Some(Ok(2)));
    assert_eq!(next(stream.as_mut()), None);
    let spans = capture.spans();
    let outer = named(&spans, "outer");
    assert_eq!(attribute(outer, "stream.items"), Some(&Value::I64(2)));
    assert_eq!(attribute(outer, "stream.time_to_first_item"), Some(&Value::F64(1.5)));
    assert_eq!(outer.end_time.duration_since(outer.start_time).unwrap(), Duration::from_millis(3500));
    assert_eq!(outer.status, Status::Unset);
    for inner in spans.iter().filter(|span| span.name == "inner") {
        assert_parent(inner, outer);
    }
}

#[test]
fn a_stream_that_is_never_polled_records_nothing() {
    let capture = Capture::new();
    drop(stream([Ok(1)]));
    assert!(capture.spans().is_empty());
}

#[test]
fn a_stream_that_is_dropped_before_its_end_is_cancelled() {
    let capture = Capture::new();
    let mut stream = stream([Ok(1), Ok(2)]);
    next(stream.as_mut());
    drop(stream);
    let spans = capture.spans();
    let outer = named(&spans, "outer");
    assert_eq!(attribute(outer, "outcome"), Some(&"cancelled".into()));
    assert_eq!(attribute(outer, "stream.items"), Some(&Value::I64(1)));
}

#[test]
fn a_stream_that_gave_an_error_ends_with_it_wherever_its_reader_stops() {
    for reads in [1, 3] {
        let capture = Capture::new();
        let mut stream = stream([Err("lost"), Ok(2)]);
        for _ in 0..reads {
            next(stream.as_mut());
        }
        drop(stream);
        let spans = capture.spans();
        let outer = named(&spans, "outer");
        assert_eq!(outer.status, Status::error("lost"), "after {reads} items");
        assert_eq!(attribute(outer, "outcome"), None);
        assert_eq!(outer.events.len(), 1);
    }
}

#[test]
fn a_stream_that_unwinds_panicked() {
    let capture = Capture::new();
    let mut stream = stream([Ok(1), Err("unwinds")]);
    next(stream.as_mut());
    assert!(catch_unwind(AssertUnwindSafe(|| next(stream.as_mut()))).is_err());
    drop(stream);
    let spans = capture.spans();
    let outer = named(&spans, "outer");
    assert_eq!(attribute(outer, "error.type"), Some(&"panic".into()));
    assert_eq!(attribute(outer, "stream.items"), Some(&Value::I64(1)));
}

#[test]
fn a_stream_is_a_child_of_the_span_where_it_was_made() {
    let capture = Capture::new();
    let mut made = {
        let _outer = call(&super::MIDDLE);
        stream([Ok(1)])
    };
    next(made.as_mut());
    drop(made);
    let spans = capture.spans();
    assert_parent(named(&spans, "outer"), named(&spans, "middle"));
}
