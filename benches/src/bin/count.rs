//! Counts instructions per operation: `cargo run --release --bin count`.
//!
//! Each operation of `ops` runs under callgrind with N and 2N repetitions; the difference over N is the cost of one,
//! the loop included, and the empty loop of the same shape is taken off. Exits with 1 where the hot path of a typed `add`
//! calls into a lock, a map or the SDK.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const REPETITIONS: u64 = 20_000;

/// An operation, the loop that it is compared with, and the goal in instructions.
const OPERATIONS: [(&str, &str, u64); 6] = [
    ("counter_add", "loop", 8),
    ("counter_add_typed", "loop_step", 8),
    ("histogram_record", "loop_value", 60),
    ("histogram_record_typed", "loop_step", 60),
    ("gauge_set", "loop_value", 12),
    ("up_down_add", "loop", 12),
];

/// What must not be on the path of one typed `add`.
const FORBIDDEN: [&str; 8] =
    ["opentelemetry", "mutex", "rwlock", "futex", "hashmap", "hashbrown", "malloc", "btree"];

fn main() -> ExitCode {
    build_ops();
    let ops = sibling("ops");
    println!("{:<24} {:>8} {:>8}", "operation", "instr", "goal");
    for (operation, empty, goal) in OPERATIONS {
        let cost = per_operation(&ops, operation).saturating_sub(per_operation(&ops, empty));
        println!("{operation:<24} {cost:>8} {:>8}", format!("<= {goal}"));
    }
    let functions = functions_of_one_add(&ops);
    println!("\nfunctions called by a typed `add` that was done before:");
    for function in &functions {
        println!("  {function}");
    }
    let bad: Vec<&String> = functions
        .iter()
        .filter(|function| FORBIDDEN.iter().any(|word| function.to_lowercase().contains(word)))
        .collect();
    if bad.is_empty() {
        println!("no lock, map, allocation or SDK symbol among them");
        return ExitCode::SUCCESS;
    }
    println!("forbidden on this path: {bad:?}");
    ExitCode::FAILURE
}

/// `cargo run` builds this program only.
fn build_ops() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo).args(["build", "--quiet", "--release", "--bin", "ops"]).status();
    assert!(status.is_ok_and(|status| status.success()), "`ops` can be built");
}

fn sibling(name: &str) -> PathBuf {
    std::env::current_exe().expect("this program has a path").with_file_name(name)
}

fn per_operation(ops: &Path, operation: &str) -> u64 {
    let once = callgrind(ops, operation, REPETITIONS, &[]).total;
    let twice = callgrind(ops, operation, 2 * REPETITIONS, &[]).total;
    (twice - once + REPETITIONS / 2) / REPETITIONS
}

/// The functions inside `typed_add` whose instruction count grows with the number of repetitions.
fn functions_of_one_add(ops: &Path) -> Vec<String> {
    let toggle = ["--toggle-collect=ops::typed_add*"];
    let once = callgrind(ops, "counter_add_listed", REPETITIONS, &toggle).functions;
    let twice = callgrind(ops, "counter_add_listed", 2 * REPETITIONS, &toggle).functions;
    let mut grown: Vec<String> = twice
        .into_iter()
        .filter(|(name, cost)| {
            let before = once.iter().find(|(other, _)| other == name).map_or(0, |(_, cost)| *cost);
            *cost >= before + REPETITIONS
        })
        .map(|(name, _)| name)
        .collect();
    assert!(!grown.is_empty(), "callgrind saw no call of `typed_add`");
    grown.sort();
    grown
}

struct Profile {
    total: u64,
    functions: Vec<(String, u64)>,
}

fn callgrind(ops: &Path, operation: &str, count: u64, extra: &[&str]) -> Profile {
    let out = std::env::temp_dir().join(format!("callgrind.{}.{operation}.{count}", std::process::id()));
    let status = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .args(extra)
        .arg(ops)
        .args([operation, &count.to_string()])
        .status()
        .expect("valgrind is installed");
    assert!(status.success(), "`ops {operation} {count}` failed under callgrind");
    let text = std::fs::read_to_string(&out).expect("callgrind wrote its result");
    let _ = std::fs::remove_file(&out);
    read(&text)
}

/// Reads the self cost of each function out of callgrind's format ("fn=(id) name", then cost lines).
fn read(text: &str) -> Profile {
    let mut names = std::collections::HashMap::new();
    let mut costs: Vec<(String, u64)> = Vec::new();
    let mut current = String::new();
    let mut skip_next = false;
    let mut total = 0;
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("fn=") {
            let (id, name) = rest.split_once(' ').unwrap_or((rest, ""));
            if !name.is_empty() {
                names.insert(id.to_owned(), name.to_owned());
            }
            current = names.get(id).cloned().unwrap_or_else(|| id.to_owned());
        } else if let Some(rest) = line.strip_prefix("cfn=") {
            if let Some((id, name)) = rest.split_once(' ') {
                names.insert(id.to_owned(), name.to_owned());
            }
        } else if line.starts_with("calls=") {
            // The next line is the inclusive cost of the callee, which counts there.
            skip_next = true;
        } else if line.starts_with(|first: char| first.is_ascii_digit() || "+-*".contains(first)) {
            if std::mem::take(&mut skip_next) {
                continue;
            }
            let cost = line.split_whitespace().nth(1).and_then(|cost| cost.parse().ok()).unwrap_or(0);
            total += cost;
            match costs.iter_mut().find(|(name, _)| *name == current) {
                Some((_, sum)) => *sum += cost,
                None => costs.push((current.clone(), cost)),
            }
        }
    }
    Profile { total, functions: costs }
}
