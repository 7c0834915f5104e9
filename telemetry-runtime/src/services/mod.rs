//! Telemetry by hand: what a plugin asks for where an attribute on a function does not fit.
//!
//! [`plugin`] gives a plugin's services from anywhere, started or not; [`Telemetry::plugin`](crate::Telemetry::plugin)
//! gives the same. Metrics are kept from the first instruction of the program on. Spans are recorded once telemetry runs,
//! by a service that was made before, too.
//!
//! ```
//! use telemetry_runtime::services::SpanOptions;
//! use telemetry_runtime::trace::SpanKind;
//!
//! let catalog = telemetry_runtime::plugin("catalog")?;
//! let options = SpanOptions::new().kind(SpanKind::Client).attribute("catalog.location", "github");
//! let found = catalog.tracing().start_active_span("read location", options, |span| {
//!     span.set_attribute("catalog.entities", 3);
//!     Ok::<_, std::io::Error>(3)
//! })?;
//! assert_eq!(found, 3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cached;
mod metrics;
mod otel;
mod report;
mod seams;
mod tracing;

use crate::error::Error;
use crate::plugin::{Scope, ScopeKind};

pub use crate::principal::{AuthenticationError, Authenticator, Credentials, Principal, RequestHead};
pub use cached::Cached;
pub use metrics::{
    BuildInstrument, CallbackToken, CounterHandle, GaugeHandle, HistogramHandle, InFlight, InstrumentSpec,
    Measure, MetricsBackend, MetricsService, ObservableCounterHandle, ObservableGaugeHandle,
    ObservableUpDownCounterHandle, ObserverCallback, ServiceInstrumentBuilder, Timer, UpDownCounterHandle,
};
pub use otel::Otel;
pub(crate) use seams::Seams;
pub use tracing::{
    RequestOptions, SpanEnd, SpanEnding, SpanHandle, SpanOptions, SpanOutput, SpanStart, StartOptions,
    TracingBackend, TracingService,
};

/// What gives every plugin and core service its telemetry; from [`Telemetry::root`](crate::Telemetry::root).
///
/// It owns nothing and never fails with telemetry: switched off or not started, it gives the same services, which keep what
/// can be kept. Asking twice for one plugin gives the same metrics.
#[derive(Clone, Copy, Debug, Default)]
pub struct RootTelemetry(());

impl RootTelemetry {
    pub(crate) const fn new() -> Self {
        Self(())
    }

    /// As [`plugin`](crate::plugin()).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Name`](crate::ErrorKind::Name) where `id` is not a plugin id.
    pub fn plugin(&self, id: &str) -> Result<PluginTelemetry, Error> {
        plugin(id)
    }

    /// As [`core_service`](crate::core_service()): what belongs to no plugin belongs to one of these, and its metrics start
    /// with `backstage.core.`.
    ///
    /// # Errors
    ///
    /// As [`RootTelemetry::plugin`].
    pub fn core_service(&self, service: &str) -> Result<PluginTelemetry, Error> {
        core_service(service)
    }
}

/// The telemetry of the plugin `id`, from anywhere in the program.
///
/// # Errors
///
/// [`ErrorKind::Name`](crate::ErrorKind::Name) where `id` is not a plugin id.
pub fn plugin(id: &str) -> Result<PluginTelemetry, Error> {
    Scope::new(ScopeKind::Plugin, id).map(PluginTelemetry::new)
}

/// The telemetry of the core service `service`, from anywhere in the program.
///
/// # Errors
///
/// As [`plugin`].
pub fn core_service(service: &str) -> Result<PluginTelemetry, Error> {
    Scope::new(ScopeKind::Core, service).map(PluginTelemetry::new)
}

/// The telemetry of one plugin or core service; from [`plugin`] or [`Telemetry::plugin`](crate::Telemetry::plugin).
#[derive(Clone, Debug)]
pub struct PluginTelemetry {
    scope: Scope,
}

impl PluginTelemetry {
    /// The telemetry of a scope that is known already, such as `Catalog::SCOPE`.
    #[must_use]
    pub fn new(scope: Scope) -> Self {
        Self { scope }
    }

    /// Who this telemetry belongs to.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// The telemetry of a module that attaches itself to this plugin: the same names and prefix, told apart by the scope
    /// attribute `backstage.module.id`. Asking twice gives equal ones.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Name`](crate::ErrorKind::Name) where `id` is not an id.
    pub fn module(&self, id: &str) -> Result<PluginTelemetry, Error> {
        self.scope.with_module(id).map(Self::new)
    }

    /// Instruments made at run time. Prefer `#[derive(MetricSet)]` where the names are known: it checks them at compile
    /// time and records in a few instructions.
    pub fn metrics(&self) -> MetricsService {
        MetricsService::new(self.scope)
    }

    /// OpenTelemetry's own meter and tracer, for code that already speaks to them.
    pub fn otel(&self) -> Otel {
        Otel::new(self.scope)
    }

    /// Spans made by hand. Prefer `#[traced]` where the span is a function's.
    pub fn tracing(&self) -> TracingService {
        TracingService::new(self.scope)
    }
}
