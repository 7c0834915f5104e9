//! Rows 1 and 8: whoever started the program sees the end that it would have had without telemetry.
//!
//! The single endings are in `tests/it/endings.rs`; here they are compared with those of the same program without telemetry.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use it::process::free_port;
use it::program::Program;
use it::work::STEPS;
use it::{component, wait};

use crate::figures::{Size, row, whole_row};

const SIGINT: i32 = 2;
const SIGTERM: i32 = 15;

/// What whoever started a program sees of it.
#[derive(Debug, PartialEq)]
struct End {
    status: ExitStatus,
    output: String,
    errors: String,
}

impl End {
    fn of(program: &mut Program) -> Self {
        let status = program.end();
        Self { status, output: program.output(), errors: program.errors() }
    }
}

fn owned(ending: &str, with: impl FnOnce(&mut Command) -> &mut Command) -> Program {
    Program::start_with(env!("CARGO_BIN_EXE_owned"), ending, with)
}

fn without_telemetry(command: &mut Command) -> &mut Command {
    command.env("OTEL_SDK_DISABLED", "true")
}

/// The messages of panics name the thread by its id.
fn without_ids(text: &str) -> String {
    text.chars().filter(|character| !character.is_ascii_digit()).collect()
}

#[test]
fn each_ending_is_the_one_without_telemetry_and_loses_nothing() {
    let endings: [(&str, Option<i32>); 7] = [
        ("ok", None),
        ("error", None),
        ("panic", None),
        ("exit", None),
        ("exit-elsewhere", None),
        ("wait", Some(SIGTERM)),
        ("wait", Some(SIGINT)),
    ];
    for (ending, signal) in endings {
        let end = |mut program: Program| {
            if let Some(signal) = signal {
                program.hears("ready");
                program.signal(signal);
            }
            (End::of(&mut program), program)
        };
        let (plain, silent) = end(owned(ending, without_telemetry));
        assert_eq!(silent.sink.attempts(), 0, "{ending}: what is switched off sends nothing");
        let (observed, program) = end(owned(ending, |command| command));
        assert_eq!(observed.status, plain.status, "{ending}");
        assert_eq!(observed.output, plain.output, "{ending}");
        assert_eq!(without_ids(&observed.errors), without_ids(&plain.errors), "{ending}");
        program.has_sent(1);
        program.has_counted(1);
    }
    whole_row(
        8,
        format_args!(
            "{} endings: {STEPS} of {STEPS} spans each, output and status as without telemetry",
            endings.len()
        ),
    );
}

/// How long the end may be held up.
const LIMIT: Duration = Duration::from_millis(500);

/// Serves for this time, and gives what was seen of it, and how long it took to end when all was done.
fn serve(time: Duration, with: impl FnOnce(&mut Command) -> &mut Command) -> (End, Duration) {
    let mut program = owned("serve", |command| with(command.arg(time.as_millis().to_string())));
    program.hears("served");
    let start = Instant::now();
    let end = End::of(&mut program);
    (end, start.elapsed())
}

fn without_collector(command: &mut Command) -> &mut Command {
    command
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://127.0.0.1:{}", free_port()))
        // Many exports, each of which fails.
        .env("OTEL_EXPORTER_OTLP_TIMEOUT", "100")
        .env("OTEL_BSP_SCHEDULE_DELAY", "50")
        .env("OTEL_METRIC_EXPORT_INTERVAL", "200")
        .env("APP_CONFIG_telemetry_shutdown_timeoutMillis", LIMIT.as_millis().to_string())
}

/// What telemetry said, and what the program did.
fn apart(errors: &str) -> (Vec<&str>, Vec<&str>) {
    errors.lines().partition(|line| line.starts_with("telemetry: "))
}

#[test]
fn a_collector_that_is_absent_costs_one_warning_a_minute_and_the_configured_time_at_the_end() {
    let size = Size::of_run();
    let time = size.pick(Duration::from_secs(2), Duration::from_secs(130));
    let (plain, plain_delay) = serve(Duration::from_millis(1), without_telemetry);
    let (seen, delay) =
        serve(time, |command| without_collector(command).env("OTEL_METRICS_EXPORTER", "none"));

    assert_eq!((seen.status, &seen.output), (plain.status, &plain.output));
    let (warnings, own) = apart(&seen.errors);
    assert_eq!(own.join("\n"), plain.errors.trim_end());
    let minutes = usize::try_from(time.as_secs() / 60).expect("a few minutes");
    assert_eq!(warnings.len(), minutes + 1, "{warnings:?}");
    assert!(warnings.iter().all(|warning| warning.contains("lost")), "{warnings:?}");

    let delay = delay.saturating_sub(plain_delay);
    // What the criterion allows, and what a machine that does something else needs.
    let slack = size.pick(Duration::from_secs(5), Duration::from_millis(200));
    assert!(delay <= LIMIT + slack, "the end took {delay:?}");
    row(
        1,
        format_args!(
            "{} warnings in {time:?}, output and status as without telemetry, the end {delay:.2?} later with a limit of {LIMIT:?}",
            warnings.len()
        ),
    );
}

#[test]
fn spans_and_metrics_are_warned_about_once_each() {
    let (seen, _) = serve(Duration::from_secs(1), without_collector);
    let (warnings, _) = apart(&seen.errors);
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    for what in ["spans", "metric points"] {
        assert!(warnings.iter().any(|warning| warning.contains(what)), "{what} in {warnings:?}");
    }
}

#[test]
fn the_first_process_of_a_container_is_ended_by_sigterm_and_loses_nothing() {
    let Some(unshare) = component::pid_namespace() else { return };
    let mut program = Program::start_with(unshare[0], "--pid", |command| {
        command.args(&unshare[1..]).args(["--fork", env!("CARGO_BIN_EXE_owned"), "wait"])
    });
    program.hears("ready");
    // It has the id 1 only as it sees itself.
    let first = wait::until("the first process of the namespace", || {
        let children = format!("/proc/{0}/task/{0}/children", program.id());
        std::fs::read_to_string(children).ok()?.split_whitespace().next()?.parse::<u32>().ok()
    });
    it::process::signal(first, SIGTERM);
    let status = program.end();
    // Nothing dies of a signal there; this is the code that shells show for a process that does.
    assert_eq!((status.code(), status.signal()), (Some(128 + SIGTERM), None), "{}", program.errors());
    program.has_sent(1);
    program.has_counted(1);
    whole_row(8, format_args!("process 1 of a namespace: {STEPS} of {STEPS} spans, code {}", 128 + SIGTERM));
}
