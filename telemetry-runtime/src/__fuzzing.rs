//! Doors to what takes input from outside, for programs that try any input. No part of the public API.

use opentelemetry::propagation::TextMapPropagator;
use opentelemetry_sdk::Resource;

use crate::config::PropagatorConfig;
use crate::export::render;
use crate::metrics::Snapshot;

/// The page that a scraper gets, in the text format or in OpenMetrics.
pub fn exposition(snapshot: &Snapshot, resource: &Resource, open_metrics: bool) -> String {
    render(snapshot, resource, open_metrics)
}

/// What reads and writes the context of requests, with all propagators.
pub fn propagator() -> impl TextMapPropagator + Send + Sync + 'static {
    crate::bootstrap::propagator(&[PropagatorConfig::TraceContext, PropagatorConfig::Baggage])
}
