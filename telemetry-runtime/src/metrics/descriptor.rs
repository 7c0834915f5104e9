//! What is known of a declared metric before it is ever recorded.

use std::panic::Location;

use super::buckets::Buckets;
use crate::plugin::Scope;

/// The seven instruments of OpenTelemetry (metrics API, "Instrument").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InstrumentKind {
    /// A sum that only grows.
    Counter,
    /// A sum that goes up and down.
    UpDownCounter,
    /// A distribution of measurements.
    Histogram,
    /// The last value that was set.
    Gauge,
    /// A growing sum that is read at collection.
    ObservableCounter,
    /// A sum that goes up and down and is read at collection.
    ObservableUpDownCounter,
    /// A value that is read at collection.
    ObservableGauge,
}

/// The number type of an instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NumberKind {
    /// Unsigned 64-bit integers.
    U64,
    /// Signed 64-bit integers.
    I64,
    /// 64-bit floating point numbers.
    F64,
}

/// A declared metric: what the macros know of it, as a constant that is registered at link time.
#[derive(Debug)]
pub struct Descriptor {
    pub(crate) scope: Scope,
    /// As the author wrote it, without the leading `::` of an absolute name.
    pub(crate) name: &'static str,
    /// Whether the name is exported without the plugin's prefix.
    pub(crate) absolute: bool,
    pub(crate) kind: InstrumentKind,
    pub(crate) number: NumberKind,
    pub(crate) unit: &'static str,
    pub(crate) description: &'static str,
    /// Keys in the order of the attribute values. For a typed set these are its keys; empty where only the
    /// type of an expression knows them.
    pub(crate) attribute_keys: &'static [&'static str],
    /// Upper bounds of a histogram's buckets; `None` takes the default for the unit.
    pub(crate) bounds: Option<&'static [f64]>,
    /// Whether only an expression's type knows the keys, so that empty keys do not mean "no attributes".
    pub(crate) keys_of_expression: bool,
    /// Whether points carry the attribute `outcome` beside the keys.
    pub(crate) outcome: bool,
    pub(crate) crate_name: &'static str,
    pub(crate) location: &'static Location<'static>,
}

impl Descriptor {
    /// A metric declared at the caller's place. A name that starts with `::` is absolute.
    #[must_use]
    #[track_caller]
    pub const fn new(
        kind: InstrumentKind,
        number: NumberKind,
        scope: Scope,
        name: &'static str,
        crate_name: &'static str,
    ) -> Self {
        let (name, absolute) = match name.as_bytes() {
            [b':', b':', ..] => (name.split_at(2).1, true),
            _ => (name, false),
        };
        Self {
            scope,
            name,
            absolute,
            kind,
            number,
            unit: "",
            description: "",
            attribute_keys: &[],
            bounds: None,
            keys_of_expression: false,
            outcome: false,
            crate_name,
            location: Location::caller(),
        }
    }

    /// Sets the UCUM unit.
    #[must_use]
    pub const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }

    /// Sets the description.
    #[must_use]
    pub const fn description(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    /// Sets the attribute keys.
    #[must_use]
    pub const fn attribute_keys(mut self, keys: &'static [&'static str]) -> Self {
        self.attribute_keys = keys;
        self
    }

    /// Sets the upper bounds of a histogram's buckets.
    #[must_use]
    pub const fn bounds(mut self, bounds: &'static [f64]) -> Self {
        self.bounds = Some(bounds);
        self
    }

    /// Says that only the type of an expression knows the attribute keys, as in `attributes = expr` on a function.
    /// Such a metric has no point until it is recorded; one that is known to have no attributes shows 0 from the start.
    #[must_use]
    pub const fn keys_of_expression(mut self) -> Self {
        self.keys_of_expression = true;
        self
    }

    /// Says that points carry the attribute `outcome`, as those of functions do.
    #[must_use]
    pub const fn with_outcome(mut self) -> Self {
        self.outcome = true;
        self
    }

    /// The declared owner.
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// The name as the author wrote it, without the `::` of an absolute one.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Whether the name is exported without the plugin's prefix.
    pub const fn is_absolute(&self) -> bool {
        self.absolute
    }

    /// The instrument.
    pub const fn kind(&self) -> InstrumentKind {
        self.kind
    }

    /// The number type.
    pub const fn number(&self) -> NumberKind {
        self.number
    }

    /// The UCUM unit; empty if there is none.
    pub const fn unit_code(&self) -> &'static str {
        self.unit
    }

    /// The description; may be empty.
    pub const fn description_text(&self) -> &'static str {
        self.description
    }

    /// The attribute keys, in the order of the attribute values; without `outcome`.
    pub const fn keys(&self) -> &'static [&'static str] {
        self.attribute_keys
    }

    /// Whether points carry the attribute `outcome` beside the keys.
    pub const fn has_outcome(&self) -> bool {
        self.outcome
    }

    /// Whether keys are known only once there is a series.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) const fn has_free_keys(&self) -> bool {
        self.keys_of_expression
    }

    /// The upper bounds of a histogram's buckets: the declared ones, or the default for the unit.
    pub const fn histogram_bounds(&self) -> &'static [f64] {
        match self.bounds {
            Some(bounds) => bounds,
            None => Buckets::default_bounds(self.unit),
        }
    }

    /// The crate that declares it.
    pub const fn crate_name(&self) -> &'static str {
        self.crate_name
    }

    /// Where it is declared.
    pub const fn location(&self) -> &'static Location<'static> {
        self.location
    }

    pub(crate) const fn is_histogram(&self) -> bool {
        matches!(self.kind, InstrumentKind::Histogram)
    }

    /// Whether every point is without attributes, so that the one series is known from the start.
    pub(crate) const fn is_attributeless(&self) -> bool {
        self.attribute_keys.is_empty() && !self.keys_of_expression && !self.outcome
    }
}
