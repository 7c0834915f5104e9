//! Threads of telemetry's own. Nothing that runs on them is recorded: each export would give more to export.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::io;
use std::thread;

use opentelemetry::{Context, ContextGuard};
use tokio::runtime::{Builder, Runtime};

thread_local! {
    static IS_OWN: Cell<bool> = const { Cell::new(false) };
    static QUIET: RefCell<Option<ContextGuard>> = const { RefCell::new(None) };
}

/// Makes the calling thread telemetry's own for good, and its context one in which nothing is recorded.
pub(super) fn enter() -> ContextGuard {
    IS_OWN.set(true);
    Context::enter_telemetry_suppressed_scope()
}

/// Whether the calling thread is one of telemetry's own. Its context says so too, but not where a library has attached one
/// from nowhere: `h2` gives its connections spans without a parent, and the layer of `tracing-opentelemetry` enters them.
pub(crate) fn is_own_thread() -> bool {
    // What runs while the thread is torn down is nobody's.
    IS_OWN.try_with(Cell::get).unwrap_or(false)
}

/// A current-thread runtime whose helping threads, which look up names of hosts for example, are quiet too.
pub(super) fn runtime() -> io::Result<Runtime> {
    let begin = || QUIET.with_borrow_mut(|quiet| *quiet = Some(enter()));
    // Not when the thread's locals go: the context is one of them.
    let leave = || drop(QUIET.take());
    Builder::new_current_thread().enable_all().on_thread_start(begin).on_thread_stop(leave).build()
}

/// Runs `work` on a thread of its own, which ends with it.
pub(super) fn spawn(name: &str, work: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    let runtime = runtime()?;
    thread::Builder::new().name(name.to_owned()).spawn(move || {
        let _quiet = enter();
        runtime.block_on(work);
        runtime.shutdown_background();
    })?;
    Ok(())
}
