//! What code puts into the services when telemetry starts.

use super::metrics::MetricsBackend;
use super::{metrics, report};
use crate::export::Diagnostics;

/// What replaces or completes the services while telemetry runs; from the builder.
#[derive(Default)]
pub(crate) struct Seams {
    pub(crate) metrics: Option<Box<dyn MetricsBackend>>,
}

impl Seams {
    /// Puts them to work. `root` is the first part of every metric's name.
    pub(crate) fn install(self, root: &str, diagnostics: Diagnostics) {
        report::to(Some(diagnostics));
        if let Some(backend) = self.metrics {
            metrics::install(backend, root);
        }
    }

    /// Leaves the services as they were before telemetry started.
    pub(crate) fn uninstall() {
        metrics::uninstall();
        report::to(None);
    }
}
