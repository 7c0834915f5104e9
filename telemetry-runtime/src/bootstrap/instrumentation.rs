//! Telemetry of libraries and of the process: what runs beside the program from the start to the shutdown.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use super::Telemetry;
use crate::error::Error;
use crate::export::{DiagnosticKind, Diagnostics};

/// Something that records a library's or the process's work by itself, once it is started.
///
/// A program registers it with [`TelemetryBuilder::register_instrumentation`], and it runs unless
/// `telemetry.instrumentations.<name>` is `false`.
///
/// ```
/// use telemetry_runtime::{Error, Instrumentation, InstrumentationGuard, Telemetry};
///
/// /// Counts the files of a folder.
/// struct Files;
///
/// impl Instrumentation for Files {
///     fn name(&self) -> &str {
///         "files"
///     }
///
///     fn start(&self, telemetry: &Telemetry) -> Result<InstrumentationGuard, Error> {
///         let metrics = telemetry.core_service("files")?.metrics();
///         // Make instruments, install hooks, start a thread ...
///         Ok(InstrumentationGuard::new(move || drop(metrics)))
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// let telemetry = Telemetry::builder()
///     .without_config_files()
///     .prometheus_port(0)
///     .register_instrumentation(Files)
///     .bootstrap()?;
/// # telemetry.shutdown()
/// # }
/// ```
///
/// [`TelemetryBuilder::register_instrumentation`]: crate::TelemetryBuilder::register_instrumentation
pub trait Instrumentation {
    /// Its key in `telemetry.instrumentations`: lower-case letters, digits and hyphens.
    fn name(&self) -> &str;

    /// Starts it. All parts of `telemetry` run by now, and the providers of `opentelemetry::global` are set.
    ///
    /// # Errors
    ///
    /// Why it cannot run. That is reported to the diagnostics, and everything else goes on; so it is where it panics.
    fn start(&self, telemetry: &Telemetry) -> Result<InstrumentationGuard, Error>;
}

/// Stops an instrumentation when it is dropped: at the shutdown, after the last export, so that what the instrumentation
/// observes is part of it.
#[must_use = "dropping it stops the instrumentation"]
pub struct InstrumentationGuard {
    /// Locked for `Sync` only: nobody but the drop takes it.
    stop: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl InstrumentationGuard {
    /// Calls `stop` at the end. A panic in it ends here.
    pub fn new(stop: impl FnOnce() + Send + 'static) -> Self {
        Self { stop: Mutex::new(Some(Box::new(stop))) }
    }

    /// For an instrumentation that has nothing to stop.
    pub fn none() -> Self {
        Self { stop: Mutex::new(None) }
    }
}

impl Drop for InstrumentationGuard {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.get_mut().unwrap_or_else(PoisonError::into_inner).take() {
            drop(catch_unwind(AssertUnwindSafe(stop)));
        }
    }
}

impl fmt::Debug for InstrumentationGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InstrumentationGuard").finish_non_exhaustive()
    }
}

/// Starts those that the configuration does not switch off.
pub(super) fn start(
    registered: &[Box<dyn Instrumentation>],
    telemetry: &Telemetry,
    diagnostics: &Diagnostics,
) -> Vec<InstrumentationGuard> {
    let switches = &telemetry.config().telemetry.instrumentations;
    let wanted = registered.iter().filter(|one| switches.get(one.name()) != Some(&false));
    let mut guards = Vec::new();
    for instrumentation in wanted {
        let started = catch_unwind(AssertUnwindSafe(|| instrumentation.start(telemetry)));
        let problem = match started {
            Ok(Ok(guard)) => {
                guards.push(guard);
                continue;
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => "it panicked".to_owned(),
        };
        let name = instrumentation.name();
        let message = format!("the instrumentation `{name}` does not run: {problem}");
        diagnostics.report(DiagnosticKind::Configuration, message);
    }
    guards
}
