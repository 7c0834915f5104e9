//! Whole programs, each in a process of its own.

use std::process::{Command, Output};

use it::exposition::Exposition;

fn run(program: &str) -> Output {
    let folder = tempfile::tempdir().expect("a temporary folder");
    Command::new(program).current_dir(folder.path()).output().expect("the program starts")
}

#[test]
fn metrics_recorded_before_bootstrap_are_exported_in_full() {
    let output = run(env!("CARGO_BIN_EXE_early"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let scrape = Exposition::parse(std::str::from_utf8(&output.stdout).expect("text"));
    assert_eq!(scrape.sum("backstage_plugin_early_connections_opened_total", &[]), Some(7.0));
    assert_eq!(scrape.sum("backstage_plugin_early_construction_duration_seconds_count", &[]), Some(1.0));
    assert_eq!(scrape.sum("backstage_plugin_early_construction_duration_seconds_sum", &[]), Some(0.2));
}

#[test]
fn a_metric_declared_with_two_kinds_is_refused_with_both_places() {
    let output = run(env!("CARGO_BIN_EXE_conflict"));
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(78), "{message}");
    assert!(output.stdout.is_empty(), "nothing ran: {}", String::from_utf8_lossy(&output.stdout));
    assert!(message.contains("failed to start telemetry: "), "{message}");
    assert!(message.contains("`plugin.conflict.requests.handled` is declared twice"), "{message}");
    for place in ["tests/it/src/lib.rs:", "tests/it/src/bin/conflict.rs:"] {
        assert!(message.contains(place), "`{place}` is named in: {message}");
    }
}
