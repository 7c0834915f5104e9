//! The one telemetry of the process: who may start it, and how the process's end reaches it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::running::Shared;
use crate::error::{Error, ErrorKind};
#[cfg(feature = "prometheus")]
use crate::export::Exposition;
use crate::trace;

/// The telemetry of this process.
static CURRENT: Mutex<Slot> = Mutex::new(Slot::Free);

enum Slot {
    Free,
    /// A thread of this process starts it just now.
    Starting(u32),
    Running(Arc<Shared>),
}

/// The right to start telemetry; given back unless kept.
pub(super) struct Claim {
    /// What ran before, and is to be replaced.
    replaced: Option<Arc<Shared>>,
    kept: bool,
}

impl Claim {
    /// Takes the right, if nobody has it, or if what runs is to be replaced.
    pub(super) fn take(replace: bool) -> Result<Self, Error> {
        let mut slot = current();
        leave_to_parent(&mut slot);
        let replaced = match &*slot {
            Slot::Free => None,
            Slot::Running(shared) if replace => Some(Arc::clone(shared)),
            Slot::Starting(_) | Slot::Running(_) => {
                let message = "telemetry runs in this process already; drop the first `Telemetry` before starting \
                               another, or start that one with `Telemetry::builder().replace()`";
                return Err(Error::new(ErrorKind::AlreadyRunning, message));
            }
        };
        *slot = Slot::Starting(std::process::id());
        Ok(Self { replaced, kept: false })
    }

    /// Ends what is replaced: from here on there is no way back to it.
    pub(super) fn end_replaced(&mut self) {
        if let Some(replaced) = self.replaced.take() {
            // What was lost is in the counts, and the exporters have reported why.
            drop(replaced.stop());
        }
    }

    /// Makes `shared` the telemetry of the process.
    pub(super) fn keep(mut self, shared: &Arc<Shared>) {
        *current() = Slot::Running(Arc::clone(shared));
        self.kept = true;
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if !self.kept {
            *current() = self.replaced.take().map_or(Slot::Free, Slot::Running);
        }
    }
}

/// In a fork, takes what the parent process left in the slot out of it.
///
/// It is not dropped: to end its parts means to wait for threads that are not here. What waits to be exported is the parent's
/// to export, and would otherwise arrive twice.
fn leave_to_parent(slot: &mut Slot) {
    let is_parents = match slot {
        Slot::Free => false,
        Slot::Starting(process) => *process != std::process::id(),
        Slot::Running(shared) => !shared.lives_here(),
    };
    if is_parents {
        std::mem::forget(std::mem::replace(slot, Slot::Free));
        trace::queue::close();
    }
}

/// Makes room for another telemetry, unless another one has the place already.
pub(super) fn release(shared: &Arc<Shared>) {
    if !shared.lives_here() {
        // Its parts cannot be ended here: see `leave_to_parent`.
        std::mem::forget(Arc::clone(shared));
        return;
    }
    let mut slot = current();
    if matches!(&*slot, Slot::Running(running) if Arc::ptr_eq(running, shared)) {
        *slot = Slot::Free;
    }
}

/// The telemetry that runs, if it is not just starting.
pub(super) fn running() -> Option<Arc<Shared>> {
    match &*current() {
        Slot::Running(shared) => Some(Arc::clone(shared)),
        Slot::Free | Slot::Starting(_) => None,
    }
}

/// Exports everything that was recorded, and ends the process with this code.
///
/// For programs that end by [`std::process::exit`], which drops nothing: so the last seconds of telemetry would be lost. It
/// takes at most `telemetry.shutdown.timeoutMillis` longer, and without telemetry it does the same as the standard
/// library's.
///
/// Calls that are still open, the one that this stands in among them, never end and have no span.
///
/// ```no_run
/// #[telemetry_runtime::main]
/// fn main() {
///     if std::env::args().len() < 2 {
///         eprintln!("what shall be done?");
///         telemetry_runtime::exit(64);
///     }
/// }
/// ```
pub fn exit(code: i32) -> ! {
    if let Some(shared) = running() {
        drop(shared.stop());
    }
    std::process::exit(code)
}

/// All metrics of this moment as a scraper reads them, for a server of the program's own, such as the one that its API is on;
/// `None` where telemetry does not run in this process, or its metrics are off.
///
/// It is what the scrape endpoint answers, and needs none: `TELEMETRY_PROMETHEUS_SERVER=off` leaves that out. `accept` is the
/// request's header `Accept`, where it has one: by that, a scraper gets OpenMetrics 1.0.0, and else Prometheus text 0.0.4.
/// Who may read it is for that server to decide; the `bearerToken` of an endpoint is not asked for.
///
/// It blocks while the metrics are collected: some 10 milliseconds for 100,000 series, and half a second where a callback
/// hangs. Asynchronous code calls it by `tokio::task::spawn_blocking`.
///
/// ```
/// /// Answers `GET /api/metrics`: the status, the content type and the body.
/// fn metrics(accept: Option<&str>) -> (u16, &'static str, Vec<u8>) {
///     match telemetry_runtime::exposition(accept.unwrap_or_default()) {
///         Some(page) => (200, page.content_type, page.body.to_vec()),
///         None => (404, "text/plain", b"metrics are off".to_vec()),
///     }
/// }
/// # assert_eq!(metrics(None).0, 404);
/// ```
#[cfg(feature = "prometheus")]
pub fn exposition(accept: &str) -> Option<Exposition> {
    // Nobody collects in a fork of the process that started it.
    let shared = running().filter(|shared| shared.lives_here())?;
    shared.running()?.exporters.exposition(accept)
}

// Nothing panics under this lock.
fn current() -> MutexGuard<'static, Slot> {
    CURRENT.lock().unwrap_or_else(PoisonError::into_inner)
}
