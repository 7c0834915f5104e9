//! Declarations that disagree.

use std::fmt;

use telemetry_naming::prometheus;

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
    /// The crate's name; empty for an instrument that is made at run time.
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
        write!(f, "{}:{}", self.file, self.line)?;
        if self.crate_name.is_empty() { Ok(()) } else { write!(f, " (crate `{}`)", self.crate_name) }
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

impl InstrumentKind {
    /// What decides a metric's suffixes in Prometheus.
    pub(crate) const fn spelled(self) -> prometheus::Kind {
        match self {
            Self::Counter | Self::ObservableCounter => prometheus::Kind::Counter,
            Self::UpDownCounter | Self::ObservableUpDownCounter => prometheus::Kind::UpDownCounter,
            Self::Histogram => prometheus::Kind::Histogram,
            Self::Gauge | Self::ObservableGauge => prometheus::Kind::Gauge,
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

/// Metrics that Prometheus spells alike, though they are not the same.
///
/// The spelling is looked at under the default root. Another root is as long a prefix of every name, and changes nothing
/// but names that are absolute.
pub(super) fn spellings(families: &[&'static Family]) -> Vec<Conflict> {
    let names: Vec<String> =
        families.iter().map(|family| exported_name(family.descriptor(), family.scope())).collect();
    let described: Vec<prometheus::Family<'_>> = families
        .iter()
        .zip(&names)
        .map(|(family, name)| prometheus::Family {
            name,
            unit: family.descriptor().unit,
            kind: family.descriptor().kind.spelled(),
        })
        .collect();
    prometheus::collisions(&described)
        .into_iter()
        .map(|collision| (collision.series, families[collision.first], families[collision.second]))
        // One family of two owners is no conflict: its series differ in the owner.
        .filter(|(_, first, second)| first.scope() == second.scope() || !is_one_family(first, second))
        .map(|(series, first, second)| Conflict::spelling(&series, first, second))
        .collect()
}

/// Whether two metrics of different owners become one Prometheus family of one type.
fn is_one_family(first: &Family, second: &Family) -> bool {
    let exposed = |family: &Family| {
        let descriptor = family.descriptor();
        let kind = descriptor.kind.spelled();
        let name = exported_name(descriptor, family.scope());
        // An up-down counter is exposed as a gauge.
        let gauge = matches!(kind, prometheus::Kind::Gauge | prometheus::Kind::UpDownCounter);
        (prometheus::metric_name(&name, descriptor.unit, kind), gauge, descriptor.unit)
    };
    let same_kind = first.descriptor().kind.spelled() == second.descriptor().kind.spelled();
    exposed(first) == exposed(second) && (same_kind || exposed(first).1)
}

fn exported_name(descriptor: &Descriptor, scope: Scope) -> String {
    let name = owned_name(descriptor, scope);
    if descriptor.absolute { name } else { format!("backstage.{name}") }
}
