//! A long run under load: whether memory, threads and files stay what they are, and whether every span is accounted for.
//!
//! ```console
//! $ cargo run --release -p it --bin soak -- --minutes 60 --requests 5000
//! $ cargo run --release -p it --bin soak -- --minutes 10 --requests 25000
//! $ cargo run --release -p it --bin soak -- --minutes 10 --requests 25000 --no-collector
//! ```
//!
//! Before that it warms up for `--warm-up` minutes, 8 unless told otherwise: so long the heap takes to find its size, with
//! a queue that is full of spans of other threads.
//!
//! Each request makes four spans, measurements of ours, and one of a third party. The spans go to a receiver in a process
//! of its own, or to a port where nobody listens; a scraper comes every second, when the program looks at its memory, too.
//! Every ten seconds a line says what was made and what is used. The last lines are the verdict, and the exit code says it
//! too: 0 where memory grew by less than 1 MB an hour after the warm-up, with as many threads as then and never more files,
//! and no span is unaccounted for.

mod figures;
mod load;
mod receiver;

use std::alloc::System;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use it::process::free_port;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use telemetry_runtime::Telemetry;

use self::figures::{Figures, Look, Sample};
use self::load::Load;
use self::receiver::Receiver;

/// Tells what is in use from what the system's allocator holds back.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How often a line is printed.
const PERIOD: Duration = Duration::from_secs(10);
/// How often the scraper comes.
const SCRAPE: Duration = Duration::from_secs(1);
/// How long the last export may take: a full queue is sixteen batches, each of which a collector that is gone costs the
/// limit of an export.
const LAST_EXPORT: Duration = Duration::from_secs(120);

struct Arguments {
    minutes: f64,
    warm_up: f64,
    requests: u32,
    collector: bool,
}

impl Arguments {
    fn read() -> Result<Self, String> {
        let mut arguments = Self { minutes: 10.0, warm_up: 8.0, requests: 5000, collector: true };
        let mut given = std::env::args().skip(1);
        while let Some(name) = given.next() {
            let mut value = || given.next().ok_or_else(|| format!("{name} needs a value"));
            match name.as_str() {
                "--minutes" => arguments.minutes = value()?.parse().map_err(|_| "--minutes is a number")?,
                "--warm-up" => arguments.warm_up = value()?.parse().map_err(|_| "--warm-up is a number")?,
                "--requests" => {
                    arguments.requests = value()?.parse().map_err(|_| "--requests is a whole number")?;
                }
                "--no-collector" => arguments.collector = false,
                other => {
                    return Err(format!(
                        "unknown argument `{other}`; there are --minutes, --warm-up, --requests and --no-collector"
                    ));
                }
            }
        }
        Ok(arguments)
    }
}

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some(receiver::ARGUMENT) {
        receiver::run();
        return ExitCode::SUCCESS;
    }
    let arguments = match Arguments::read() {
        Ok(arguments) => arguments,
        Err(mistake) => {
            eprintln!("{mistake}");
            return ExitCode::from(64);
        }
    };
    run(&arguments)
}

fn run(arguments: &Arguments) -> ExitCode {
    let collector = arguments.collector.then(Receiver::start);
    let endpoint = collector.as_ref().map_or_else(
        || format!("http://127.0.0.1:{}", free_port()),
        |collector| format!("http://{}", collector.address()),
    );
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
        // So that the end does not take minutes without a collector.
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "2000".to_owned()),
    ];
    let telemetry = Telemetry::builder()
        .without_config_files()
        .prometheus_port(0)
        .environment(variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
        .config_value("telemetry.shutdown.timeoutMillis", LAST_EXPORT.as_millis().to_string())
        .bootstrap()
        .expect("the settings are valid");
    let address = telemetry.prometheus_address().expect("the endpoint listens");

    let start = Instant::now();
    let warm_up = Duration::from_secs_f64(arguments.warm_up * 60.0);
    let end = start + warm_up + Duration::from_secs_f64(arguments.minutes * 60.0);
    let load = Load::start(arguments.requests);
    let mut figures = Figures::new(warm_up);
    let mut due = start + PERIOD;
    while Instant::now() < end {
        std::thread::sleep(SCRAPE);
        // Before the scrape, whose connection is a file.
        let look = Look::since(start);
        figures.add(look);
        let scrape = it::http::get(address, "/metrics", &[]);
        if Instant::now() >= due {
            due += PERIOD;
            println!("{}", Sample::new(look, load.requests(), scrape.text()));
        }
    }
    let requests = load.stop();
    let flushed = telemetry.flush(LAST_EXPORT);
    let scrape = it::http::get(address, "/metrics", &[]);
    let last = Sample::new(Look::since(start), requests, scrape.text());
    println!("at the end: {last}");
    if let Err(error) = flushed {
        println!("the last flush: {error}");
    }
    drop(telemetry);
    let received = collector.map(Receiver::stop);
    if figures.judge(&last, received) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
