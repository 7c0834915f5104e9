//! Sending the span that is current, and not the one that its context was made for.

use opentelemetry::Context;
use opentelemetry::propagation::text_map_propagator::FieldIter;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};

use super::slot;

/// A propagator that sends the current span out of contexts that several spans share.
#[derive(Debug)]
pub(crate) struct Exact<P>(pub(crate) P);

impl<P: TextMapPropagator> TextMapPropagator for Exact<P> {
    fn inject_context(&self, context: &Context, injector: &mut dyn Injector) {
        self.0.inject_context(slot::exact(context).as_ref().unwrap_or(context), injector);
    }

    fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
        self.0.extract_with_context(context, extractor)
    }

    fn fields(&self) -> FieldIter<'_> {
        self.0.fields()
    }
}
