//! The reliability matrix: what may go wrong around telemetry and inside it, and what the host program sees of that.
//!
//! `docs/reliability.md` lists the rows with their criteria and figures. Each test prints the figures of its row. The
//! sizes are those of CI, unless the variable `RELIABILITY` says `full`:
//!
//! ```console
//! $ RELIABILITY=full cargo test --release -p it --test reliability -- --test-threads 1
//! ```

mod agreement;
mod callbacks;
mod cardinality;
mod configuration;
mod exit;
mod export;
mod extremes;
mod faults;
#[allow(dead_code, reason = "each area asks for a part of it")]
mod figures;
mod fork;
mod headers;
mod isolation;
mod names;
mod page;
mod panics;
mod runtimes;
mod scrape;
mod secrets;
mod variables;
