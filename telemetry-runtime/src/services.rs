//! What a plugin gets when it asks for telemetry by hand, instead of by attributes.

use crate::metrics::Meter;
use crate::plugin::Scope;

/// The telemetry of one plugin or core service; from [`Telemetry::plugin`](crate::Telemetry::plugin).
#[derive(Clone, Debug)]
pub struct PluginTelemetry {
    scope: Scope,
}

impl PluginTelemetry {
    pub(crate) fn new(scope: Scope) -> Self {
        Self { scope }
    }

    /// Who this telemetry belongs to.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// Instruments made at run time. Prefer `#[derive(MetricSet)]` where the names are known: it checks them at compile
    /// time and records in a few instructions.
    pub fn metrics(&self) -> Meter {
        Meter::new(self.scope)
    }
}
