//! The loops, and what they hand to the operation.

#![expect(
    clippy::redundant_closure,
    reason = "written as the operations that these loops are taken off from"
)]

use bench_harness::inputs::{duration, growing, texts};
use bench_harness::{Row, Started};

use crate::polls;
use crate::spans::plain;
use crate::steps::{OfKind, Step};

pub const ROWS: &[Row] = &[
    Row::whole("loop", || Started::new(|run| run.each(|_| ()))),
    Row::whole("loop_kind", || Started::new(|run| run.each(|index| OfKind::at(index)))),
    Row::whole("loop_step", || Started::new(|run| run.each(|index| Step::at(index)))),
    Row::whole("loop_duration", || Started::new(|run| run.each(|index| duration(index)))),
    Row::whole("loop_growing", || Started::new(|run| run.each(|index| growing(index)))),
    Row::whole("loop_duration_step", || {
        Started::new(|run| run.each(|index| (duration(index), Step::at(index))))
    }),
    Row::whole("loop_texts", || Started::new(|run| run.each(|index| texts(index)))),
    Row::whole("loop_call", || Started::new(|run| run.each(|index| plain(index)))),
    Row::whole("loop_poll", polls::bare),
];
