//! OTLP against a receiver that does as it is told.

mod delivery;
mod messages;
mod over_json;
mod runtimes;
mod sink;
mod sizes;
mod tls;
