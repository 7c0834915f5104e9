//! Row 9: a fork after the start of telemetry.
//!
//! A fork has one thread, and none of telemetry's. What it records is dropped, whoever asks its telemetry for something
//! gets an answer at once, and it may start telemetry of its own. The parent notices nothing.

use it::process;
use it::program::Program;

use crate::figures::whole_row;

const SIGTERM: i32 = 15;

fn forks(task: &str) -> Program {
    Program::start(env!("CARGO_BIN_EXE_forks"), task)
}

/// The parent delivers its two works, each span once, and sees its child end with `status`.
fn parent_is_unaffected(mut program: Program, status: i32, works: usize) {
    program.hears(&format!("the fork ended with status {status}"));
    assert_eq!(program.end().code(), Some(0), "{}", program.errors());
    program.has_sent(works);
}

#[test]
fn a_fork_that_flushes_and_exits_is_refused_at_once() {
    let mut program = forks("flush");
    program.hears("true");
    parent_is_unaffected(program, 5 << 8, 2);
    whole_row(
        9,
        "a fork that flushes is told at once that telemetry is elsewhere; the parent delivers 80 of 80 spans",
    );
}

#[test]
fn a_fork_that_shuts_down_leaves_the_parents_telemetry_alone() {
    let mut program = forks("shut-down");
    program.hears("true");
    parent_is_unaffected(program, 0, 2);
}

#[test]
fn a_fork_that_looks_at_its_metrics_gets_them() {
    let mut program = forks("collect");
    program.hears("true");
    parent_is_unaffected(program, 0, 2);
}

#[test]
fn a_fork_may_start_telemetry_of_its_own() {
    let mut program = forks("start");
    program.hears("true");
    // The fork's own work, and neither a copy of what waited in the parent, nor what came before its start.
    parent_is_unaffected(program, 0, 3);
    whole_row(9, "a fork that starts telemetry delivers 40 of 40 spans, and none of its parent's");
}

#[test]
fn a_signal_ends_a_fork_whose_telemetry_is_elsewhere() {
    let mut program = forks("wait");
    let fork = program.line().parse().expect("an id");
    program.hears("ready");
    process::signal(fork, SIGTERM);
    parent_is_unaffected(program, SIGTERM, 2);
}

#[test]
fn a_signal_ends_a_fork_with_telemetry_of_its_own_and_loses_nothing() {
    let mut program = forks("start-and-wait");
    let fork = program.line().parse().expect("an id");
    program.hears("ready");
    process::signal(fork, SIGTERM);
    parent_is_unaffected(program, SIGTERM, 3);
}
