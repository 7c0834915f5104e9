//! The table of goals: what is compared, and how it is written.

pub mod lines;
mod markdown;
mod scenarios;
mod times;

use std::collections::BTreeMap;
use std::error::Error;

use crate::costs::{Cost, Program};

/// All that was measured, by the name of its row; a peer's starts with `{library}/`.
pub struct Measured {
    costs: BTreeMap<String, Cost>,
    /// Nothing where only instructions were counted.
    timed: Option<Timed>,
}

/// What depends on the machine, and on what else it does.
struct Timed {
    times: BTreeMap<String, times::Times>,
    scenarios: scenarios::Scenarios,
}

impl Measured {
    /// Counts instructions, which takes some minutes.
    ///
    /// # Errors
    ///
    /// Where a row fails.
    pub fn count(ours: &Program, peers: &Program) -> Result<Self, Box<dyn Error>> {
        let mut costs = ours.known_costs()?;
        costs.extend(peers.known_costs()?);
        Ok(Self { costs, timed: None })
    }

    /// Takes times, too, and memory.
    ///
    /// # Errors
    ///
    /// Where a row fails.
    pub fn timed(self, ours: &Program, peers: &Program) -> Result<Self, Box<dyn Error>> {
        let timed = Timed { times: times::take(ours, peers)?, scenarios: scenarios::take(ours, peers)? };
        Ok(Self { timed: Some(timed), ..self })
    }

    /// As the part of a page.
    #[must_use]
    pub fn markdown(&self) -> String {
        markdown::write(self)
    }
}
