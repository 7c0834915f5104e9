//! One shape in all its variants.

use std::env;
use std::process::Command;

use crate::calls::{Calls, Expected};
use crate::{log, recorder};

/// In the environment of a run without spans.
const WITHOUT_SPANS: &str = "SHAPES_WITHOUT_SPANS";

/// What the calls of one variant leave behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Records {
    /// Nothing: there are no attributes.
    Nothing,
    /// A span for each call.
    Spans,
    /// A count for each call.
    Metrics,
    /// A span and a count for each call.
    Both,
    /// A span and a count for each call, and for those of functions that are not marked.
    More,
    /// Whatever it may be.
    Anything,
}

/// Runs a shape in all its variants, and compares what each one logs with what the first one does, which has no
/// attributes, and what it records with `calls`, as the shape's first line has it.
///
/// # Panics
///
/// If a variant differs.
pub fn compare(shape: &str, calls: &str, variants: &[(&str, fn(), Records)]) {
    let expected_calls = Expected::parse(calls);
    let with_spans = env::var_os(WITHOUT_SPANS).is_none();
    if with_spans {
        recorder::start();
    }
    let logs: Vec<Vec<String>> = variants.iter().map(|(_, run, _)| log::observe(*run)).collect();
    let recorded = recorder::calls_of(shape);
    let expected = &logs[0];
    assert!(!expected.is_empty(), "`{shape}` shows nothing");
    let mut differences = String::new();
    for ((variant, _, records), observed) in variants.iter().zip(&logs) {
        if observed != expected {
            differences += &difference(variant, observed, expected);
        }
        let spans = recorded.spans.get(*variant).copied().unwrap_or_default();
        let metrics = recorded.metrics.get(*variant).copied().unwrap_or_default();
        let none = spans == Calls::default();
        let records = if cfg!(feature = "off") { &Records::Nothing } else { records };
        let (spans_are_right, metrics_are_right) = match records {
            Records::Nothing => (none, metrics == Calls::default()),
            Records::Spans => (expected_calls.are(spans), metrics == Calls::default()),
            Records::Metrics => (none, expected_calls.are(metrics)),
            Records::Both => (expected_calls.are(spans), expected_calls.are(metrics)),
            Records::More => (expected_calls.are_within(spans), expected_calls.are_within(metrics)),
            Records::Anything => (true, true),
        };
        let spans_are_right = if with_spans { spans_are_right } else { none };
        for (what, is_right, calls) in
            [("spans", spans_are_right, spans), ("metrics", metrics_are_right, metrics)]
        {
            if !is_right {
                let line = [
                    variant,
                    ", ",
                    what,
                    " recorded: ",
                    &calls.to_string(),
                    "\n  expected: ",
                    &expected_calls.to_string(),
                ];
                differences.push('\n');
                differences.push_str(&line.concat());
            }
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

/// Runs the tests of this program once more, in a process that never starts telemetry.
///
/// # Panics
///
/// If one of them fails.
pub fn again_without_spans() {
    if env::var_os(WITHOUT_SPANS).is_some() {
        return;
    }
    let program = env::current_exe().expect("a running program has a file");
    let output = Command::new(program)
        .env(WITHOUT_SPANS, "1")
        .env("RUST_BACKTRACE", "0")
        .output()
        .expect("the program runs again");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// The first line that differs.
fn difference(variant: &str, observed: &[String], expected: &[String]) -> String {
    let same = observed.iter().zip(expected).take_while(|(observed, expected)| observed == expected).count();
    let line = |lines: &[String]| lines.get(same).map_or("nothing more", String::as_str).to_owned();
    format!("\n{variant}, line {same}: {}\n  expected: {}", line(observed), line(expected))
}
