//! The acceptance cases of the systems that this toolkit follows, each read where an operator reads: at an exporter.
//!
//! A function is named `case_NN_what_it_claims` by the case's number. Where a rule of our design changes what the
//! original did, a comment at the test says which rule.

mod backends;
mod cached;
mod config;
mod exemplars;
mod fixture;
mod gaps;
mod lifecycle;
mod metrics_service;
mod naming;
mod tracing_context;
mod tracing_principal;
mod tracing_service;
mod views;
