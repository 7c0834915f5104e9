//! What the macros accept and refuse, as a user sees it.
//!
//! `fail/{id}.rs` is a mistake with the message `id`, and `fail/{id}--{variant}.rs` another one. `fail/several--*.rs` have
//! more than one mistake, and `fail/compiler--*.rs` are refused by the compiler, at places and in words that the
//! toolkit chose. Each case uses the item with the mistake: that must not be a second error. The `.stderr` files belong to
//! the compiler of `rust-toolchain.toml`; `TRYBUILD=overwrite cargo test -p ui` writes them anew.

#[cfg(test)]
mod cases;
#[cfg(test)]
mod manifest;
#[cfg(test)]
#[path = "../../../telemetry-macros/src/diag/message_id.rs"]
mod message_id;
