//! From a literal to a checked name, or to a diagnostic whose caret is on the literal.

use syn::LitStr;
use telemetry_naming::{NameError, check, suggest};

use crate::diag::Diagnostics;

/// Reports what a check found wrong with `literal`, if anything. The help shows the corrected name where `suggestion` has
/// one, and the rule's own help otherwise.
fn report(
    checked: Result<(), NameError>,
    suggestion: fn(&str) -> Option<String>,
    literal: &LitStr,
    diagnostics: &mut Diagnostics,
) {
    let Err(error) = checked else { return };
    let name = literal.value();
    let diagnostic = diagnostics.name(error, literal, error.quoting(&name));
    match suggestion(&name) {
        Some(better) => diagnostic.help(format!("use `{better}`")),
        None => diagnostic.help(error.help()),
    };
}

/// Reports a metric name that broke a rule.
pub(crate) fn metric_name(checked: Result<(), NameError>, literal: &LitStr, diagnostics: &mut Diagnostics) {
    report(checked, suggest::metric_name, literal, diagnostics);
}

/// Checks the unit of a metric.
pub(crate) fn unit(literal: &LitStr, diagnostics: &mut Diagnostics) {
    report(check::unit(&literal.value()), suggest::unit, literal, diagnostics);
}

/// Checks the id of a plugin.
pub(crate) fn plugin_id(literal: &LitStr, diagnostics: &mut Diagnostics) {
    report(check::plugin_id(&literal.value()), suggest::plugin_id, literal, diagnostics);
}

/// Checks the name of a span.
pub(crate) fn span_name(literal: &LitStr, diagnostics: &mut Diagnostics) {
    report(check::span_name(&literal.value()), |_| None, literal, diagnostics);
}

/// Checks the key of a span's attribute.
pub(crate) fn attribute_key(literal: &LitStr, diagnostics: &mut Diagnostics) {
    report(check::attribute_key(&literal.value()), suggest::attribute_key, literal, diagnostics);
}

/// Checks the key of a metric's attribute, which also has to be free as a Prometheus label.
pub(crate) fn metric_attribute_key(literal: &LitStr, diagnostics: &mut Diagnostics) {
    report(check::metric_attribute_key(&literal.value()), suggest::attribute_key, literal, diagnostics);
}

/// Checks a value of `error.type`.
pub(crate) fn error_type(literal: &LitStr, diagnostics: &mut Diagnostics) {
    report(check::error_type(&literal.value()), suggest::error_type, literal, diagnostics);
}
