//! OTLP over http/protobuf, http/json and gRPC, with transports of our own over the messages of `opentelemetry-proto`.
//!
//! The transports of `opentelemetry-otlp` follow redirects with all headers, need the user's runtime for gRPC and only
//! warn about a partial success; see `ARCHITECTURE.md`.

mod answer;
mod buffers;
mod client;
mod encode;
#[cfg(feature = "otlp-grpc")]
mod grpc;
#[cfg(feature = "otlp-http")]
mod http;
#[cfg(feature = "otlp-http")]
mod json;
#[cfg(feature = "otlp-logs")]
mod logs;
mod metrics;
mod protobuf;
mod retry;
mod secrets;
mod shrink;
mod span_bytes;
mod spans;
#[cfg(feature = "tls")]
mod tls;

#[cfg(all(test, feature = "otlp-http", feature = "otlp-grpc", feature = "tls"))]
mod tests;

use std::sync::Arc;

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;

use self::buffers::Buffers;
use self::client::Client;
use self::encode::Part;
#[cfg(feature = "otlp-logs")]
pub(crate) use self::logs::LogSink;
use super::diagnostics::{DiagnosticKind, Diagnostics};
use super::sink::{BoxFuture, ExportError, MetricSink, Receipt, SpanSink};
use crate::config::{OtlpConfig, TemporalityPreference};
use crate::error::{Error, ErrorKind};
use crate::metrics::Snapshot;

/// Requests that may be on their way at a time, so that a receiver that takes its time is not a limit.
pub(super) const CONCURRENT_EXPORTS: usize = 4;

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signal {
    Traces,
    Metrics,
    #[cfg(feature = "otlp-logs")]
    Logs,
}

/// A destination that takes metrics.
pub(super) fn metric_sink(
    config: &OtlpConfig,
    diagnostics: &Diagnostics,
) -> Result<Box<dyn MetricSink>, Error> {
    sink(config, diagnostics, Signal::Metrics).map(|sink| Box::new(sink) as Box<dyn MetricSink>)
}

/// A destination that takes spans.
pub(super) fn span_sink(config: &OtlpConfig, diagnostics: &Diagnostics) -> Result<Box<dyn SpanSink>, Error> {
    sink(config, diagnostics, Signal::Traces).map(|sink| Box::new(sink) as Box<dyn SpanSink>)
}

fn sink(config: &OtlpConfig, diagnostics: &Diagnostics, signal: Signal) -> Result<Otlp, Error> {
    let client = client(config, diagnostics, signal)?;
    Ok(Otlp { client, buffers: Buffers::default(), temporality: config.temporality })
}

fn client(config: &OtlpConfig, diagnostics: &Diagnostics, signal: Signal) -> Result<Client, Error> {
    let client = Client::new(config, signal).map_err(|message| Error::new(ErrorKind::Config, message))?;
    if client.is_plaintext_to_others() {
        diagnostics.report(
            DiagnosticKind::Configuration,
            format_args!("{} is not encrypted, headers included: use https", client.name()),
        );
    }
    Ok(client)
}

struct Otlp {
    client: Client,
    /// Of requests with spans, of which there is one after the other.
    buffers: Buffers,
    temporality: TemporalityPreference,
}

impl SpanSink for Otlp {
    fn name(&self) -> &str {
        self.client.name()
    }

    fn max_concurrent_exports(&self) -> usize {
        CONCURRENT_EXPORTS
    }

    fn export<'a>(
        &'a self,
        batch: Vec<SpanData>,
        resource: &'a Resource,
    ) -> BoxFuture<'a, Result<Receipt, ExportError>> {
        Box::pin(async move {
            let parts = spans::parts(&batch, resource, self.client.request_limit(), &self.buffers);
            drop(batch);
            let bodies: Vec<Bytes> = parts.iter().filter_map(Part::body).cloned().collect();
            let sent = self.client.send_all::<ExportTraceServiceRequest>(parts).await;
            for body in bodies {
                self.buffers.give_back(body);
            }
            sent
        })
    }
}

impl MetricSink for Otlp {
    fn name(&self) -> &str {
        self.client.name()
    }

    fn temporality(&self) -> TemporalityPreference {
        self.temporality
    }

    fn export<'a>(
        &'a self,
        snapshot: &'a Arc<Snapshot>,
        resource: &'a Resource,
    ) -> BoxFuture<'a, Result<Receipt, ExportError>> {
        Box::pin(async move {
            let parts = encode::parts(metrics::request(snapshot, resource), self.client.request_limit());
            self.client.send_all::<ExportMetricsServiceRequest>(parts).await
        })
    }
}
