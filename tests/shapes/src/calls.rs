//! How calls ended, counted.

use std::fmt;

/// The four outcomes, in the order in which they are written.
const OUTCOMES: [&str; 4] = ["ok", "error", "panic", "cancelled"];

/// A number of calls for each outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Calls([u64; OUTCOMES.len()]);

impl Calls {
    /// Adds calls that ended so.
    pub(crate) fn add(&mut self, outcome: &str, count: u64) {
        let index = OUTCOMES.iter().position(|known| *known == outcome);
        self.0[index.unwrap_or_else(|| panic!("`{outcome}` is no outcome"))] += count;
    }
}

impl fmt::Display for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = OUTCOMES.iter().zip(self.0).filter(|(_, count)| *count > 0);
        let counted: Vec<String> = counted.map(|(outcome, count)| format!("{count} {outcome}")).collect();
        if counted.is_empty() { f.write_str("none") } else { f.write_str(&counted.join(", ")) }
    }
}

/// What the first line of a shape says.
#[derive(Debug)]
pub(crate) enum Expected {
    /// `2 ok, 1 error`.
    Exactly(Calls),
    /// `as many as ..`: something else decides how often the functions are called.
    Any,
}

impl Expected {
    pub(crate) fn parse(text: &str) -> Self {
        if text.starts_with("as many as") {
            return Self::Any;
        }
        let mut calls = Calls::default();
        for part in text.split(", ") {
            let (count, outcome) = part.split_once(' ').expect("a number and an outcome");
            calls.add(outcome, count.parse().expect("a number"));
        }
        Self::Exactly(calls)
    }

    pub(crate) fn are(&self, calls: Calls) -> bool {
        match self {
            Self::Exactly(expected) => *expected == calls,
            Self::Any => true,
        }
    }

    /// Whether no call is missing.
    pub(crate) fn are_within(&self, calls: Calls) -> bool {
        match self {
            Self::Exactly(expected) => {
                expected.0.iter().zip(calls.0).all(|(expected, calls)| *expected <= calls)
            }
            Self::Any => true,
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(calls) => calls.fmt(f),
            Self::Any => f.write_str("anything"),
        }
    }
}
