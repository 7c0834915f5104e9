//! The loops, and what they hand to the operation.

use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bench_harness::inputs::{duration, growing, texts};
use bench_harness::{Row, Run, Started};

use crate::words::Step;

pub const ROWS: &[Row] = &[
    Row::whole("loop", || Started::new(|run| run.each(|_| ()))),
    Row::whole("loop_kind", || Started::new(|run| run.each(|index| Step::at(index).kind))),
    Row::whole("loop_step", || Started::new(|run| run.each(Step::at))),
    Row::whole("loop_duration", || Started::new(|run| run.each(duration))),
    Row::whole("loop_growing", || Started::new(|run| run.each(growing))),
    Row::whole("loop_duration_step", || {
        Started::new(|run| run.each(|index| (duration(index), Step::at(index))))
    }),
    Row::whole("loop_texts", || Started::new(|run| run.each(texts))),
    Row::whole("loop_call", || Started::new(|run| run.each(plain))),
    Row::whole("loop_poll", || Started::new(|run| polls(run, Waiting))),
];

/// What the functions do, without a span.
#[inline]
pub fn plain(index: u64) -> u64 {
    black_box(index)
}

/// A future that is never ready.
pub struct Waiting;

impl Future for Waiting {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        black_box(Poll::Pending)
    }
}

/// Polls a future again and again; its first poll and its end are not measured.
pub fn polls(run: &mut Run, future: impl Future<Output = ()>) {
    let mut future = std::pin::pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    assert!(future.as_mut().poll(&mut context).is_pending());
    run.each(|_| future.as_mut().poll(&mut context).is_pending());
}
