//! Helpers of this module's tests. Each test has a plugin of its own, so that tests do not see each other's series.

use super::{AttributeData, MetricData, Naming, ScopeMetrics, collect};

/// A descriptor for ever: its kind, its kind of number, plugin and name, and what its builder is told.
macro_rules! descriptor {
    ($kind:ident, $number:ident, $plugin:literal, $name:literal $(, $builder:ident($($arg:expr),*))*) => {{
        static D: $crate::metrics::Descriptor = $crate::metrics::Descriptor::new(
            $crate::metrics::InstrumentKind::$kind,
            $crate::metrics::NumberKind::$number,
            $crate::plugin::Scope::plugin($plugin),
            $name,
            "telemetry-runtime",
        )$(.$builder($($arg),*))*;
        &D
    }};
}
pub(crate) use descriptor;

/// One metric of one plugin, as a collection shows it.
pub(crate) fn metric(plugin: &str, name: &str) -> Option<MetricData> {
    let full = format!("backstage.plugin.{plugin}.{name}");
    scope(plugin)?.metrics.into_iter().find(|metric| *metric.name == *full).map(|metric| metric.data)
}

/// Everything of one plugin.
pub(crate) fn scope(plugin: &str) -> Option<ScopeMetrics> {
    collect(&Naming::default())
        .into_iter()
        .find(|scope| scope.scope.attributes.iter().any(|(_, id)| id == plugin))
}

/// The values of a sum or gauge by its attributes as text.
pub(crate) fn numbers(plugin: &str, name: &str) -> Vec<(String, f64)> {
    match metric(plugin, name) {
        Some(MetricData::Sum { points, .. } | MetricData::Gauge { points }) => {
            points.into_iter().map(|point| (text(&point.attributes), point.value.as_f64())).collect()
        }
        other => panic!("{name} of {plugin} is {other:?}"),
    }
}

/// Attributes as `key=value,key=value`.
pub(crate) fn text(attributes: &[(std::borrow::Cow<'static, str>, AttributeData)]) -> String {
    let pairs: Vec<_> = attributes
        .iter()
        .map(|(key, value)| match value {
            AttributeData::String(text) => format!("{key}={text}"),
            AttributeData::Bool(value) => format!("{key}={value}"),
            other => format!("{key}={other:?}"),
        })
        .collect();
    pairs.join(",")
}

/// For a test that sets what the store records by: there is one store, so they run one at a time.
pub(crate) fn recording() -> std::sync::MutexGuard<'static, ()> {
    static ONE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
