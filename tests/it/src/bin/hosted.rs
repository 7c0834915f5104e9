//! A program that starts telemetry itself. The argument says how it ends.

use std::process::exit;

use it::work::{say, wait_to_be_ended, work};
use telemetry_runtime::config::SignalAction;
use telemetry_runtime::{Telemetry, TelemetryBuilder};
use tokio::signal::unix::{SignalKind, signal};

fn main() {
    let ending = std::env::args().nth(1).unwrap_or_default();
    let builder = Telemetry::builder().without_config_files();
    match ending.as_str() {
        "wait" => start_and_wait(builder),
        "wait-to-exit" => start_and_wait(builder.signals(SignalAction::Exit)),
        "handle" => handle(builder.signals(SignalAction::Flush)),
        "drop-and-wait" => {
            drop(started(builder.signals(SignalAction::Exit)));
            wait_to_be_ended();
        }
        "restart" => {
            // Each of them takes what came before it, and what comes between them waits for the next.
            for _ in 0..3 {
                work();
                let _telemetry =
                    started(Telemetry::builder().without_config_files().signals(SignalAction::Exit));
            }
            let _last = started(builder.signals(SignalAction::Exit));
            wait_to_be_ended();
        }
        other => panic!("unknown ending `{other}`"),
    }
}

fn started(builder: TelemetryBuilder) -> Telemetry {
    let telemetry = builder.bootstrap().expect("the environment is a valid configuration");
    work();
    telemetry
}

fn start_and_wait(builder: TelemetryBuilder) {
    let _telemetry = started(builder);
    wait_to_be_ended();
}

/// Handles SIGTERM itself, and ends without a word to telemetry.
fn handle(builder: TelemetryBuilder) {
    let _telemetry = started(builder);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut terminated = signal(SignalKind::terminate()).expect("a handler");
        say("ready");
        terminated.recv().await;
        say("handled");
    });
    // The test ends the input when it has seen enough.
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).expect("standard input is open");
    exit(7);
}
