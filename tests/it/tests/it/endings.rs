//! However a program ends, everything it recorded arrives, and whoever started it sees the end it had.

use std::os::unix::process::ExitStatusExt as _;

use it::program::Program;
use it::sink::Fault;
use it::work::STEPS;

const SIGINT: i32 = 2;
const SIGTERM: i32 = 15;

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
