//! Destinations that cannot be made yet, such as one whose certificate is not mounted so far.
//!
//! The host goes on without them, but not silently: what they are given is lost and counted, each export tries to make them
//! again, and the first one that can goes through.

use std::sync::Arc;

use once_cell::sync::OnceCell;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;

use super::sink::{BoxFuture, ExportError, MetricSink, Receipt, SpanSink};
use crate::config::TemporalityPreference;
use crate::error::Error;
use crate::metrics::Snapshot;

/// Makes the destination; it may fail any number of times.
type Make<S> = Box<dyn Fn() -> Result<Box<S>, Error> + Send + Sync>;

/// A destination that is made when it can be.
pub(super) struct Later<S: ?Sized> {
    name: &'static str,
    temporality: TemporalityPreference,
    sink: OnceCell<Box<S>>,
    make: Make<S>,
}

impl<S: ?Sized> Later<S> {
    /// `name` is what diagnostics call it until it is made.
    pub(super) fn new(
        name: &'static str,
        temporality: TemporalityPreference,
        make: impl Fn() -> Result<Box<S>, Error> + Send + Sync + 'static,
    ) -> Self {
        Self { name, temporality, sink: OnceCell::new(), make: Box::new(make) }
    }

    fn sink(&self) -> Result<&S, ExportError> {
        let sink = self.sink.get_or_try_init(&self.make);
        sink.map(|sink| &**sink).map_err(|error| ExportError::new(error.to_string()))
    }
}

impl SpanSink for Later<dyn SpanSink> {
    fn name(&self) -> &str {
        self.sink.get().map_or(self.name, |sink| sink.name())
    }

    fn max_concurrent_exports(&self) -> usize {
        super::otlp::CONCURRENT_EXPORTS
    }

    fn export<'a>(
        &'a self,
        batch: Vec<SpanData>,
        resource: &'a Resource,
    ) -> BoxFuture<'a, Result<Receipt, ExportError>> {
        match self.sink() {
            Ok(sink) => sink.export(batch, resource),
            Err(error) => Box::pin(async { Err(error) }),
        }
    }

    fn shutdown(&self) -> BoxFuture<'_, ()> {
        match self.sink.get() {
            Some(sink) => sink.shutdown(),
            None => Box::pin(async {}),
        }
    }
}

impl MetricSink for Later<dyn MetricSink> {
    fn name(&self) -> &str {
        self.sink.get().map_or(self.name, |sink| sink.name())
    }

    fn temporality(&self) -> TemporalityPreference {
        self.temporality
    }

    fn export<'a>(
        &'a self,
        snapshot: &'a Arc<Snapshot>,
        resource: &'a Resource,
    ) -> BoxFuture<'a, Result<Receipt, ExportError>> {
        match self.sink() {
            Ok(sink) => sink.export(snapshot, resource),
            Err(error) => Box::pin(async { Err(error) }),
        }
    }

    fn shutdown(&self) -> BoxFuture<'_, ()> {
        match self.sink.get() {
            Some(sink) => sink.shutdown(),
            None => Box::pin(async {}),
        }
    }
}
