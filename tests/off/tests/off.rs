//! What is left of telemetry in a program, with the feature `off` and without.

use std::process::Command;
use std::{env, fs};

use telemetry_runtime::testing::Capture;

const SILENT: &str = env!("CARGO_BIN_EXE_silent");

/// Texts that the attributes of functions and blocks put into the program.
const NEEDLES: &[&str] = &[
    "needle of a span",
    "needle.of.an.attribute",
    "needle.of.a.counter",
    "needle.of.a.parameter",
    "needle of a parameter",
    "needle.of.a.block",
    "needle.of.a.method",
    "Shop::open",
    "needle of a module",
];

#[test]
fn the_program_holds_what_the_attributes_say_unless_telemetry_is_off() {
    let program = fs::read(SILENT).expect("the program was built");
    let program = String::from_utf8_lossy(&program);
    for needle in NEEDLES {
        assert_eq!(program.contains(needle), !cfg!(feature = "off"), "{needle}");
    }
}

#[test]
fn the_program_does_the_same_and_records_nothing_where_telemetry_is_off() {
    // The store has what is recorded, whether anything is exported or not.
    let mut program = Command::new(SILENT);
    let output = program.current_dir(env::temp_dir()).env("TELEMETRY_ENABLED", "false").output();
    let output = output.expect("the program runs");
    assert!(output.status.success());
    let output = String::from_utf8(output.stdout).expect("the output is text");
    let (results, metrics) = output.trim_end().split_once("] ").unwrap_or((output.trim_end(), ""));
    assert!(results.starts_with("[true, true, true"), "{output}");
    if cfg!(feature = "off") {
        assert_eq!(metrics, "");
    } else {
        for metric in ["items.sold", "items.left", "rooms.count", "shelves.count", "needle.of.a.counter"] {
            assert!(
                metrics.contains(&format!("backstage.plugin.needle-plugin.{metric}")),
                "{metric}: {metrics}"
            );
        }
    }
}

#[telemetry_runtime::traced]
fn work() {}

#[telemetry_runtime::test]
fn a_test_with_a_capture_is_ignored_where_telemetry_is_off(capture: &Capture) {
    work();
    capture.assert_spans("work");
}

#[telemetry_runtime::test]
fn a_test_without_a_capture_is_run_in_any_case() {
    work();
}
