//! The same metric declared twice where one macro sees both: in an attribute, a set, or a block.

use proc_macro2::Span;
use telemetry_naming::prometheus;

use super::Kind;
use crate::diag::{Diagnostics, MessageId};

/// The metrics seen so far.
#[derive(Default)]
pub(crate) struct MetricNames {
    seen: Vec<Seen>,
}

struct Seen {
    name: String,
    series: Vec<String>,
    written: String,
}

impl MetricNames {
    /// Notes a declaration; reports it if an earlier one has the same name under any case, or shares a Prometheus
    /// name with it.
    pub(crate) fn declare(
        &mut self,
        name: &str,
        unit: &str,
        kind: Kind,
        span: Span,
        diagnostics: &mut Diagnostics,
    ) {
        let lower = name.to_ascii_lowercase();
        let series = prometheus::series_names(name.trim_start_matches("::"), unit, kind.prometheus());
        if let Some(first) = self.seen.iter().find(|seen| seen.name == lower) {
            let error = diagnostics.error_at(
                MessageId::DuplicateMetric,
                span,
                format!("metric `{name}` is declared twice"),
            );
            if first.written != name {
                error
                    .note(format!("names are compared without case: `{}` is declared before", first.written));
            }
            error.help(
                "declare it once, and count into the declared instrument elsewhere: `counter = SET.field`",
            );
            return;
        }
        let clash = self
            .seen
            .iter()
            .find_map(|seen| Some((seen, seen.series.iter().find(|name| series.contains(name))?)));
        if let Some((first, exposed)) = clash {
            diagnostics
                .error_at(
                    MessageId::DuplicateMetric,
                    span,
                    format!("metrics `{name}` and `{}` are the same metric in Prometheus", first.written),
                )
                .help("rename one of them")
                .note(format!("both are exposed as `{exposed}`"));
            return;
        }
        self.seen.push(Seen { name: lower, series, written: name.to_owned() });
    }
}
