//! Starting telemetry, and saying where it can be seen.

use std::io::{self, Write};
use std::time::Duration;

use telemetry_instrumentation::process::ProcessMetrics;
use telemetry_instrumentation::tracing::{spans, with_trace_ids};
use telemetry_runtime::config::{Explanation, MetricExporterConfig, SpanExporterConfig};
use telemetry_runtime::{Error, Telemetry, TelemetryBuilder};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::args::Args;

/// Starts telemetry as the command line says.
///
/// # Errors
///
/// If the configuration is wrong; the text names file, line, column and key.
pub fn start(args: &Args) -> Result<Telemetry, Error> {
    log_lines();
    builder(args).bootstrap()
}

/// What the command line, the environment and the files come to; nothing is started.
pub fn explain(args: &Args) -> Explanation {
    builder(args).explain()
}

fn builder(args: &Args) -> TelemetryBuilder {
    let mut builder = Telemetry::builder().register_instrumentation(ProcessMetrics);
    for file in &args.config {
        builder = builder.config_file(file);
    }
    if let Some(port) = args.port {
        builder = builder.prometheus_port(port);
    }
    if args.once {
        // A program that ends by itself has time to hand over everything that it made in a burst.
        builder = builder.shutdown_timeout(Duration::from_secs(30));
    }
    builder
}

/// Writes what libraries log to standard error, with the ids of the span that it belongs to, and exports their spans.
fn log_lines() {
    // Colours come with a feature that any crate of a build may switch on, and get between a field's name and its value.
    let lines =
        fmt::layer().event_format(with_trace_ids(fmt::format())).with_writer(io::stderr).with_ansi(false);
    let subscriber = tracing_subscriber::registry().with(LevelFilter::INFO).with(spans()).with(lines);
    // Only a test could have set one before, and then its own is the right one.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// Writes where metrics and traces are.
///
/// # Errors
///
/// If `out` cannot be written to.
pub fn write_places(out: &mut impl Write, telemetry: &Telemetry) -> io::Result<()> {
    let config = &telemetry.config().telemetry;
    for exporter in &config.metrics.exporters {
        match (exporter, telemetry.prometheus_address()) {
            (MetricExporterConfig::Prometheus(prometheus), Some(address)) => {
                writeln!(out, "metrics  http://{address}{}", prometheus.path)?;
            }
            (MetricExporterConfig::Prometheus(prometheus), None) => {
                writeln!(out, "metrics  nowhere: port {} is taken", prometheus.port)?;
            }
            (MetricExporterConfig::Otlp(otlp), _) => {
                writeln!(out, "metrics  {}", without_credentials(&otlp.endpoint))?;
            }
            (MetricExporterConfig::Console, _) => writeln!(out, "metrics  standard output")?,
            (MetricExporterConfig::Registered(own), _) => writeln!(out, "metrics  {}", own.name)?,
        }
    }
    for exporter in &config.tracing.exporters {
        match exporter {
            SpanExporterConfig::Otlp(otlp) => {
                writeln!(out, "traces   {}", without_credentials(&otlp.endpoint))?;
            }
            SpanExporterConfig::Console => writeln!(out, "traces   standard output")?,
            SpanExporterConfig::Registered(own) => writeln!(out, "traces   {}", own.name)?,
        }
    }
    if !telemetry.traces() {
        writeln!(out, "traces   off; set OTEL_EXPORTER_OTLP_ENDPOINT to send them somewhere")?;
    }
    Ok(())
}

/// A URL without `user:password@`.
fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::without_credentials;

    #[test]
    fn credentials_are_not_shown() {
        let shown = without_credentials("https://me:secret@example.com:4318/v1/traces");
        assert_eq!(shown, "https://example.com:4318/v1/traces");
        assert_eq!(without_credentials("http://localhost:4317"), "http://localhost:4317");
    }
}
