//! A program that forks while telemetry runs. The first argument says what the fork does, which says how that went.
//!
//! The parent does the known work before the fork and after it, and the fork does it once.

use std::time::{Duration, Instant};

use fork::{Fork, fork, waitpid};
use it::work::{say, wait_to_be_ended, work};
use telemetry_runtime::config::SignalAction;
use telemetry_runtime::{Telemetry, TelemetryBuilder};

/// More than anything here should take.
const LIMIT: Duration = Duration::from_secs(20);

fn main() {
    let task = std::env::args().nth(1).unwrap_or_default();
    let telemetry = builder().bootstrap().expect("the environment is a valid configuration");
    // No thread of telemetry is still starting at the fork, with a lock that nobody would give back.
    telemetry.flush(LIMIT).expect("nothing waits");
    work();
    match fork().expect("the system can fork") {
        Fork::Child => child(&task, telemetry),
        Fork::Parent(child) => {
            let status = waitpid(child).expect("the fork is a child");
            work();
            drop(telemetry);
            say(&format!("the fork ended with status {status}"));
        }
    }
}

fn builder() -> TelemetryBuilder {
    Telemetry::builder().without_config_files().signals(SignalAction::Exit)
}

fn child(task: &str, telemetry: Telemetry) {
    work();
    match task {
        "flush" => {
            let start = Instant::now();
            let flushed = telemetry.flush(LIMIT);
            say(&format!("{}", flushed.is_err() && start.elapsed() < LIMIT / 2));
            telemetry_runtime::exit(5)
        }
        "shut-down" => {
            let start = Instant::now();
            let stopped = telemetry.shutdown();
            say(&format!("{}", stopped.is_err() && start.elapsed() < LIMIT / 2));
        }
        "collect" => {
            let start = Instant::now();
            let snapshot = telemetry.collect();
            let is_prompt = start.elapsed() < LIMIT / 2;
            say(&format!(
                "{}",
                snapshot.is_some() && is_prompt && telemetry_runtime::exposition("").is_none()
            ));
        }
        "wait" => {
            drop(telemetry);
            say(&std::process::id().to_string());
            wait_to_be_ended();
        }
        "start" | "start-and-wait" => {
            let own = builder().bootstrap().expect("a fork may start telemetry of its own");
            drop(telemetry);
            work();
            if task == "start-and-wait" {
                say(&std::process::id().to_string());
                wait_to_be_ended();
            }
            say(&own.shutdown().map_or_else(|error| error.to_string(), |()| "true".to_owned()));
        }
        other => panic!("unknown task `{other}`"),
    }
}
