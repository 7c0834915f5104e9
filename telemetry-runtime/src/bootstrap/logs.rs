//! Logs over OTLP, for whoever makes them with `opentelemetry_sdk`.

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::SdkLoggerProvider;

use super::Telemetry;
use crate::config::{Config, MetricExporterConfig, OtlpConfig, SpanExporterConfig};
use crate::context::LogSpans;
use crate::error::Error;
use crate::export::{Diagnostics, LogSink};

/// What a logger provider is made of.
pub(super) struct LogParts {
    pub(super) resource: Resource,
    pub(super) diagnostics: Diagnostics,
}

impl Telemetry {
    /// A logger provider of `opentelemetry_sdk` that sends in batches to where spans go by OTLP, or metrics, with the same
    /// headers, certificates and retries, and with the telemetry's resource. `None` where nothing goes out by OTLP.
    ///
    /// The caller owns it: it exports what it holds by `force_flush`, and at the latest by `shutdown`. Records made inside a
    /// span, ours or third-party, carry its ids.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) where the URL is one for spans or metrics only, and
    /// [`ErrorKind::System`](crate::ErrorKind::System) where the operating system refuses what a runtime needs.
    pub fn logger_provider(&self) -> Result<Option<SdkLoggerProvider>, Error> {
        let (Some(running), Some(config)) = (self.shared.running(), otlp(self.config())) else {
            return Ok(None);
        };
        let LogParts { resource, diagnostics } = &running.logs;
        let sink = LogSink::beside(config, diagnostics)?;
        let builder =
            SdkLoggerProvider::builder().with_resource(resource.clone()).with_log_processor(LogSpans);
        Ok(Some(builder.with_batch_exporter(sink).build()))
    }
}

/// The first OTLP exporter of spans, or else of metrics.
fn otlp(config: &Config) -> Option<&OtlpConfig> {
    let spans = config.telemetry.tracing.exporters.iter().find_map(|exporter| match exporter {
        SpanExporterConfig::Otlp(otlp) => Some(otlp),
        _ => None,
    });
    let metrics = || {
        config.telemetry.metrics.exporters.iter().find_map(|exporter| match exporter {
            MetricExporterConfig::Otlp(otlp) => Some(otlp),
            _ => None,
        })
    };
    spans.or_else(metrics)
}
