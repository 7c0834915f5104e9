//! Trace and span ids.

use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_sdk::trace::{IdGenerator, RandomIdGenerator};

/// Where a recorder's ids come from.
#[derive(Debug)]
pub(crate) struct Ids(Box<dyn IdGenerator>);

impl Ids {
    pub(super) fn new(given: Option<Box<dyn IdGenerator>>) -> Self {
        Self(given.unwrap_or_else(|| Box::new(RandomIdGenerator::default())))
    }

    pub(crate) fn new_trace_id(&self) -> TraceId {
        loop {
            let id = self.0.new_trace_id();
            if id != TraceId::INVALID {
                return id;
            }
        }
    }

    pub(crate) fn new_span_id(&self) -> SpanId {
        loop {
            let id = self.0.new_span_id();
            if id != SpanId::INVALID {
                return id;
            }
        }
    }
}
