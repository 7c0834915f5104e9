//! The one telemetry of the process: who may start it, and how the process's end reaches it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::running::Shared;
use crate::error::{Error, ErrorKind};
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

// Nothing panics under this lock.
fn current() -> MutexGuard<'static, Slot> {
    CURRENT.lock().unwrap_or_else(PoisonError::into_inner)
}
