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
    times: BTreeMap<String, times::Times>,
    scenarios: scenarios::Scenarios,
}

impl Measured {
    /// Measures everything, which takes some minutes.
    ///
    /// # Errors
    ///
    /// Where a row fails.
    pub fn take(ours: &Program, peers: &Program) -> Result<Self, Box<dyn Error>> {
        eprintln!("counting instructions");
        let mut costs = ours.costs()?;
        costs.extend(peers.known_costs()?);
        eprintln!("taking times");
        let times = times::take(ours, peers)?;
        eprintln!("sending spans, making instruments");
        let scenarios = scenarios::take(ours, peers)?;
        Ok(Self { costs, times, scenarios })
    }

    /// As the part of a page.
    #[must_use]
    pub fn markdown(&self) -> String {
        markdown::write(self)
    }
}
