//! SIGTERM and SIGINT: what was recorded is exported before the process ends by them.
//!
//! A handler, once installed, stays for the life of the process, and with it the signal has lost its own effect. So what is
//! done lives here and not in a telemetry that may be stopped: without one, a signal does what it would do by itself.

#[cfg(not(unix))]
pub(super) use self::elsewhere::{arm, telemetry_ended, telemetry_is_elsewhere};
#[cfg(unix)]
pub(super) use self::unix::{arm, telemetry_ended, telemetry_is_elsewhere};

#[cfg(not(unix))]
mod elsewhere {
    use crate::config::SignalAction;

    /// Other systems have no such signals.
    pub(in super::super) fn arm(_: SignalAction) -> std::io::Result<()> {
        Ok(())
    }

    pub(in super::super) fn telemetry_ended() {}

    pub(in super::super) fn telemetry_is_elsewhere() {}
}

#[cfg(unix)]
mod unix {
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
    use std::sync::{Arc, Mutex, PoisonError};
    use std::{io, thread};

    use once_cell::sync::OnceCell;
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::{flag, low_level};

    use super::super::process;
    use crate::config::SignalAction;

    /// The handlers. They can be refused, and then the next telemetry tries again.
    static WATCH: OnceCell<Watch> = OnceCell::new();

    struct Watch {
        /// The signals that have handlers.
        heard: Vec<i32>,
        /// While set, a signal does at once what it would do without handlers.
        default: Arc<AtomicBool>,
        /// What the last telemetry that cared wanted.
        action: Mutex<SignalAction>,
        /// The process whose thread acts on signals: a fork has the handlers, and not the thread.
        process: AtomicU32,
    }

    /// Does `action` on signals from now on.
    ///
    /// # Errors
    ///
    /// The operating system's, where it refuses a handler or the thread that waits for signals.
    pub(in super::super) fn arm(action: SignalAction) -> io::Result<()> {
        if action == SignalAction::Off {
            return Ok(());
        }
        let watch = WATCH.get_or_try_init(Watch::install)?;
        watch.listen()?;
        *watch.action.lock().unwrap_or_else(PoisonError::into_inner) = action;
        watch.default.store(false, Ordering::SeqCst);
        Ok(())
    }

    /// Signals that telemetry would end the process by, do so by themselves from now on.
    pub(in super::super) fn telemetry_ended() {
        if let Some(watch) = WATCH.get()
            && watch.action() == SignalAction::Exit
        {
            watch.default.store(true, Ordering::SeqCst);
        }
    }

    /// As [`telemetry_ended`], in a fork that has no telemetry of its own: its handlers would wake a thread that it has not.
    pub(in super::super) fn telemetry_is_elsewhere() {
        if WATCH.get().is_some_and(|watch| !watch.listens_here()) {
            telemetry_ended();
        }
    }

    impl Watch {
        fn install() -> io::Result<Self> {
            let default = Arc::new(AtomicBool::new(true));
            let heard = [SIGTERM, SIGINT].into_iter().filter(|signal| !is_ignored(*signal));
            let heard: Vec<i32> = heard.collect();
            // First, so that it decides before the thread is woken.
            for signal in &heard {
                flag::register_conditional_default(*signal, Arc::clone(&default))?;
            }
            Ok(Self { heard, default, action: Mutex::new(SignalAction::Flush), process: AtomicU32::new(0) })
        }

        fn listens_here(&self) -> bool {
            self.process.load(Ordering::SeqCst) == std::process::id()
        }

        /// Starts the thread, unless this process has it. Starts of telemetry exclude each other.
        fn listen(&self) -> io::Result<()> {
            if self.listens_here() {
                return Ok(());
            }
            let mut signals = Signals::new(&self.heard)?;
            thread::Builder::new().name("telemetry-signals".to_owned()).spawn(move || {
                for signal in &mut signals {
                    // It is set by the time that a signal gets here: until then, signals have their own effect.
                    if let Some(watch) = WATCH.get() {
                        watch.act(signal);
                    }
                }
            })?;
            self.process.store(std::process::id(), Ordering::SeqCst);
            Ok(())
        }

        fn action(&self) -> SignalAction {
            *self.action.lock().unwrap_or_else(PoisonError::into_inner)
        }

        fn act(&self, signal: i32) {
            let telemetry = process::running();
            if self.action() == SignalAction::Exit {
                // Somebody who asks twice does not want to wait.
                self.default.store(true, Ordering::SeqCst);
                if let Some(telemetry) = telemetry {
                    drop(telemetry.stop());
                }
                end(signal);
            } else if let Some(telemetry) = telemetry {
                // What was lost is in the counts, and the exporters have reported why.
                drop(telemetry.flush(telemetry.loaded.config.telemetry.shutdown.timeout));
            }
        }
    }

    /// Whether whoever started the process has it ignore the signal, as a shell does with SIGINT for a program in the
    /// background: a handler would end what is to go on. Only Linux says so without unsafe code.
    fn is_ignored(signal: i32) -> bool {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
        mask & (1 << (signal - 1)) != 0
    }

    /// Ends the process as the signal does where nobody handles it, so that whoever started it learns the same.
    fn end(signal: i32) {
        // The first process of a container does not die of signals; this is the code that shells show for one that does.
        if std::process::id() != 1 {
            drop(low_level::emulate_default_handler(signal));
        }
        std::process::exit(128 + signal);
    }
}
