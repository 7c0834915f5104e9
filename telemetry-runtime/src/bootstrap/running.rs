//! The parts that run, shared by whoever may end them: their owner, a signal, the end of the process.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;

use super::instrumentation::InstrumentationGuard;
use super::signals;
use crate::config::Loaded;
use crate::error::Error;
use crate::export::Exporters;
use crate::services::Seams;
use crate::trace;

/// A telemetry that was started.
pub(super) struct Shared {
    pub(super) loaded: Loaded,
    /// `None` where `telemetry.enabled` is off, and once it was stopped.
    running: Mutex<Option<Arc<Running>>>,
    instrumentations: Mutex<Vec<InstrumentationGuard>>,
    /// How the stop went. It is locked while it is under way, so that whoever comes second waits for it: a process must
    /// not end while another of its threads exports what is left.
    stopped: Mutex<Option<Result<(), Error>>>,
}

/// What runs unless `telemetry.enabled` is off.
pub(super) struct Running {
    pub(super) exporters: Exporters,
    pub(super) meter_provider: SdkMeterProvider,
    pub(super) tracer_provider: Option<SdkTracerProvider>,
}

impl Shared {
    pub(super) fn new(loaded: Loaded, running: Option<Running>) -> Self {
        Self {
            loaded,
            running: Mutex::new(running.map(Arc::new)),
            instrumentations: Mutex::default(),
            stopped: Mutex::new(None),
        }
    }

    /// What runs, until it is stopped.
    pub(super) fn running(&self) -> Option<Arc<Running>> {
        lock(&self.running).clone()
    }

    /// Keeps instrumentations until the stop.
    pub(super) fn keep(&self, guards: Vec<InstrumentationGuard>) {
        lock(&self.instrumentations).extend(guards);
    }

    pub(super) fn flush(&self, limit: Duration) -> Result<(), Error> {
        match self.running() {
            Some(running) => running.exporters.flush(limit),
            None => Ok(()),
        }
    }

    /// Exports what is left and ends all parts, once. A second call waits for the first, and says the same.
    pub(super) fn stop(&self) -> Result<(), Error> {
        let mut stopped = lock(&self.stopped);
        if let Some(result) = &*stopped {
            return result.clone();
        }
        let running = lock(&self.running).take();
        let result =
            running.map_or(Ok(()), |running| running.stop(self.loaded.config.telemetry.shutdown.timeout));
        // After the last export, which shows what they observe; in the reverse of the order in which they were started.
        let guards = std::mem::take(&mut *lock(&self.instrumentations));
        guards.into_iter().rev().for_each(drop);
        signals::telemetry_ended();
        *stopped = Some(result.clone());
        result
    }
}

impl Running {
    fn stop(&self, limit: Duration) -> Result<(), Error> {
        Seams::uninstall();
        // From here on no span starts, and the ones that end until the last drain are exported. What ends later is counted.
        trace::uninstall();
        let result = self.exporters.shutdown(limit);
        trace::queue::close();
        // Both providers only feed parts that have just been shut down; an error here says nothing new.
        drop(self.meter_provider.shutdown());
        if let Some(provider) = &self.tracer_provider {
            drop(provider.shutdown());
        }
        result
    }
}

// What is behind these locks is as good as before, whoever panicked.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
