//! The attribute and derive macros of the telemetry toolkit. Use them through `telemetry-runtime`, where they are
//! documented.
//!
//! Each macro goes the same way: arguments as written, then a checked model, then tokens. Mistakes are collected on the
//! way and reported together, always with the user's item.

mod args;
mod diag;
mod instrument;
mod names;
mod paths;
mod plugin;
