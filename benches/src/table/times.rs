//! Times, as ratios: rows of all libraries take turns, so that another load on the machine meets them all.

use std::collections::BTreeMap;
use std::error::Error;

use crate::costs::{Listed, Program};

/// Turns of which the least time stands.
const TURNS: usize = 3;

/// Nanoseconds of an operation, its loop included, on one thread and on each of two.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    pub(super) alone: f64,
    pub(super) two: f64,
}

pub(super) fn take(ours: &Program, peers: &Program) -> Result<BTreeMap<String, Times>, Box<dyn Error>> {
    let mut times: BTreeMap<String, Times> = BTreeMap::new();
    let rows: Vec<(&Program, &Listed)> = in_turns(ours, peers);
    for _ in 0..TURNS {
        for (program, row) in &rows {
            let [alone, _] = program.time(row, 1)?;
            let [two, _] = if row.all_threads { [alone, alone] } else { program.time(row, 2)? };
            let known = times.entry(row.name.clone()).or_insert(Times { alone, two });
            *known = Times { alone: known.alone.min(alone), two: known.two.min(two) };
        }
    }
    Ok(times)
}

/// Our rows, each followed by the peers' of its name.
fn in_turns<'a>(ours: &'a Program, peers: &'a Program) -> Vec<(&'a Program, &'a Listed)> {
    let mut rows = Vec::new();
    for own in ours.rows.iter().filter(|row| !row.name.starts_with("loop")) {
        rows.push((ours, own));
        let same = |row: &&Listed| row.name.split_once('/').is_some_and(|(_, name)| name == own.name);
        rows.extend(peers.rows.iter().filter(same).map(|row| (peers, row)));
    }
    rows
}
