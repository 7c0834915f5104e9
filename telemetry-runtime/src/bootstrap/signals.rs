//! SIGTERM and SIGINT: what was recorded is exported before the process ends by them.
//!
//! A handler, once installed, stays for the life of the process, and with it the signal has lost its own effect. So what is
//! done lives here and not in a telemetry that may be stopped: without one, a signal does what it would do by itself.

#[cfg(not(unix))]
pub(super) use self::elsewhere::{arm, telemetry_ended};
#[cfg(unix)]
pub(super) use self::unix::{arm, telemetry_ended};

#[cfg(not(unix))]
mod elsewhere {
    use crate::config::SignalAction;

    /// Other systems have no such signals.
    pub(in super::super) fn arm(_: SignalAction) -> std::io::Result<()> {
        Ok(())
    }

    pub(in super::super) fn telemetry_ended() {}
}

#[cfg(unix)]
mod unix {
    use std::io;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Mutex, PoisonError};
    use std::thread;

    use once_cell::sync::OnceCell;
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::{flag, low_level};

    use super::super::process;
    use crate::config::SignalAction;

    /// The handlers and their thread. They can be refused, and then the next telemetry tries again.
    static WATCH: OnceCell<Watch> = OnceCell::new();

    struct Watch {
        /// While set, a signal does at once what it would do without handlers.
        default: Arc<AtomicBool>,
        /// What the last telemetry that cared wanted.
        action: Mutex<SignalAction>,
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

    impl Watch {
        fn install() -> io::Result<Self> {
            let default = Arc::new(AtomicBool::new(true));
            let heard = [SIGTERM, SIGINT].into_iter().filter(|signal| !is_ignored(*signal));
            let heard: Vec<i32> = heard.collect();
            // First, so that it decides before the thread is woken.
            for signal in &heard {
                flag::register_conditional_default(*signal, Arc::clone(&default))?;
            }
            let mut signals = Signals::new(&heard)?;
            thread::Builder::new().name("telemetry-signals".to_owned()).spawn(move || {
                for signal in &mut signals {
                    // It is set by the time that a signal gets here: until then, signals have their own effect.
                    if let Some(watch) = WATCH.get() {
                        watch.act(signal);
                    }
                }
            })?;
            Ok(Self { default, action: Mutex::new(SignalAction::Flush) })
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
