//! What `#[telemetry_runtime::main]` puts around `main`.

use std::io::Write as _;
use std::process;

use super::Telemetry;
use crate::config::SignalAction;

/// The exit code for a wrong configuration (`EX_CONFIG` of sysexits.h).
const EX_CONFIG: i32 = 78;

/// Starts telemetry, runs `body`, and flushes when it returns, fails or unwinds.
///
/// Telemetry that cannot start is printed to standard error, and the process ends with exit code 78.
pub fn run_main<R>(body: impl FnOnce() -> R) -> R {
    let mut builder = Telemetry::builder();
    // This is the main function: nobody else is there to end the process.
    builder.sources.code.default_signals = Some(SignalAction::Exit);
    let _telemetry = match builder.bootstrap() {
        Ok(telemetry) => telemetry,
        Err(error) => {
            // Without a standard error, the exit code has to say it.
            drop(writeln!(std::io::stderr(), "failed to start telemetry: {error}"));
            process::exit(EX_CONFIG);
        }
    };
    body()
}
