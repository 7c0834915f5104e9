//! The metrics of an instrumented function: one table for all of its instruments, so that a call finds its row once.

mod errors;
mod existing;
mod guard;
mod plan;
#[cfg(test)]
mod tests;
mod value;

use std::any::TypeId;
use std::sync::{Mutex, OnceLock};

pub use existing::Existing;
pub use guard::{CallValues, MetricGuard};
use plan::Plan;
pub use value::CallValue;

use super::attributes::MetricAttributes;
use super::descriptor::{Descriptor, NumberKind};
use super::health::{self, Drop};
use super::registry::{self, ColumnKind, Columns, Outcomes, Schema, Table};
use super::store::{Busy, lock};
use crate::outcome::Outcome;

/// Which ends of a call an instrument records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// Only those that return something that is not an error.
    Ok,
    /// Only those that return an error.
    Error,
    /// All: ok, error, panic and cancelled.
    Always,
}

impl On {
    /// Whether a call with this outcome is recorded.
    #[inline]
    fn includes(self, outcome: Outcome) -> bool {
        match self {
            Self::Always => true,
            Self::Ok => outcome == Outcome::Ok,
            Self::Error => outcome == Outcome::Error,
        }
    }

    /// The outcomes that are told apart.
    const fn outcomes(self) -> Outcomes {
        match self {
            Self::Always => Outcomes::All,
            Self::Ok => Outcomes::Only(Outcome::Ok),
            Self::Error => Outcomes::Only(Outcome::Error),
        }
    }
}

/// What an instrument of a function records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Adds one per call, or a value.
    Counter,
    /// Records the duration in seconds, or a value.
    Histogram,
    /// Adds one per call, or a value.
    UpDownCounter,
    /// Is set to a value.
    Gauge,
    /// Is one higher while the call runs.
    InFlight,
}

/// One instrument of a function, as a constant.
#[derive(Debug)]
pub struct FnInstrument {
    descriptor: &'static Descriptor,
    role: Role,
    on: On,
    /// Whether it records a value that the call gives, rather than one or the duration.
    valued: bool,
}

impl FnInstrument {
    /// Counts calls, or adds a value per call.
    #[must_use]
    pub const fn counter(descriptor: &'static Descriptor) -> Self {
        Self::new(descriptor, Role::Counter)
    }

    /// Records the seconds that a call takes, or a value per call.
    #[must_use]
    pub const fn histogram(descriptor: &'static Descriptor) -> Self {
        Self::new(descriptor, Role::Histogram)
    }

    /// Adds a value per call, which may be negative.
    #[must_use]
    pub const fn up_down_counter(descriptor: &'static Descriptor) -> Self {
        Self::new(descriptor, Role::UpDownCounter)
    }

    /// Is set to a value per call.
    #[must_use]
    pub const fn gauge(descriptor: &'static Descriptor) -> Self {
        Self::new(descriptor, Role::Gauge)
    }

    /// Counts the calls that run at the moment.
    #[must_use]
    pub const fn in_flight(descriptor: &'static Descriptor) -> Self {
        Self::new(descriptor, Role::InFlight)
    }

    const fn new(descriptor: &'static Descriptor, role: Role) -> Self {
        Self { descriptor, role, on: On::Always, valued: false }
    }

    /// Records a value that the call gives. Without one, a call is not recorded.
    #[must_use]
    pub const fn valued(mut self) -> Self {
        self.valued = true;
        self
    }

    /// Says which calls are recorded; all of them unless it is said.
    #[must_use]
    pub const fn on(mut self, on: On) -> Self {
        self.on = on;
        self
    }
}

/// All instruments of a function that are recorded with the same attributes.
#[derive(Debug)]
pub struct FnMetrics {
    instruments: &'static [FnInstrument],
    /// Whether points carry the attribute `outcome`.
    outcome: bool,
    plan: OnceLock<&'static Plan>,
    /// A static in a generic function is one for all its types, whose attributes may differ: the plans of all
    /// attribute types but the first.
    others: Mutex<Vec<&'static Plan>>,
}

impl FnMetrics {
    /// The instruments of one function.
    #[must_use]
    pub const fn new(instruments: &'static [FnInstrument]) -> Self {
        Self { instruments, outcome: true, plan: OnceLock::new(), others: Mutex::new(Vec::new()) }
    }

    /// Leaves the attribute `outcome` out.
    #[must_use]
    pub const fn without_outcome(mut self) -> Self {
        self.outcome = false;
        self
    }

    /// The plan for attributes of this type; `None` only from inside the store, which is counted.
    #[inline]
    fn plan<A: MetricAttributes>(&self) -> Option<&'static Plan> {
        match self.plan.get() {
            Some(plan) if plan.table.id == TypeId::of::<A::Schema>() => Some(plan),
            _ => self.find_or_register(Schema::of::<A>()),
        }
    }

    #[cold]
    fn find_or_register(&self, schema: &'static Schema) -> Option<&'static Plan> {
        let Some(busy) = Busy::enter() else {
            health::dropped(Drop::Reentrant);
            return None;
        };
        // Held while the table is made, so that one type has one table.
        let mut others = lock(&busy, &self.others);
        let id = (schema.id)();
        let known = self.plan.get().into_iter().chain(&*others).find(|plan| plan.table.id == id);
        if let Some(plan) = known {
            return Some(plan);
        }
        let plan = Plan::leak(self, self.register(&busy, schema));
        if self.plan.set(plan).is_err() {
            others.push(plan);
        }
        Some(plan)
    }

    fn register(&self, busy: &Busy, schema: &'static Schema) -> &'static Table {
        let mut columns = Columns::default();
        let mut keys: &'static [&'static str] = &[];
        for instrument in self.instruments {
            let descriptor = instrument.descriptor;
            keys = descriptor.attribute_keys;
            let family = registry::family(busy, descriptor, descriptor.scope);
            let told_apart = self.outcome && instrument.role != Role::InFlight;
            columns.push(family, ColumnKind::of(family), told_apart.then(|| instrument.on.outcomes()));
        }
        registry::shared_table(busy, schema, keys, columns)
    }
}

/// What is recorded for a value: `None` leaves the call out, and was counted.
fn bits_of(value: impl CallValue, number: NumberKind) -> Option<u64> {
    let bits = value.bits_in(number);
    if bits.is_none() {
        health::dropped(Drop::Value);
    }
    bits
}
