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
mod summary;

use std::error::Error;
use std::io;
use std::process::ExitCode;

use clap::Parser;

use args::Args;
use backend::Backend;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("backend: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<(), Box<dyn Error>> {
    let interval = args.interval();
    let backend = Backend::new(args.catalog.clone(), interval);
    let first_pass = backend.first_pass();
    let tasks =
        first_pass.await.map_err(|error| format!("cannot read {}: {error}", args.catalog.display()))?;
    summary::write(&mut io::stdout().lock(), &backend.catalog, &tasks)?;
    if args.once {
        return Ok(());
    }
    let server =
        backend.listen(args.api_port).await.map_err(|error| format!("port {}: {error}", args.api_port))?;
    let address = server.address()?;
    println!();
    println!("API      http://{address}/api/catalog/entities");
    println!("stop with Ctrl-C");
    let keeping = backend.keep_up_to_date();
    server.serve_until(stop_requested()).await?;
    drop(keeping);
    Ok(())
}

/// Completes when the program is asked to stop: by Ctrl-C, or on Unix by the signal that service managers send.
async fn stop_requested() {
    let interrupted = async {
        // Where no handler can be set, the system's default one ends the program.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<Option<()>>();
    tokio::select! {
        () = interrupted => {}
        _ = terminated => {}
    }
}
