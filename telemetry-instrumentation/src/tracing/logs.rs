//! Events of `tracing` as OTLP logs.

use std::borrow::Cow;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use opentelemetry::logs::{AnyValue, LogRecord, Logger, LoggerProvider, Severity};
use opentelemetry::trace::{SpanId, TraceFlags, TraceId};
use opentelemetry::{InstrumentationScope, Key};
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_sdk::logs::{SdkLogRecord, SdkLogger, SdkLoggerProvider};
use telemetry_runtime::{Error, Instrumentation, InstrumentationGuard, Telemetry, is_instrumentation_on};

/// The logger of the telemetry that runs.
static RUNNING: RwLock<Option<SdkLogger>> = RwLock::new(None);

/// A layer that makes a log record of each event of `tracing`, with the ids of the span that is current, ours or
/// third-party. They go out by OTLP while [`LogExport`] runs, and nowhere otherwise.
///
/// It is the layer of [`opentelemetry_appender_tracing`], with a logger that follows the telemetry that runs: the subscriber
/// can be set before telemetry starts, and stays right when it is started again.
///
/// ```
/// use telemetry_instrumentation::tracing::{LogExport, logs};
/// use telemetry_runtime::Telemetry;
/// use tracing_subscriber::layer::SubscriberExt;
///
/// # fn main() -> Result<(), telemetry_runtime::Error> {
/// let subscriber = tracing_subscriber::registry().with(logs());
/// let telemetry = Telemetry::builder()
///     .without_config_files()
///     .prometheus_port(0)
///     .register_instrumentation(LogExport)
///     .bootstrap()?;
/// tracing::subscriber::with_default(subscriber, || tracing::info!(entities = 7, "refreshed"));
/// # telemetry.shutdown()
/// # }
/// ```
#[must_use]
pub fn logs() -> OpenTelemetryTracingBridge<RunningLogs, RunningLogger> {
    OpenTelemetryTracingBridge::new(&RunningLogs)
}

/// Sends what [`logs`] makes to where spans go by OTLP, or metrics, for as long as telemetry runs. Where nothing goes out by
/// OTLP it does nothing.
///
/// `telemetry.instrumentations.logs: false` switches it off.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogExport;

impl Instrumentation for LogExport {
    fn name(&self) -> &'static str {
        "logs"
    }

    fn start(&self, telemetry: &Telemetry) -> Result<InstrumentationGuard, Error> {
        let Some(provider) = telemetry.logger_provider()? else { return Ok(InstrumentationGuard::none()) };
        set(Some(provider.logger("")));
        let limit = telemetry.config().telemetry.shutdown.timeout;
        Ok(InstrumentationGuard::new(move || stop(&provider, limit)))
    }
}

/// Sends what is left, for as long as the shutdown may take.
fn stop(provider: &SdkLoggerProvider, limit: Duration) {
    set(None);
    // The exporter has reported what it lost.
    drop(provider.shutdown_with_timeout(limit));
}

fn set(logger: Option<SdkLogger>) {
    *RUNNING.write().unwrap_or_else(PoisonError::into_inner) = logger;
}

/// Does something with the logger that runs, if one does.
fn with_logger<R>(f: impl FnOnce(&SdkLogger) -> R) -> Option<R> {
    // What exporting says would be exported, and say more.
    if !is_instrumentation_on("logs") {
        return None;
    }
    // A writer only puts a whole logger in, so a poisoned lock is as good as a clean one.
    RUNNING.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(f)
}

/// Provides the logger of the telemetry that runs.
#[derive(Clone, Copy, Debug)]
pub struct RunningLogs;

/// The logger of the telemetry that runs when a record is made.
#[derive(Clone, Copy, Debug)]
pub struct RunningLogger;

impl LoggerProvider for RunningLogs {
    type Logger = RunningLogger;

    fn logger_with_scope(&self, _: InstrumentationScope) -> RunningLogger {
        RunningLogger
    }
}

impl Logger for RunningLogger {
    type LogRecord = RunningRecord;

    fn create_log_record(&self) -> RunningRecord {
        RunningRecord(with_logger(Logger::create_log_record))
    }

    fn emit(&self, record: RunningRecord) {
        if let Some(record) = record.0 {
            with_logger(|logger| logger.emit(record));
        }
    }

    fn event_enabled(&self, level: Severity, target: &str, name: Option<&str>) -> bool {
        with_logger(|logger| logger.event_enabled(level, target, name)).unwrap_or(false)
    }
}

/// A record of the logger that ran when it was made; nothing if none did.
#[derive(Debug)]
pub struct RunningRecord(Option<SdkLogRecord>);

macro_rules! forward {
    ($($method:ident($($argument:ident: $type:ty),*)),* $(,)?) => {
        $(fn $method(&mut self, $($argument: $type),*) {
            if let Some(record) = &mut self.0 {
                record.$method($($argument),*);
            }
        })*
    };
}

impl LogRecord for RunningRecord {
    forward! {
        set_event_name(name: &'static str),
        set_timestamp(timestamp: SystemTime),
        set_observed_timestamp(timestamp: SystemTime),
        set_severity_text(text: &'static str),
        set_severity_number(number: Severity),
        set_body(body: AnyValue),
        set_trace_context(trace_id: TraceId, span_id: SpanId, flags: Option<TraceFlags>),
    }

    fn set_target<T: Into<Cow<'static, str>>>(&mut self, target: T) {
        if let Some(record) = &mut self.0 {
            record.set_target(target);
        }
    }

    fn add_attribute<K: Into<Key>, V: Into<AnyValue>>(&mut self, key: K, value: V) {
        if let Some(record) = &mut self.0 {
            record.add_attribute(key, value);
        }
    }

    fn add_attributes<I, K, V>(&mut self, attributes: I)
    where
        I: IntoIterator<Item = (K, V)>,
        K: Into<Key>,
        V: Into<AnyValue>,
    {
        if let Some(record) = &mut self.0 {
            record.add_attributes(attributes);
        }
    }
}
