//! A small Backstage-like backend, instrumented with the toolkit.
//!
//! `cargo run` reads the example's own catalog, keeps it up to date, and says where its metrics, its API and its traces
//! are. `cargo run -- --help` lists what else it can do.

#![expect(
    unreachable_pub,
    reason = "a program has no public API; `pub` marks what a module offers to the others"
)]

mod api;
mod args;
mod backend;
mod catalog;
mod progress;
mod scaffolder;
mod scheduler;
mod search;
mod summary;
mod telemetry;
mod timed;

use std::error::Error;
use std::io;
use std::process::ExitCode;

use clap::Parser;
use telemetry_runtime::Telemetry;

use args::Args;
use backend::Backend;

/// The exit code for a wrong configuration (`EX_CONFIG` of sysexits.h).
const WRONG_CONFIGURATION: u8 = 78;

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    if args.print_config {
        let explanation = telemetry::explain(&args);
        print!("{explanation}");
        return if explanation.problems().is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(WRONG_CONFIGURATION)
        };
    }
    // Before anything is traced. `#[telemetry_runtime::main]` does the same for a program without flags of its own.
    let telemetry = match telemetry::start(&args) {
        Ok(telemetry) => telemetry,
        Err(error) => {
            eprintln!("failed to start telemetry: {error}");
            return ExitCode::from(WRONG_CONFIGURATION);
        }
    };
    let backend = Backend::new(args.catalog.clone(), args.interval());
    let result = run(&args, &telemetry, &backend).await;
    if let Err(error) = &result {
        eprintln!("backend: {error}");
    }
    // Whatever happened, it is exported; the backend is still there for gauges that ask it one last time.
    if let Err(error) = telemetry.shutdown() {
        eprintln!("backend: {error}");
    }
    drop(backend);
    if result.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn run(args: &Args, telemetry: &Telemetry, backend: &Backend) -> Result<(), Box<dyn Error>> {
    let mut stop = Box::pin(stop_requested()?);
    let first_pass = tokio::select! {
        first_pass = backend.first_pass() => first_pass,
        () = &mut stop => return Ok(()),
    };
    let tasks = first_pass.map_err(|error| format!("cannot read {}: {error}", args.catalog.display()))?;
    let mut out = io::stdout();
    summary::write(&mut out, &backend.catalog, &tasks)?;
    if args.once {
        return Ok(());
    }
    let server =
        backend.listen(args.api_port).await.map_err(|error| format!("port {}: {error}", args.api_port))?;
    println!();
    telemetry::write_places(&mut out, telemetry)?;
    println!("API      http://{}/api/catalog/entities", server.address()?);
    println!("stop with Ctrl-C");
    let keeping = backend.keep_up_to_date();
    server.serve_until(stop).await?;
    drop(keeping);
    Ok(())
}

/// Completes when the program is asked to stop, from this call on: by Ctrl-C, or by the signal that service managers
/// send.
#[cfg(unix)]
fn stop_requested() -> io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

/// Completes when the program is asked to stop, from this call on: by Ctrl-C.
#[cfg(not(unix))]
fn stop_requested() -> io::Result<impl Future<Output = ()> + Send> {
    let mut interrupted = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupted.recv().await;
    })
}
