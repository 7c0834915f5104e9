//! Threads of telemetry's own. Nothing that runs on them is recorded: each export would give more to export.

use std::cell::RefCell;
use std::future::Future;
use std::io;
use std::thread;

use opentelemetry::{Context, ContextGuard};
use tokio::runtime::{Builder, Runtime};

thread_local! {
    static QUIET: RefCell<Option<ContextGuard>> = const { RefCell::new(None) };
}

/// A current-thread runtime whose helping threads, which look up names of hosts for example, are quiet too.
pub(super) fn runtime() -> io::Result<Runtime> {
    let enter = || QUIET.with_borrow_mut(|quiet| *quiet = Some(Context::enter_telemetry_suppressed_scope()));
    // Not when the thread's locals go: the context is one of them.
    let leave = || drop(QUIET.take());
    Builder::new_current_thread().enable_all().on_thread_start(enter).on_thread_stop(leave).build()
}

/// Runs `work` on a thread of its own, which ends with it.
pub(super) fn spawn(name: &str, work: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    let runtime = runtime()?;
    thread::Builder::new().name(name.to_owned()).spawn(move || {
        let _quiet = Context::enter_telemetry_suppressed_scope();
        runtime.block_on(work);
        runtime.shutdown_background();
    })?;
    Ok(())
}
