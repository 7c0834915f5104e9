//! OTLP.
use super::diagnostics::Diagnostics;
use super::sink::{MetricSink, SpanSink};
use crate::config::OtlpConfig;
use crate::error::Error;
pub(super) fn metric_sink(_: &OtlpConfig, _: &Diagnostics) -> Result<Box<dyn MetricSink>, Error> {
    Err(Error::new(crate::error::ErrorKind::Config, "OTLP is not built yet"))
}
pub(super) fn span_sink(_: &OtlpConfig, _: &Diagnostics) -> Result<Box<dyn SpanSink>, Error> {
    Err(Error::new(crate::error::ErrorKind::Config, "OTLP is not built yet"))
}
