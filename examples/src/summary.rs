//! What is printed after the first pass.

use std::io::{self, Write};

use crate::catalog::{Catalog, Kind};
use crate::scaffolder::{StepResult, TaskReport};

/// Writes every problem with its place, then what came of the pass.
///
/// # Errors
///
/// If `out` cannot be written to.
pub fn write(out: &mut impl Write, catalog: &Catalog, ran: &[TaskReport]) -> io::Result<()> {
    let (problems, notes) = catalog.reports();
    for problem in &problems {
        writeln!(out, "error: {problem}")?;
    }
    for note in &notes {
        writeln!(out, "note: {note}")?;
    }
    let size = catalog.size();
    let (processed, stitched) = catalog.counts();
    writeln!(out)?;
    row(out, "files", size.files, &[])?;
    let results = [
        ("changed", processed.changed),
        ("unchanged", processed.unchanged),
        ("errors", processed.errors),
        ("failed", processed.failed),
    ];
    row(out, "documents processed", sum(&results), &results)?;
    let results =
        [("changed", stitched.changed), ("unchanged", stitched.unchanged), ("abandoned", stitched.abandoned)];
    row(out, "entities stitched", sum(&results), &results)?;
    let kinds = Kind::ALL.map(|kind| (kind.name(), catalog.entity_count(kind)));
    row(out, "entities", sum(&kinds), &kinds)?;
    row(out, "relations", size.relations, &[("dangling", size.dangling_relations)])?;
    tasks(out, ran)
}

fn tasks(out: &mut impl Write, tasks: &[TaskReport]) -> io::Result<()> {
    let ok = tasks.iter().filter(|task| task.ok).count();
    row(out, "template tasks", tasks.len(), &[("ok", ok), ("failed", tasks.len() - ok)])?;
    let steps = || tasks.iter().flat_map(|task| &task.steps);
    let count = |result| steps().filter(|step| step.result == result).count();
    let results = [
        ("ok", count(StepResult::Ok)),
        ("failed", count(StepResult::Failed)),
        ("skipped", count(StepResult::Skipped)),
    ];
    row(out, "template steps", sum(&results), &results)
}

/// One line: a name, a number, and what the number is made of.
fn row(out: &mut impl Write, name: &str, total: usize, parts: &[(&str, usize)]) -> io::Result<()> {
    write!(out, "{name:<20} {total:>6}")?;
    let parts: Vec<String> =
        parts.iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{count} {name}")).collect();
    if parts.is_empty() { writeln!(out) } else { writeln!(out, "   {}", parts.join(", ")) }
}

fn sum(parts: &[(&str, usize)]) -> usize {
    parts.iter().map(|(_, count)| count).sum()
}
