//! The seam for exporters: what an organisation implements to send spans and metrics to a backend of its own.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;

use crate::config::TemporalityPreference;
use crate::metrics::Snapshot;

/// The future of an export.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a destination did with an export that reached it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// How many spans or points the destination refused.
    pub rejected: u64,
    /// What the destination says about it; empty for nothing.
    pub message: String,
}

/// A sink, and where it runs.
pub(crate) struct Destination<S: ?Sized> {
    pub(crate) sink: Box<S>,
    pub(crate) place: Place,
}

/// The thread that a sink runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// With all the others: for sinks of ours, which do not block.
    #[cfg_attr(not(any(feature = "otlp", feature = "console")), expect(dead_code, reason = "there are none"))]
    TelemetryThread,
    /// Alone: nobody knows what it does.
    OwnThread,
}

impl<S: ?Sized> Destination<S> {
    #[cfg(any(feature = "otlp", feature = "console"))]
    pub(crate) fn ours(sink: Box<S>) -> Self {
        Self { sink, place: Place::TelemetryThread }
    }

    pub(crate) fn registered(sink: Box<S>) -> Self {
        Self { sink, place: Place::OwnThread }
    }
}

/// Why an export failed: a fragment without a period and without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportError {
    message: String,
}

impl ExportError {
    /// An error with this text.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl fmt::Display for ExportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ExportError {}

/// A destination of finished spans.
///
/// The futures run on a thread of the sink's own, inside a Tokio current-thread runtime with time and network, and are
/// dropped when the time for an export is over. A sink that blocks its thread holds up nothing but itself, and cannot be
/// stopped at that time; for an exporter that cannot run inside a runtime there is `<dyn SpanSink>::from_exporter`. A call that
/// panics loses its batch, and the next batch is tried again.
pub trait SpanSink: Send + Sync {
    /// What diagnostics call it.
    fn name(&self) -> &str;

    /// How many batches it takes at a time; one, unless this says otherwise. It is asked once.
    ///
    /// While a destination answers, the next batches are on their way: with one at a time, a collector that answers in 50 ms
    /// gets no more than 20 batches a second. They may arrive in another order.
    fn max_concurrent_exports(&self) -> usize {
        1
    }

    /// Sends a batch. The next batch comes after this future has ended, or earlier with
    /// [`SpanSink::max_concurrent_exports`].
    ///
    /// # Errors
    ///
    /// The whole batch is lost and counted; what may be tried again is the sink's own decision.
    fn export<'a>(
        &'a self,
        batch: Vec<SpanData>,
        resource: &'a Resource,
    ) -> BoxFuture<'a, Result<Receipt, ExportError>>;

    /// Ends the sink, after the last export.
    fn shutdown(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

impl<S: SpanSink + ?Sized> SpanSink for Box<S> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn max_concurrent_exports(&self) -> usize {
        (**self).max_concurrent_exports()
    }

    fn export<'a>(
        &'a self,
        batch: Vec<SpanData>,
        resource: &'a Resource,
    ) -> BoxFuture<'a, Result<Receipt, ExportError>> {
        (**self).export(batch, resource)
    }

    fn shutdown(&self) -> BoxFuture<'_, ()> {
        (**self).shutdown()
    }
}

/// A destination of metrics.
///
/// What [`SpanSink`] says about threads, blocking and panics holds here too.
pub trait MetricSink: Send + Sync {
    /// What diagnostics call it.
    fn name(&self) -> &str;

    /// Whether sums and histograms are those since the start, which they are unless this says otherwise, or since the last
    /// snapshot that the sink took. [`Metric::temporality`](crate::metrics::Metric::temporality) says it of each metric. It
    /// is asked once.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use telemetry_runtime::config::TemporalityPreference;
    /// use telemetry_runtime::export::{BoxFuture, ExportError, MetricSink, Receipt};
    /// use telemetry_runtime::metrics::{Snapshot, Temporality};
    /// # use opentelemetry_sdk::Resource;
    ///
    /// struct StatsD;
    ///
    /// impl MetricSink for StatsD {
    ///     fn name(&self) -> &str {
    ///         "statsd"
    ///     }
    ///
    ///     fn temporality(&self) -> TemporalityPreference {
    ///         TemporalityPreference::Delta
    ///     }
    ///
    ///     fn export<'a>(
    ///         &'a self,
    ///         snapshot: &'a Arc<Snapshot>,
    ///         _: &'a Resource,
    ///     ) -> BoxFuture<'a, Result<Receipt, ExportError>> {
    ///         let metrics = snapshot.scopes.iter().flat_map(|scope| &scope.metrics);
    ///         for metric in metrics.filter(|metric| metric.temporality == Temporality::Delta) {
    ///             // Send what came since the last time.
    ///         }
    ///         Box::pin(async { Ok(Receipt::default()) })
    ///     }
    /// }
    /// ```
    fn temporality(&self) -> TemporalityPreference {
        TemporalityPreference::Cumulative
    }

    /// Sends a snapshot.
    ///
    /// # Errors
    ///
    /// The snapshot is lost and counted, and the next one makes up for it: sums are cumulative, or contain what was not
    /// taken.
    fn export<'a>(
        &'a self,
        snapshot: &'a Arc<Snapshot>,
        resource: &'a Resource,
    ) -> BoxFuture<'a, Result<Receipt, ExportError>>;

    /// Ends the sink, after the last export.
    fn shutdown(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

impl<S: MetricSink + ?Sized> MetricSink for Box<S> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn temporality(&self) -> TemporalityPreference {
        (**self).temporality()
    }

    fn export<'a>(
        &'a self,
        snapshot: &'a Arc<Snapshot>,
        resource: &'a Resource,
    ) -> BoxFuture<'a, Result<Receipt, ExportError>> {
        (**self).export(snapshot, resource)
    }

    fn shutdown(&self) -> BoxFuture<'_, ()> {
        (**self).shutdown()
    }
}
