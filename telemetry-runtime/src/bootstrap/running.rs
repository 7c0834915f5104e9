//! The parts that run, shared by whoever may end them: their owner, a signal, the end of the process.

use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{io, thread};

use opentelemetry::Context;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;

use super::instrumentation::InstrumentationGuard;
use super::signals;
use crate::config::{Loaded, NO_LIMIT};
use crate::error::{Error, ErrorKind};
use crate::export::{self, Exporters};
use crate::services::Seams;
use crate::trace::{self, Processors};

/// A telemetry that was started.
pub(super) struct Shared {
    pub(super) loaded: Loaded,
    /// The process whose threads do the work. A fork has the memory of all this, and none of the threads.
    process: u32,
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
    /// Those that the program registered.
    pub(super) processors: Option<Processors>,
    pub(super) meter_provider: SdkMeterProvider,
    pub(super) tracer_provider: Option<SdkTracerProvider>,
    #[cfg(feature = "otlp-logs")]
    pub(super) logs: super::logs::LogParts,
}

impl Shared {
    pub(super) fn new(loaded: Loaded, running: Option<Running>) -> Self {
        Self {
            loaded,
            process: std::process::id(),
            running: Mutex::new(running.map(Arc::new)),
            instrumentations: Mutex::default(),
            stopped: Mutex::new(None),
        }
    }

    /// What runs, until it is stopped.
    pub(super) fn running(&self) -> Option<Arc<Running>> {
        lock(&self.running).clone()
    }

    /// Whether this is the process that started it.
    pub(super) fn lives_here(&self) -> bool {
        self.process == std::process::id()
    }

    /// Asks before any lock is taken: in a fork, one may be held by a thread that was left behind.
    fn refuse_fork(&self) -> Result<(), Error> {
        if self.lives_here() {
            return Ok(());
        }
        signals::telemetry_is_elsewhere();
        let message = "telemetry does not run in this fork of the process that started it; what the fork records is dropped \
                       unless it starts telemetry itself";
        Err(Error::new(ErrorKind::System, message))
    }

    /// Keeps instrumentations until the stop.
    pub(super) fn keep(&self, guards: Vec<InstrumentationGuard>) {
        lock(&self.instrumentations).extend(guards);
    }

    pub(super) fn flush(&self, limit: Duration) -> Result<(), Error> {
        self.refuse_fork()?;
        match self.running() {
            Some(running) => running.flush(limit),
            None => Ok(()),
        }
    }

    /// Exports what is left and ends all parts, once. A second call waits for the first, and says the same.
    pub(super) fn stop(&self) -> Result<(), Error> {
        self.refuse_fork()?;
        let mut stopped = lock(&self.stopped);
        if let Some(result) = &*stopped {
            return result.clone();
        }
        let limit = self.loaded.config.telemetry.shutdown.timeout;
        let deadline = Instant::now() + limit.min(NO_LIMIT);
        let running = lock(&self.running).take();
        let result = running.map_or(Ok(()), |running| running.stop(limit));
        // After the last export, which shows what they observe.
        let guards = std::mem::take(&mut *lock(&self.instrumentations));
        let result = result.and(end(guards, deadline));
        signals::telemetry_ended();
        *stopped = Some(result.clone());
        result
    }
}

impl Running {
    fn flush(&self, limit: Duration) -> Result<(), Error> {
        let deadline = Instant::now() + limit.min(NO_LIMIT);
        let flushed = self.begin(Processors::force_flush);
        let result = self.exporters.flush(limit);
        result.and(finish(flushed, deadline))
    }

    fn stop(&self, limit: Duration) -> Result<(), Error> {
        let deadline = Instant::now() + limit.min(NO_LIMIT);
        Seams::uninstall();
        // From here on no span starts, and the ones that end until the last drain are exported. What ends later is counted.
        trace::uninstall();
        let ended = self.begin(move |processors| processors.shutdown(limit));
        let result = self.exporters.shutdown(limit);
        trace::queue::close();
        export::set_meter_provider(None);
        trace::set_tracer_provider(None);
        // Both providers only feed parts that have just been shut down; an error here says nothing new.
        drop(self.meter_provider.shutdown());
        if let Some(provider) = &self.tracer_provider {
            drop(provider.shutdown());
        }
        result.and(finish(ended, deadline))
    }

    /// Asks the program's span processors for something that may block for as long as it likes, on a thread of its own.
    fn begin(
        &self,
        ask: impl FnOnce(&Processors) -> OTelSdkResult + Send + 'static,
    ) -> Option<io::Result<Receiver<OTelSdkResult>>> {
        let processors = self.processors.clone()?;
        let (done, result) = mpsc::sync_channel(1);
        let started = thread::Builder::new().name("telemetry-processors".to_owned()).spawn(move || {
            let _quiet = Context::enter_telemetry_suppressed_scope();
            // Whoever waits may have given up.
            drop(done.send(ask(&processors)));
        });
        Some(started.map(|_| result))
    }
}

/// Waits for what [`Running::begin`] began.
fn finish(begun: Option<io::Result<Receiver<OTelSdkResult>>>, deadline: Instant) -> Result<(), Error> {
    let Some(begun) = begun else { return Ok(()) };
    let result = begun
        .map_err(|error| Error::new(ErrorKind::System, format!("a thread for span processors: {error}")))?;
    match result.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(Error::new(ErrorKind::Export, format!("a span processor: {error}"))),
        Err(_) => Err(Error::new(ErrorKind::Timeout, "span processors did not finish in time")),
    }
}

/// The least time that instrumentations have for their end, where exports have taken all of it.
const MOMENT: Duration = Duration::from_millis(100);

/// Ends instrumentations in the reverse of the order in which they were started, on a thread of their own: what they do at
/// their end, such as the export of logs, may take as long as it likes.
fn end(guards: Vec<InstrumentationGuard>, deadline: Instant) -> Result<(), Error> {
    if guards.is_empty() {
        return Ok(());
    }
    let (done, ended) = mpsc::sync_channel(1);
    let drop_all = move || {
        guards.into_iter().rev().for_each(drop);
        // Whoever waits may have given up.
        let _ = done.send(());
    };
    let thread = thread::Builder::new().name("telemetry-instrumentations".to_owned());
    // Where there is no thread to be had, what was to run on it is dropped, and the guards with it, on this one.
    if thread.spawn(drop_all).is_err() {
        return Ok(());
    }
    let left = deadline.saturating_duration_since(Instant::now()).max(MOMENT);
    ended
        .recv_timeout(left)
        .map_err(|_| Error::new(ErrorKind::Timeout, "instrumentations did not end in time"))
}

// What is behind these locks is as good as before, whoever panicked.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
