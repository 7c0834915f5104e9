//! What is known of a declared metric before it is ever recorded.

use std::panic::Location;

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
}
