//! What an organisation gives its plugins: the toolkit under a path of its own, and a start that keeps spans for tests.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
pub use telemetry_runtime as telemetry;
use telemetry_runtime::export::{BoxFuture, ExportError, Receipt, SpanSink};

/// The toolkit once more, deeper.
pub mod observability {
    pub use telemetry_runtime::*;
}

static SPANS: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());

/// Running telemetry.
pub struct Platform(telemetry::Telemetry);

impl Platform {
    /// Starts telemetry.
    ///
    /// # Errors
    ///
    /// Those of [`telemetry::TelemetryBuilder::bootstrap`].
    pub fn start() -> Result<Self, telemetry::Error> {
        let builder = telemetry::Telemetry::builder().without_config_files().prometheus_port(0);
        builder.span_sink(Spans).bootstrap().map(Self)
    }

    /// The scopes and the names of the spans so far, in the order of their names.
    ///
    /// # Panics
    ///
    /// If spans are stuck for 20 seconds.
    pub fn spans(&self) -> Vec<(String, String)> {
        self.0.flush(Duration::from_secs(20)).expect("a flush within its limit");
        let mut spans = SPANS.lock().unwrap_or_else(PoisonError::into_inner).clone();
        spans.sort_unstable();
        spans
    }
}

struct Spans;

impl SpanSink for Spans {
    fn name(&self) -> &'static str {
        "platform"
    }

    fn export<'a>(
        &'a self,
        batch: Vec<SpanData>,
        _: &'a Resource,
    ) -> BoxFuture<'a, Result<Receipt, ExportError>> {
        let spans = batch.into_iter();
        let spans = spans.map(|span| (span.instrumentation_scope.name().to_owned(), span.name.into_owned()));
        SPANS.lock().unwrap_or_else(PoisonError::into_inner).extend(spans);
        Box::pin(async { Ok(Receipt::default()) })
    }
}
