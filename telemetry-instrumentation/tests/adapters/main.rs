//! What the adapters record, read at exporters.

mod client;
#[path = "../../../tests/it/tests/acceptance/fixture.rs"]
mod fixture;
mod idle;
mod logs_and_spans;
mod otlp_logs;
mod process;
mod queries;
mod server;
mod tonic;
