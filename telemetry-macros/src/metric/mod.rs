//! `#[metric]` on functions: counters, durations and calls in flight.

mod args;
mod expand;

pub(crate) use args::{MetricArgs, MetricAttributes};
pub(crate) use expand::{Parts, parts};
