//! Costs as a file that is easy to compare: a line for each row.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::costs::{Cost, Listed};

/// The rows in their order.
#[must_use]
pub fn write(rows: &[Listed], costs: &BTreeMap<String, Cost>) -> String {
    let mut text = String::new();
    for (name, cost) in rows.iter().filter_map(|row| Some((&row.name, costs.get(&row.name)?))) {
        let Cost { instructions, allocations } = cost;
        // Nothing fails when a string grows.
        let _ =
            writeln!(text, "{name} = {{ instructions = {instructions:.1}, allocations = {allocations:.2} }}");
    }
    text
}

/// Reads what [`write`] wrote.
///
/// # Errors
///
/// Where a line is something else.
pub fn read(text: &str) -> Result<BTreeMap<String, Cost>, String> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|(number, line)| read_line(line).ok_or_else(|| format!("line {} is no row", number + 1)))
        .collect()
}

fn read_line(line: &str) -> Option<(String, Cost)> {
    let (name, values) = line.split_once(" = {")?;
    let (instructions, allocations) = values.trim_end().strip_suffix('}')?.split_once(',')?;
    let instructions = instructions.trim().strip_prefix("instructions = ")?.trim().parse().ok()?;
    let allocations = allocations.trim().strip_prefix("allocations = ")?.trim().parse().ok()?;
    Some((name.to_owned(), Cost { instructions, allocations }))
}
