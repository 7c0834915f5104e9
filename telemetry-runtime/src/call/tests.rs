use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::*;
use crate::clock::testing::FrozenClock;

/// What a part heard: the outcome, the time in seconds, and the type of the error.
type Heard = (Outcome, u64, Option<&'static str>);

/// A part in the place of metrics, which writes down what it hears.
#[derive(Clone, Default)]
struct Probe(Arc<Mutex<Vec<Heard>>>);

impl Probe {
    #[track_caller]
    fn heard_once(&self) -> Heard {
        let heard = self.0.lock().unwrap();
        let [heard] = heard[..] else { panic!("heard {heard:?}") };
        heard
    }
}

impl CallPart for Probe {
    fn finish(&mut self, end: &mut CallEnd) {
        let error = end.error().map(ErrorInfo::error_type);
        self.0.lock().unwrap().push((end.outcome(), end.elapsed().as_secs(), error));
    }
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// A future that is ready at its second poll, with a span's place empty.
fn task<R>(probe: &Probe, end: impl FnOnce() -> R) -> impl Future<Output = R> {
    let mut end = Some(end);
    let mut paused = false;
    let future = std::future::poll_fn(move |_| {
        if !std::mem::replace(&mut paused, true) {
            return Poll::Pending;
        }
        Poll::Ready(end.take().unwrap()())
    });
    traced(NoSpan, future, |_| Prepared::new(NoSpan, probe.clone()), |_: &R, _| ())
}

#[test]
fn a_call_without_a_span_hears_its_outcome_and_time_once() {
    let clock = FrozenClock::new();
    let probe = Probe::default();
    {
        let _call = PlainCall::new(NoSpan, probe.clone());
        clock.advance(Duration::from_secs(2));
    }
    assert_eq!(probe.heard_once(), (Outcome::Ok, 2, None));
}

#[test]
fn an_early_return_is_ok() {
    fn early(probe: &Probe) -> u8 {
        let _call = PlainCall::new(NoSpan, probe.clone());
        {
            if probe.0.lock().unwrap().is_empty() {
                return 1;
            }
            2
        }
    }
    let probe = Probe::default();
    assert_eq!(early(&probe), 1);
    assert_eq!(probe.heard_once().0, Outcome::Ok);
}

#[test]
fn an_error_is_known_by_its_type_and_its_text_is_not_made() {
    struct Untold;
    impl std::fmt::Display for Untold {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("nobody asked")
        }
    }
    let probe = Probe::default();
    let mut call = Call::new(NoSpan, probe.clone());
    let out: Result<(), Untold> = call_once(|| Err(Untold));
    tell!(&out, &mut call);
    assert!(call.error().unwrap().message().is_none());
    drop(call);
    assert_eq!(probe.heard_once(), (Outcome::Error, 0, Some(std::any::type_name::<Untold>())));
}

#[test]
fn a_panic_keeps_its_payload_and_is_heard_once() {
    fn assert_heard<C>(begin: impl FnOnce(Probe) -> C) {
        let probe = Probe::default();
        let payload = catch_unwind(AssertUnwindSafe(|| {
            let _call = begin(probe.clone());
            std::panic::panic_any(7_u8);
        }))
        .unwrap_err();
        assert_eq!(payload.downcast_ref::<u8>(), Some(&7));
        assert_eq!(probe.heard_once().0, Outcome::Panic);
    }
    assert_heard(|probe| Call::new(NoSpan, probe));
    assert_heard(|probe| PlainCall::new(NoSpan, probe));
}

#[test]
fn a_call_while_the_thread_unwinds_is_ok_unless_it_panics_itself() {
    struct Calling<'a>(&'a Probe);
    impl Drop for Calling<'_> {
        fn drop(&mut self) {
            drop(PlainCall::new(NoSpan, self.0.clone()));
        }
    }
    let probe = Probe::default();
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let _calling = Calling(&probe);
        std::panic::panic_any(7_u8);
    }));
    assert!(unwound.is_err());
    assert_eq!(probe.heard_once().0, Outcome::Ok);
}

#[test]
fn a_future_is_timed_from_its_first_poll_to_its_last() {
    let clock = FrozenClock::new();
    let probe = Probe::default();
    let made = async { task(&probe, || 5).await };
    clock.advance(Duration::from_secs(10));
    let mut made = Box::pin(made);
    assert!(poll(made.as_mut()).is_pending());
    clock.advance(Duration::from_secs(3));
    assert_eq!(poll(made.as_mut()), Poll::Ready(5));
    clock.advance(Duration::from_secs(10));
    drop(made);
    assert_eq!(probe.heard_once(), (Outcome::Ok, 3, None));
}

#[test]
fn a_dropped_future_is_cancelled() {
    let probe = Probe::default();
    let mut dropped = Box::pin(task(&probe, || ()));
    assert!(poll(dropped.as_mut()).is_pending());
    drop(dropped);
    assert_eq!(probe.heard_once().0, Outcome::Cancelled);
}

#[test]
fn a_future_dropped_because_another_panicked_is_cancelled() {
    let probe = Probe::default();
    let _ = catch_unwind(AssertUnwindSafe(|| {
        let mut dropped = Box::pin(task(&probe, || ()));
        assert!(poll(dropped.as_mut()).is_pending());
        panic!("another");
    }));
    assert_eq!(probe.heard_once().0, Outcome::Cancelled);
}

#[test]
fn a_future_that_panics_is_heard_once() {
    let probe = Probe::default();
    let mut panics = Box::pin(task(&probe, || panic!("inside")));
    assert!(poll(panics.as_mut()).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| poll(panics.as_mut()))).is_err());
    drop(panics);
    assert_eq!(probe.heard_once().0, Outcome::Panic);
}

#[test]
fn a_destructor_in_the_body_that_panics_on_cancellation_does_not_lose_the_call() {
    struct Breaks;
    impl Drop for Breaks {
        fn drop(&mut self) {
            panic!("in the destructor");
        }
    }
    let probe = Probe::default();
    let breaks = Breaks;
    let mut dropped = Box::pin(task(&probe, move || drop(breaks)));
    assert!(poll(dropped.as_mut()).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| drop(dropped))).is_err());
    assert_eq!(probe.heard_once().0, Outcome::Cancelled);
}

#[test]
fn two_metric_parts_hear_the_same_end() {
    let (first, second) = (Probe::default(), Probe::default());
    drop(Call::new(NoSpan, (first.clone(), second.clone())));
    assert_eq!(first.heard_once(), second.heard_once());
}

#[test]
fn a_call_of_nothing_reads_no_clock() {
    let call = Call::new(NoSpan, NoMetrics);
    assert_eq!(call.ended(), Moment::NONE);
}
