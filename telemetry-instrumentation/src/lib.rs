//! Telemetry of libraries, for programs with `telemetry-runtime`: spans and metrics of what is not one's own code.
//!
//! Every adapter is a feature of its own, and none is on by default, so that nobody builds what he does not use.
//!
//! | feature | module | records |
//! |---|---|---|
//! | `tower` | `tower` | requests to HTTP and gRPC servers, by a tower layer |
//! | `axum` | `tower` | the same, with the routes of axum |
//! | `reqwest` | `reqwest` | requests of HTTP clients, by a middleware |
//! | `sqlx` | `sqlx` | database queries, by an executor |
//! | `tracing` | `tracing` | spans of `tracing` in the same traces, and trace ids on its log lines |
//! | `logs` | `tracing` | its events as OTLP logs |
//! | `process` | `process` | CPU time, memory, threads, open files and uptime of the process |
//!
//! They follow OpenTelemetry's semantic conventions, so metrics have no plugin's prefix, and end in the outcomes of the
//! macros: ok, error, panic or cancelled. `telemetry.instrumentations.{name}: false` switches one off:
//!
//! | name | switches |
//! |---|---|
//! | `http` | `tower`, `reqwest` |
//! | `process` | `process` |
//! | `sqlx` | `sqlx` |
//! | `tracing` | `tracing`, but for: |
//! | `logs` | `tracing::LogExport` |
//!
//! `docs/instrumentation.md` lists every metric, span and attribute.

#[cfg(feature = "http")]
mod http;
#[cfg(feature = "process")]
pub mod process;
#[cfg(feature = "reqwest")]
pub mod reqwest;
#[cfg(any(feature = "http", feature = "sqlx"))]
mod span;
#[cfg(feature = "sqlx")]
pub mod sqlx;
#[cfg(feature = "tower")]
pub mod tower;
#[cfg(feature = "tracing")]
pub mod tracing;

/// What `docs/migration.md` shows compiles.
#[cfg(all(doctest, feature = "tracing"))]
#[doc = include_str!("../../docs/migration.md")]
mod migration {}

/// What `docs/production.md` shows compiles.
#[cfg(all(doctest, feature = "axum"))]
#[doc = include_str!("../../docs/production.md")]
mod production {}
