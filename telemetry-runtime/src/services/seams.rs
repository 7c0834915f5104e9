//! What code puts into the services when telemetry starts.

use std::sync::Arc;

use super::metrics::{self, MetricsBackend};
use super::report;
use super::tracing::{self, TracingBackend};
use crate::export::Diagnostics;
use crate::metrics::Naming;
use crate::principal::{Authenticator, set_authenticator};

/// What replaces or completes the services while telemetry runs; from the builder.
#[derive(Default)]
pub(crate) struct Seams {
    pub(crate) metrics: Option<Box<dyn MetricsBackend>>,
    pub(crate) tracing: Option<Box<dyn TracingBackend>>,
    pub(crate) authenticator: Option<Arc<dyn Authenticator>>,
}

impl Seams {
    /// Puts them to work.
    pub(crate) fn install(self, naming: Naming, capture_end_user: bool, diagnostics: Diagnostics) {
        report::to(Some(diagnostics));
        set_authenticator(self.authenticator);
        tracing::install(self.tracing, capture_end_user);
        if let Some(metrics) = self.metrics {
            metrics::install(metrics, naming);
        }
    }

    /// Leaves the services as they were before telemetry started.
    pub(crate) fn uninstall() {
        metrics::uninstall();
        tracing::install(None, false);
        set_authenticator(None);
        report::to(None);
    }
}
