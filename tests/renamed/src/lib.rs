//! A plugin that knows the toolkit as `telemetry`: every macro with `crate = telemetry`, and a block that says it once.
#![deny(warnings, clippy::pedantic)]

pub mod each;
pub mod once;
