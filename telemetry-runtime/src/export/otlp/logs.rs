//! Logs as OTLP messages, from the SDK's processor to the receiver of spans or metrics.

use std::sync::Mutex;
use std::{fmt, io};

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::logs::v1::{ResourceLogs, ScopeLogs};
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::logs::tonic::group_logs_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::logs::{LogBatch, LogExporter};
use tokio::runtime::Runtime;

use super::client::Client;
use super::encode::{Group, Request, parts, split_groups};
use super::{Signal, client};
use crate::config::OtlpConfig;
use crate::error::{Error, ErrorKind};
use crate::export::diagnostics::{DiagnosticKind, Diagnostics};
use crate::export::quiet;

/// A destination that takes logs.
///
/// The SDK's processor calls it on a thread of its own, which belongs to no runtime; so it brings one.
pub(crate) struct LogSink {
    client: Client,
    runtime: Mutex<Runtime>,
    resource: ResourceAttributesWithSchema,
    diagnostics: Diagnostics,
}

impl LogSink {
    /// A destination beside the one that `config` names for spans or metrics.
    pub(crate) fn beside(config: &OtlpConfig, diagnostics: &Diagnostics) -> Result<Self, Error> {
        let config = OtlpConfig { endpoint: endpoint(config)?, ..config.clone() };
        let client = client(&config, diagnostics, Signal::Logs)?;
        let system = |error: io::Error| Error::new(ErrorKind::System, format!("a runtime for logs: {error}"));
        let runtime = quiet::runtime().map_err(system)?;
        let resource = ResourceAttributesWithSchema::default();
        Ok(Self { client, runtime: Mutex::new(runtime), resource, diagnostics: diagnostics.clone() })
    }

    fn report(&self, message: impl fmt::Display) {
        self.diagnostics.report(DiagnosticKind::LogExport, format_args!("{}: {message}", self.client.name()));
    }
}

/// The URL for logs. Of gRPC it is the same for all signals, of HTTP it has the signal in its path.
fn endpoint(config: &OtlpConfig) -> Result<String, Error> {
    if !config.protocol.is_http() {
        return Ok(config.endpoint.clone());
    }
    let base = ["/v1/traces", "/v1/metrics"].iter().find_map(|path| config.endpoint.strip_suffix(path));
    let unknown = || {
        let message = "the OTLP endpoint is for one signal only, so that there is none for logs; \
                       use one for all, such as `OTEL_EXPORTER_OTLP_ENDPOINT`";
        Error::new(ErrorKind::Config, message)
    };
    base.map(|base| format!("{base}/v1/logs")).ok_or_else(unknown)
}

impl LogExporter for LogSink {
    async fn export(&self, batch: LogBatch<'_>) -> OTelSdkResult {
        let request = ExportLogsServiceRequest {
            resource_logs: group_logs_by_resource_and_scope(&batch, &self.resource),
        };
        let parts = parts(request, self.client.request_limit());
        let _quiet = quiet::enter();
        // A panic under the lock would have been one of the transport's: then nothing is sent any more.
        let runtime = self.runtime.lock().map_err(|_| OTelSdkError::AlreadyShutdown)?;
        match runtime.block_on(self.client.send_all::<ExportLogsServiceRequest>(parts)) {
            Ok(receipt) if receipt.rejected == 0 => Ok(()),
            Ok(receipt) => {
                self.report(format_args!("{} records were refused: {}", receipt.rejected, receipt.message));
                Ok(())
            }
            Err(error) => {
                self.report(&error);
                Err(OTelSdkError::InternalFailure(error.to_string()))
            }
        }
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.resource = resource.into();
    }
}

impl fmt::Debug for LogSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LogSink").field(&self.client.name()).finish()
    }
}

impl Request for ExportLogsServiceRequest {
    fn units(&self) -> usize {
        self.resource_logs.iter().flat_map(|resource| &resource.scope_logs).map(Group::len).sum()
    }

    fn split(&mut self) -> Option<Self> {
        // A batch has one resource.
        let first = self.resource_logs.first_mut()?;
        let second = ResourceLogs {
            scope_logs: split_groups(&mut first.scope_logs)?,
            resource: first.resource.clone(),
            schema_url: first.schema_url.clone(),
        };
        Some(Self { resource_logs: vec![second] })
    }
}

impl Group for ScopeLogs {
    fn len(&self) -> usize {
        self.log_records.len()
    }

    fn split_off(&mut self, at: usize) -> Self {
        Self {
            scope: self.scope.clone(),
            log_records: self.log_records.split_off(at),
            schema_url: self.schema_url.clone(),
        }
    }
}
