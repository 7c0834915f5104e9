//! Holds the instructions of our rows: `cargo run --release --bin count [-- --record]`.
//!
//! Prints what each row costs beside what `counts.toml` says, and exits with 1 where one got worse, or where a typed `add`
//! calls what it must not. `--record` writes the file anew.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use telemetry_benches::costs::{Cost, Listed, Program};
use telemetry_benches::counts;

/// How much worse a row may get, as compilers and seeds of hashes change: this part of what is recorded, or one instruction.
const TOLERANCE: f64 = 0.05;

/// What must not be on the path of one typed `add`.
const FORBIDDEN: [&str; 8] =
    ["opentelemetry", "mutex", "rwlock", "futex", "hashmap", "hashbrown", "malloc", "btree"];

/// What `counts.toml` says about itself.
const HEAD: &str = "\
# What one operation of ours costs, written by `cargo run --release --bin count -- --record`. CI fails where a row gets
# worse; see README.md.

";

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let record = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--record") => true,
        Some(other) => return Err(format!("unknown argument `{other}`").into()),
    };
    let mut program = Program::build("bench-ours")?;
    program.rows.retain(|row| !row.unchecked);
    let mut costs = program.costs()?;
    // The loops are measured to be taken off.
    costs.retain(|name, _| !name.starts_with("loop"));
    let recorded = if record { costs.clone() } else { counts::read(&std::fs::read_to_string(file())?)? };
    count_again(&mut program, &mut costs, &recorded)?;
    let mut worse = compare(&program, &costs, &recorded);
    worse.extend(forbidden(&program)?);
    if record {
        std::fs::write(file(), format!("{HEAD}{}", counts::write(&program.rows, &costs)))?;
    }
    for worse in &worse {
        println!("WORSE {worse}");
    }
    Ok(if worse.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("counts.toml")
}

/// Counts rows that seem worse once more. A thread that exports may have come late, and left work to the one that is counted, such
/// as the making of places that are used again afterwards.
fn count_again(
    program: &mut Program,
    costs: &mut BTreeMap<String, Cost>,
    recorded: &BTreeMap<String, Cost>,
) -> Result<(), Box<dyn Error>> {
    let seems_worse = |name: &String| match (costs.get(name), recorded.get(name)) {
        (Some(now), Some(before)) => is_worse(*now, *before),
        _ => false,
    };
    let suspects: Vec<_> = program.rows.iter().filter(|row| seems_worse(&row.name)).cloned().collect();
    if suspects.is_empty() {
        return Ok(());
    }
    let is_needed = |name: &String| {
        let is_part = |suspect: &Listed| suspect.name == *name || suspect.less.as_ref() == Some(name);
        name.starts_with("loop") || suspects.iter().any(is_part)
    };
    let rows = program.rows.clone();
    program.rows.retain(|row| is_needed(&row.name));
    let again = program.costs();
    program.rows = rows;
    for (name, again) in again? {
        if let Some(cost) = costs.get_mut(&name) {
            cost.instructions = cost.instructions.min(again.instructions);
            cost.allocations = cost.allocations.min(again.allocations);
        }
    }
    Ok(())
}

fn is_worse(now: Cost, before: Cost) -> bool {
    has_more_instructions(now, before) || has_more_allocations(now, before)
}

fn has_more_instructions(now: Cost, before: Cost) -> bool {
    now.instructions > before.instructions + (before.instructions * TOLERANCE).max(1.0)
}

/// A tenth is an allocation now and then, as of a queue that grows.
fn has_more_allocations(now: Cost, before: Cost) -> bool {
    now.allocations > before.allocations + (before.allocations * TOLERANCE).max(0.1)
}

/// Prints all rows, and gives those that got worse.
fn compare(
    program: &Program,
    costs: &BTreeMap<String, Cost>,
    recorded: &BTreeMap<String, Cost>,
) -> Vec<String> {
    let mut worse = Vec::new();
    println!("{:<24}{:>14}{:>10}{:>14}{:>10}", "row", "instructions", "recorded", "allocations", "recorded");
    for row in &program.rows {
        let Some(now) = costs.get(&row.name) else { continue };
        let Some(before) = recorded.get(&row.name) else {
            worse.push(format!("`{}` is not recorded: `--record` does it", row.name));
            continue;
        };
        println!(
            "{:<24}{:>14.1}{:>10.1}{:>14.2}{:>10.2}",
            row.name, now.instructions, before.instructions, now.allocations, before.allocations
        );
        if has_more_instructions(*now, *before) {
            let (now, before) = (now.instructions, before.instructions);
            worse.push(format!("`{}`: {now:.1} instructions, {before:.1} recorded", row.name));
        }
        if has_more_allocations(*now, *before) {
            let (now, before) = (now.allocations, before.allocations);
            worse.push(format!("`{}`: {now:.2} allocations, {before:.2} recorded", row.name));
        }
    }
    worse
}

/// What a typed `add` that was done before calls and must not.
fn forbidden(program: &Program) -> Result<Vec<String>, Box<dyn Error>> {
    let functions = program.functions("counter_3")?;
    println!("\nfunctions in which a typed `add` spends instructions:");
    for function in &functions {
        println!("  {function}");
    }
    let is_forbidden =
        |function: &&String| FORBIDDEN.iter().any(|word| function.to_lowercase().contains(word));
    let forbidden = functions.iter().filter(is_forbidden);
    Ok(forbidden.map(|function| format!("a typed `add` calls `{function}`")).collect())
}
