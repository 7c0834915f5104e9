//! Telemetry in tests: captured for each test apart, and asserted with readable failures.
//!
//! A [`Capture`] takes everything that is recorded on its thread, and wherever its context goes, until it is dropped: spans,
//! metrics, and a [`Clock`] that the test may move. It needs no start of telemetry and no global set-up, and tests in parallel
//! threads of one process do not see each other. [`#[telemetry_runtime::test]`](macro@crate::test) makes one around a test.
//!
//! This module needs the feature `testing`, which belongs into `[dev-dependencies]`: the program that is shipped is then
//! built without it, and pays nothing.
//!
//! ```toml
//! [dev-dependencies]
//! telemetry-runtime = { version = "0.1", features = ["testing"] }
//! ```
//!
//! ```
//! use telemetry_runtime::backstage_plugin;
//! use telemetry_runtime::testing::Capture;
//!
//! #[backstage_plugin(id = "catalog")]
//! mod catalog {
//!     use telemetry_runtime::{metric, traced};
//!
//!     #[traced(attributes(catalog.kind = kind))]
//!     #[metric(counter("entities.loaded", unit = "{entity}"))]
//!     pub fn load(kind: &str) -> Result<(), String> {
//!         if kind == "api" { Ok(()) } else { Err(format!("no kind {kind}")) }
//!     }
//!
//!     #[traced]
//!     pub fn stitch() {
//!         let _ = (load("api"), load("bug"));
//!     }
//! }
//!
//! # /*
//! #[telemetry_runtime::test]
//! fn what_fails_is_counted(capture: &Capture) {
//! # */
//! # let capture = Capture::start();
//!     catalog::stitch();
//!     capture.assert_spans(
//!         "stitch [ok]
//!            load [ok] catalog.kind=api
//!            load [error] catalog.kind=bug",
//!     );
//!     assert_eq!(capture.counter("entities.loaded", &[("outcome", "error")]), 1);
//! # /*
//! }
//! # */
//! ```
//!
//! # What is followed
//!
//! A thread finds its capture in OpenTelemetry's current `Context`, anew at every span, every measurement and every reading
//! of the clock. So a capture is followed by whatever makes its context current on another thread or in another task:
//! [`context::propagate`](crate::context::propagate), [`context::wrap`](crate::context::wrap), the futures and streams of
//! `#[traced]` functions while they are polled, wherever that is, and `attach`, `with_context` and the like of OpenTelemetry
//! itself. Code that starts a thread or a task of another thread without any of them leaves the capture, as it leaves its
//! trace, and records for the process; so does what a third party runs in a context that it made anew (`Context::new()`).
//!
//! A call that counts itself as running is counted down where it was counted up. Everything else is recorded where it
//! happens: a call that ends elsewhere is counted there.
//!
//! Limits on free text (`#[attribute(limit = N)]`, `telemetry.metrics.cardinalityLimit`) count what a capture has, not what other
//! tests recorded. Spans of third-party code are captured if it is given a tracer of
//! [`Capture::tracer_provider`]; those of `opentelemetry::global` go where its provider sends them.
//!
//! A capture leaves a few kilobytes behind until the process ends, as spans and calls that are still running may need them.
//!
//! What the process has once stays shared: the names of metrics, what a `static` or a `LazyLock` has initialised, and
//! callbacks of observable instruments that were added outside of any capture. Declared callbacks run whenever a capture is read.
//! Those that are added inside a capture run for it alone, and in the place of any that were added to the instrument outside.

mod capture;
mod distribution;
mod expected;
mod lookup;
mod metrics;
mod span;
mod tree;

#[doc(hidden)]
pub use capture::{Begun, current_capture, start_capture, start_only_capture};
pub use capture::{Capture, CaptureGuard};
pub use distribution::Distribution;
pub use metrics::Metrics;
pub use span::Span;
pub use tree::SpanTree;

pub use crate::clock::Clock;
