//! Every naming rule of the toolkit, once.
//!
//! The macros check names while the user's crate compiles, constants check them in const evaluation, and the runtime checks
//! what only a running program knows (configuration, dynamic instruments). All three call the functions of [`check`], so
//! that a name is legal everywhere or nowhere. [`prometheus`] gives the spelling of a metric in the Prometheus formats.
//!
//! The crate has no dependencies and needs no standard library, only `alloc`.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod case;
pub mod check;
mod error;
mod name;
mod nearest;
pub mod prometheus;
pub mod suggest;
mod units;

pub use case::snake_case;
pub use error::NameError;
pub use name::{AttributeKey, MetricName, PluginId, SpanName, Unit};
pub use nearest::nearest;
