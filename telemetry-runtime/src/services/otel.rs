//! The ways out of the services, to OpenTelemetry's own API.

use opentelemetry::global::{self, BoxedTracer};
use opentelemetry::metrics::Meter;
use opentelemetry::{InstrumentationScope, KeyValue};

use crate::plugin::{Scope, ScopeKind};

/// OpenTelemetry's own meter and tracer for one plugin or core service; from
/// [`PluginTelemetry::otel`](super::PluginTelemetry::otel).
///
/// What is made with them is exported beside everything else, and its spans are parts of the same traces. It goes past the
/// services: names get no prefix and no check, series have the SDK's limit, `enduser.id` is not kept out, and before
/// telemetry starts nothing is recorded. So it is for code that already speaks OpenTelemetry.
#[derive(Clone, Copy, Debug)]
pub struct Otel {
    scope: Scope,
}

impl Otel {
    pub(super) fn new(scope: Scope) -> Self {
        Self { scope }
    }

    /// A meter of `opentelemetry::global`, as it is now.
    #[must_use]
    pub fn meter(&self) -> Meter {
        global::meter_with_scope(self.instrumentation_scope())
    }

    /// A tracer of `opentelemetry::global`, as it is now.
    #[must_use]
    pub fn tracer(&self) -> BoxedTracer {
        global::tracer_with_scope(self.instrumentation_scope())
    }

    fn instrumentation_scope(&self) -> InstrumentationScope {
        let (kind, key) = match self.scope.kind() {
            ScopeKind::Plugin => ("plugin", "backstage.plugin.id"),
            ScopeKind::Core => ("core", "backstage.core.service"),
        };
        let module = self.scope.module().map(|module| KeyValue::new("backstage.module.id", module));
        InstrumentationScope::builder(format!("backstage-{kind}-{}", self.scope.id()))
            .with_attributes([KeyValue::new(key, self.scope.id())].into_iter().chain(module))
            .build()
    }
}
