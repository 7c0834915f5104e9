//! The same metric declared twice where one macro sees both: in an attribute, a set, or a block.

use proc_macro2::Span;
use syn::LitStr;
use telemetry_naming::prometheus;

use super::{InstrumentDef, Kind};
use crate::diag::{Diagnostics, MessageId, line_of};

/// The metrics seen so far.
#[derive(Default)]
pub(crate) struct MetricNames {
    seen: Vec<Seen>,
}

struct Seen {
    name: String,
    series: Vec<String>,
    written: String,
    span: Span,
}

impl Seen {
    /// ` in line 7`, where the compiler says.
    fn place(&self) -> String {
        line_of(self.span).map(|line| format!(" in line {line}")).unwrap_or_default()
    }
}

impl MetricNames {
    /// As [`MetricNames::declare`], for an instrument that is declared where it is written.
    pub(crate) fn declare_instrument(&mut self, instrument: &InstrumentDef, diagnostics: &mut Diagnostics) {
        if let Some(name) = instrument.declared_name() {
            let unit = instrument.unit.as_ref().map(LitStr::value).unwrap_or_default();
            self.declare(&name.value(), &unit, instrument.kind, name.span(), diagnostics);
        }
    }

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
            if first.written == name {
                error.note(format!("it is declared before{}", first.place()));
            } else {
                let (written, place) = (&first.written, first.place());
                error.note(format!("names are compared without case: `{written}` is declared before{place}"));
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
                .note(format!(
                    "both are exposed as `{exposed}`; `{}` is declared before{}",
                    first.written,
                    first.place()
                ));
            return;
        }
        self.seen.push(Seen { name: lower, series, written: name.to_owned(), span });
    }
}
