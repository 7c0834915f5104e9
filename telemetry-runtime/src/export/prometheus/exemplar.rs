//! An exemplar behind its bucket: `# {trace_id="..",span_id=".."} 0.25 1700000000.123` (`OpenMetrics` 1.0, "Exemplars").

use std::io::Write as _;
use std::time::SystemTime;

use opentelemetry::trace::{SpanId, TraceId};

use super::number::write_float;
use crate::metrics::Exemplar;

/// Writes an exemplar, with the blank before it.
///
/// Attributes that a view took from the point are left out: together with the ids they could be longer than the format allows.
pub(super) fn write_exemplar(out: &mut Vec<u8>, exemplar: &Exemplar) {
    let Exemplar { trace_id, span_id, value, time, .. } = exemplar;
    // Writing into memory does not fail.
    let _ = if *trace_id == TraceId::INVALID || *span_id == SpanId::INVALID {
        out.write_all(b" # {} ")
    } else {
        write!(out, " # {{trace_id=\"{trace_id}\",span_id=\"{span_id}\"}} ")
    };
    write_float(out, *value);
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let _ = write!(out, " {}.{:03}", since.as_secs(), since.subsec_millis());
}
