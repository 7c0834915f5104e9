//! However a program ends, everything it recorded arrives, and whoever started it sees the end it had.

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use it::process;
use it::sink::{Fault, Sink};
use it::work::STEPS;
use opentelemetry_proto::tonic::metrics::v1::{metric, number_data_point};

const SIGINT: i32 = 2;
const SIGTERM: i32 = 15;

/// A program that sends to a receiver of its own.
struct Program {
    child: Child,
    output: BufReader<ChildStdout>,
    sink: Sink,
    folder: tempfile::TempDir,
}

impl Program {
    fn start(program: &str, ending: &str) -> Self {
        Self::start_with(program, ending, |command| command)
    }

    fn start_with(program: &str, ending: &str, with: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        let sink = Sink::start();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = process::command(program);
        command
            .arg(ending)
            .current_dir(folder.path())
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", sink.url())
            .env("OTEL_METRICS_EXPORTER", "otlp")
            // So that only the last export can bring anything.
            .env("OTEL_BSP_SCHEDULE_DELAY", "600000")
            .env("OTEL_METRIC_EXPORT_INTERVAL", "600000")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = with(&mut command).spawn().expect("the program starts");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, output, sink, folder }
    }

    /// Waits for a line of the program.
    fn hears(&mut self, line: &str) {
        let mut heard = String::new();
        self.output.read_line(&mut heard).expect("a line");
        assert_eq!(heard.trim_end(), line, "{}", self.errors());
    }

    fn signal(&self, signal: i32) {
        let sent = Command::new("kill").arg(format!("-{signal}")).arg(self.child.id().to_string()).status();
        assert!(sent.expect("`kill` runs").success());
    }

    fn end(&mut self) -> ExitStatus {
        drop(self.child.stdin.take());
        self.child.wait().expect("the program ends")
    }

    fn errors(&mut self) -> String {
        let mut errors = String::new();
        if let Some(mut pipe) = self.child.stderr.take() {
            let _ = self.child.kill();
            pipe.read_to_string(&mut errors).expect("text");
        }
        errors
    }

    /// Asserts that `times` times the known work arrived, each span once.
    fn has_sent(&self, times: usize) {
        let spans = self.sink.spans();
        assert_eq!(spans.len(), times * STEPS, "spans in {}", self.folder.path().display());
        let ids: HashSet<_> = spans.iter().map(|span| span.span.span_id.clone()).collect();
        assert_eq!(ids.len(), spans.len(), "no span arrives twice");
    }

    /// Asserts that the counter arrived with `times` times the known work.
    fn has_counted(&self, times: usize) {
        let metrics = self.sink.metrics();
        let counter = metrics
            .iter()
            .rfind(|metric| metric.metric.name == "backstage.plugin.ending.steps.done")
            .expect("the counter arrives");
        let Some(metric::Data::Sum(sum)) = &counter.metric.data else { panic!("{counter:?}") };
        let total: i64 = sum
            .data_points
            .iter()
            .map(|point| match point.value {
                Some(number_data_point::Value::AsInt(value)) => value,
                _ => 0,
            })
            .sum();
        assert_eq!(usize::try_from(total).expect("a count"), times * STEPS);
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended by itself, or its test has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn owned(ending: &str) -> Program {
    Program::start(env!("CARGO_BIN_EXE_owned"), ending)
}

fn hosted(ending: &str) -> Program {
    Program::start(env!("CARGO_BIN_EXE_hosted"), ending)
}

fn assert_code(ending: &str, code: i32) {
    let mut program = owned(ending);
    assert_eq!(program.end().code(), Some(code), "{ending}: {}", program.errors());
    program.has_sent(1);
    program.has_counted(1);
}

#[test]
fn a_main_that_returns_loses_nothing() {
    assert_code("ok", 0);
}

#[test]
fn a_main_that_fails_loses_nothing() {
    assert_code("error", 1);
}

#[test]
fn a_main_that_panics_loses_nothing() {
    assert_code("panic", 101);
}

#[test]
fn an_exit_through_the_runtime_loses_nothing() {
    assert_code("exit", 3);
}

#[test]
fn an_exit_from_another_thread_loses_nothing() {
    assert_code("exit-elsewhere", 3);
}

fn assert_signal(mut program: Program, signal: i32) {
    program.hears("ready");
    program.signal(signal);
    let status = program.end();
    assert_eq!(status.signal(), Some(signal), "{status}: {}", program.errors());
    program.has_sent(1);
    program.has_counted(1);
}

#[test]
fn a_main_that_is_terminated_ends_by_the_signal_and_loses_nothing() {
    assert_signal(owned("wait"), SIGTERM);
}

#[test]
fn a_main_that_is_interrupted_ends_by_the_signal_and_loses_nothing() {
    assert_signal(owned("wait"), SIGINT);
}

#[test]
fn a_signal_loses_nothing_while_the_only_thread_of_a_runtime_is_blocked() {
    assert_signal(owned("block-the-executor"), SIGTERM);
}

#[test]
fn a_signal_loses_nothing_in_a_runtime_of_many_threads() {
    assert_signal(owned("many-threads"), SIGTERM);
}

#[test]
fn a_program_that_asks_for_it_ends_by_the_signal_and_loses_nothing() {
    assert_signal(hosted("wait-to-exit"), SIGTERM);
}

#[test]
fn the_configuration_can_ask_for_it() {
    let program = Program::start_with(env!("CARGO_BIN_EXE_hosted"), "wait", |command| {
        command.env("APP_CONFIG_telemetry_shutdown_signals", "exit")
    });
    assert_signal(program, SIGTERM);
}

#[test]
fn a_program_that_starts_telemetry_itself_keeps_its_signals() {
    let mut program = hosted("wait");
    program.hears("ready");
    program.signal(SIGTERM);
    assert_eq!(program.end().signal(), Some(SIGTERM));
    // Spans may be sent before, metrics come with a last export only.
    assert!(program.sink.metrics().is_empty(), "nobody was asked to hold the signal up");
}

#[test]
fn the_configuration_beats_the_default_of_main() {
    let mut program = Program::start_with(env!("CARGO_BIN_EXE_owned"), "wait", |command| {
        command.env("APP_CONFIG_telemetry_shutdown_signals", "off")
    });
    program.hears("ready");
    program.signal(SIGTERM);
    assert_eq!(program.end().signal(), Some(SIGTERM));
    assert!(program.sink.metrics().is_empty());
}

#[test]
fn a_host_that_handles_the_signal_is_flushed_and_ends_as_it_likes() {
    let mut program = hosted("handle");
    program.hears("ready");
    program.signal(SIGTERM);
    program.hears("handled");
    program
        .sink
        .wait_until("the work arrives", |sink| sink.spans().len() >= STEPS && !sink.metrics().is_empty());
    assert_eq!(program.end().code(), Some(7));
    program.has_sent(1);
    program.has_counted(1);
}

#[test]
fn a_signal_that_the_process_ignores_stays_ignored() {
    let mut program = Program::start_with("sh", "-c", |command| {
        command.arg("trap '' INT; exec \"$0\" wait").arg(env!("CARGO_BIN_EXE_owned"))
    });
    program.hears("ready");
    program.signal(SIGINT);
    program.signal(SIGTERM);
    assert_eq!(program.end().signal(), Some(SIGTERM));
    program.has_sent(1);
}

#[test]
fn a_signal_after_telemetry_has_ended_has_its_own_effect() {
    let mut program = hosted("drop-and-wait");
    program.hears("ready");
    program.has_sent(1);
    program.signal(SIGTERM);
    assert_eq!(program.end().signal(), Some(SIGTERM));
}

#[test]
fn a_second_signal_does_not_wait_for_a_receiver_that_hangs() {
    let mut program = Program::start_with(env!("CARGO_BIN_EXE_owned"), "wait", |command| {
        command.env("APP_CONFIG_telemetry_shutdown_timeoutMillis", "600000")
    });
    program.sink.fail(Fault::Hang);
    program.hears("ready");
    program.signal(SIGTERM);
    program.sink.wait_until("the last export begins", |sink| sink.attempts() > 0);
    program.signal(SIGTERM);
    assert_eq!(program.end().signal(), Some(SIGTERM));
}

#[test]
fn a_receiver_that_hangs_holds_the_end_up_for_the_configured_time_only() {
    let mut program = Program::start_with(env!("CARGO_BIN_EXE_owned"), "ok", |command| {
        command.env("APP_CONFIG_telemetry_shutdown_timeoutMillis", "50")
    });
    program.sink.fail(Fault::Hang);
    // That it ends at all is the claim: the limits of the exports themselves are ten seconds and more.
    assert_eq!(program.end().code(), Some(0));
    assert!(program.sink.spans().is_empty());
}

#[test]
fn telemetry_that_is_started_again_takes_what_came_between() {
    let mut program = hosted("restart");
    program.hears("ready");
    program.signal(SIGTERM);
    assert_eq!(program.end().signal(), Some(SIGTERM));
    // Four telemetries with one work each; three more works came while none was there, which only metrics keep.
    program.has_sent(4);
    program.has_counted(7);
}
