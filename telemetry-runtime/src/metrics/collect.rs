//! One collection of the store.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::btree_map::{BTreeMap, Entry};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use super::by_attributes::ByAttributes;
use super::callbacks::{self, Observed};
use super::descriptor::{Descriptor, InstrumentKind};
use super::distribution::Distribution;
use super::exemplars;
use super::registry::{self, Family, Reading};
use super::snapshot::{
    Attributes, HistogramPoint, MeterScope, Metric, MetricData, Number, NumberPoint, ScopeMetrics,
    Temporality,
};
#[cfg(any(test, feature = "testing"))]
use super::store::Isolated;
use super::store::{Busy, Reach, Source, lock};
use super::views::Point;
use crate::plugin::{Scope, ScopeKind};

/// How metrics and their scopes are named; made from the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    /// The first part of every name that is not absolute (`backend.metrics.serviceName`).
    pub root: String,
    /// The version of the meter scopes (`backend.metrics.serviceVersion`).
    pub version: Option<String>,
    /// Whether names are those that authors wrote, without a prefix (`telemetry.metrics.naming`).
    pub as_is: bool,
    /// What is configured for single plugins, by id (`backend.metrics.plugin.{id}.meter`).
    pub meters: HashMap<String, MeterNaming>,
}

/// The configured meter scope of one plugin; what is absent is taken from the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MeterNaming {
    /// The scope's name.
    pub name: Option<String>,
    /// The scope's version.
    pub version: Option<String>,
    /// The scope's schema URL.
    pub schema_url: Option<String>,
    /// Whether names are those that the author wrote (`backend.metrics.plugin.{id}.naming`).
    pub as_is: Option<bool>,
}

impl Default for Naming {
    fn default() -> Self {
        Self { root: "backstage".to_owned(), version: None, as_is: false, meters: HashMap::new() }
    }
}

impl Naming {
    /// The exported name of a metric.
    pub(crate) fn full_name(&self, family: &Family) -> String {
        self.full_name_of(family.descriptor(), family.scope())
    }

    /// The exported name of a declaration.
    pub(crate) fn full_name_of(&self, descriptor: &Descriptor, scope: Scope) -> String {
        if descriptor.absolute || self.is_as_is(descriptor, scope) {
            return descriptor.name.to_owned();
        }
        let kind = match scope.kind() {
            ScopeKind::Plugin => "plugin",
            ScopeKind::Core => "core",
        };
        // At once: there are many names, and a collection makes all of them.
        [&self.root, ".", kind, ".", scope.id(), ".", descriptor.name].concat()
    }

    /// Whether a name that would have a prefix is exported without it.
    pub(crate) fn is_as_is(&self, descriptor: &Descriptor, scope: Scope) -> bool {
        let own = self.own(scope).and_then(|own| own.as_is);
        !descriptor.absolute && own.unwrap_or(self.as_is)
    }

    /// What is configured for a plugin; a core service of the same name has nothing to do with it.
    fn own(&self, scope: Scope) -> Option<&MeterNaming> {
        self.meters.get(scope.id()).filter(|_| scope.kind() == ScopeKind::Plugin)
    }

    /// The name of the meter scope of a plugin or core service.
    pub(crate) fn meter_name(&self, scope: Scope) -> &str {
        self.own(scope).and_then(|own| own.name.as_deref()).unwrap_or(&self.root)
    }

    /// The meter scope of a plugin or core service.
    fn meter(&self, scope: Scope) -> MeterScope {
        let own = self.own(scope);
        let key = match scope.kind() {
            ScopeKind::Plugin => "backstage.plugin.id",
            ScopeKind::Core => "backstage.core.service",
        };
        let version = own.and_then(|own| own.version.clone()).or_else(|| self.version.clone());
        MeterScope {
            name: self.meter_name(scope).to_owned().into(),
            version: version.map(Cow::Owned),
            schema_url: own.and_then(|own| own.schema_url.clone()).map(Cow::Owned),
            attributes: [(key, scope.id())]
                .into_iter()
                .chain(scope.module().map(|module| ("backstage.module.id", module)))
                .map(|(key, value)| (key.into(), value.into()))
                .collect(),
        }
    }
}

/// The values of one metric while they are gathered.
#[derive(Debug)]
struct Series {
    family: &'static Family,
    start: SystemTime,
    numbers: Vec<NumberPoint>,
    histograms: Vec<HistogramPoint>,
    /// The point of each attribute set, where it can occur twice.
    places: ByAttributes<usize>,
}

/// The observations of the last [`observe`].
static OBSERVED: Mutex<Observed> = Mutex::new(Vec::new());

/// Runs every callback once and keeps what they report for [`read`]. It runs user code: it may be slow or block.
pub fn observe() {
    let observed = callbacks::run(&|_| true);
    if let Some(busy) = Busy::enter() {
        *lock(&busy, &OBSERVED) = observed;
    }
}

/// As [`observe`], for the metrics of one scope. The others keep what they reported last, and while one of their callbacks
/// hangs, too.
pub(crate) fn observe_scope(scope: Scope) {
    let observed = callbacks::run(&|descriptor| descriptor.scope == scope);
    if let Some(busy) = Busy::enter() {
        let mut kept = lock(&busy, &OBSERVED);
        kept.retain(|(family, _)| !observed.iter().any(|(other, _)| std::ptr::eq(*family, *other)));
        kept.extend(observed);
    }
}

/// Every metric of the store, with the values of this moment and the observations of the last [`observe`].
///
/// Declared metrics are there even if nothing was ever recorded: those without attributes with the value 0 (gauges
/// without a point), the others without points. Scopes and metrics are in the order of their names.
#[must_use]
pub fn read(naming: &Naming) -> Vec<ScopeMetrics> {
    let observed = Busy::enter().map(|busy| lock(&busy, &OBSERVED).clone());
    read_with(naming, observed.unwrap_or_default())
}

/// Runs every callback once, and gives every metric of the store as [`read`] does.
#[must_use]
pub fn collect(naming: &Naming) -> Vec<ScopeMetrics> {
    read_with(naming, callbacks::run(&|_| true))
}

fn read_with(naming: &Naming, observed: Observed) -> Vec<ScopeMetrics> {
    let Some(busy) = Busy::enter() else {
        return Vec::new();
    };
    let series = gather(&busy, Source::process, observed);
    exemplars::next_interval();
    drop(busy);
    by_scope(naming, series)
}

/// Every metric, with its values.
fn gather(busy: &Busy, source: impl FnOnce(&Busy) -> Source, observed: Observed) -> Vec<Series> {
    registry::register_declared(busy);
    let (families, tables) = registry::contents(busy);
    // After the tables: whoever registered later is read by the next collection, but no slab of a table read now is
    // missing.
    let source = source(busy);
    let mut reach = Reach::new(source.slabs());
    let mut several = vec![0_usize; families.len()];
    for column in tables.iter().flat_map(|table| &table.columns) {
        if let Some(tables) = several.get_mut(column.family.index()) {
            *tables += 1;
        }
    }
    let now = SystemTime::now();
    let mut series: Vec<Series> = families.iter().map(|family| Series::new(family, now)).collect();
    for table in tables {
        for column in &table.columns {
            let index = column.family.index();
            let Some(series) = series.get_mut(index) else { continue };
            if !column.family.descriptor().is_histogram() {
                series.numbers.reserve(table.rows_hint());
            }
            if several[index] > 1 {
                table.read(column, &source, &mut reach, |attributes, reading| {
                    series.merge(attributes, reading);
                });
            } else {
                table.read(column, &source, &mut reach, |attributes, reading| {
                    series.push(attributes, reading);
                });
            }
        }
    }
    for (family, points) in observed {
        if let Some(series) = series.get_mut(family.index()) {
            for (attributes, bits) in points {
                series.replace(&attributes, bits);
            }
        }
    }
    series
}

/// Every metric that may have values in a capture: those that were recorded or observed in it, and nothing of the others.
/// The callbacks of the metrics that are wanted run once, those of the capture and those of no capture.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn read_isolated(
    isolated: &Isolated,
    is_wanted: &dyn Fn(&Descriptor) -> bool,
) -> Vec<(&'static Family, Option<MetricData>)> {
    let observed = callbacks::run(is_wanted);
    let Some(busy) = Busy::enter() else {
        return Vec::new();
    };
    let series = gather(&busy, |busy| Source::capture(busy, isolated), observed);
    drop(busy);
    series
        .into_iter()
        .map(|series| {
            let recorded = !series.is_empty();
            (series.family, recorded.then(|| series.into_data()))
        })
        .collect()
}

fn by_scope(naming: &Naming, series: Vec<Series>) -> Vec<ScopeMetrics> {
    let mut scopes: BTreeMap<Scope, BTreeMap<String, Metric>> = BTreeMap::new();
    for series in series {
        let family = series.family;
        let name = naming.full_name(family);
        let metric = Metric {
            name: Arc::from(name.as_str()),
            description: family.descriptor().description.into(),
            unit: family.descriptor().unit.into(),
            kind: Some(family.descriptor().kind),
            temporality: Temporality::Cumulative,
            data: series.into_data(),
        };
        match scopes.entry(family.scope()).or_default().entry(name) {
            Entry::Vacant(entry) => {
                entry.insert(metric);
            }
            // An absolute name may spell out what another has by its prefix.
            Entry::Occupied(mut known) => known.get_mut().data.append(metric.data),
        }
    }
    scopes
        .into_iter()
        .map(|(scope, metrics)| ScopeMetrics {
            scope: naming.meter(scope),
            metrics: metrics.into_values().collect(),
        })
        .collect()
}

impl Series {
    fn new(family: &'static Family, now: SystemTime) -> Self {
        let start = match family.descriptor().kind {
            InstrumentKind::Gauge | InstrumentKind::ObservableGauge => now,
            // A histogram whose buckets the configuration changed began anew.
            _ => family.restarted().unwrap_or_else(registry::start_time),
        };
        Self { family, start, numbers: Vec::new(), histograms: Vec::new(), places: ByAttributes::default() }
    }

    fn is_empty(&self) -> bool {
        self.numbers.is_empty() && self.histograms.is_empty()
    }

    fn number(&self, attributes: &Attributes, bits: u64) -> NumberPoint {
        let value = self.family.descriptor().number.number(bits);
        NumberPoint { attributes: attributes.clone(), start_time: self.start, value }
    }

    /// Adds a reading of a metric that has one table.
    #[inline]
    fn push(&mut self, attributes: &Attributes, reading: Reading) {
        match reading {
            Reading::Number(bits) => self.numbers.push(self.number(attributes, bits)),
            Reading::Distribution(distribution) => {
                let point = histogram_point(attributes, distribution, self.family, self.start);
                self.histograms.extend(point);
            }
        }
    }

    /// Adds a reading of a metric that has several tables, where two may hold the same attributes.
    fn merge(&mut self, attributes: &Attributes, reading: Reading) {
        let place = self.places.get(attributes).copied();
        match reading {
            Reading::Number(bits) => {
                let point = self.number(attributes, bits);
                match place.and_then(|place| self.numbers.get_mut(place)) {
                    Some(known) if self.family.descriptor().kind.is_sum() => known.absorb(point),
                    Some(known) => *known = point,
                    None => {
                        self.places.insert(attributes, self.numbers.len());
                        self.numbers.push(point);
                    }
                }
            }
            Reading::Distribution(distribution) => {
                let Some(point) = histogram_point(attributes, distribution, self.family, self.start) else {
                    return;
                };
                if let Some(known) = place.and_then(|place| self.histograms.get_mut(place)) {
                    known.absorb(point);
                } else {
                    self.places.insert(attributes, self.histograms.len());
                    self.histograms.push(point);
                }
            }
        }
    }

    /// Adds an observation; of several callbacks that report one series the last counts.
    fn replace(&mut self, attributes: &Attributes, bits: u64) {
        let point = self.number(attributes, bits);
        if let Some(known) = self.places.get(attributes).and_then(|place| self.numbers.get_mut(*place)) {
            *known = point;
        } else {
            self.places.insert(attributes, self.numbers.len());
            self.numbers.push(point);
        }
    }

    fn into_data(mut self) -> MetricData {
        let (family, descriptor) = (self.family, self.family.descriptor());
        if self.is_empty() && descriptor.is_attributeless() && descriptor.kind.starts_at_zero() {
            self.push(
                &Attributes::default(),
                if descriptor.is_histogram() {
                    Reading::Distribution(Distribution::new(family.bounds()))
                } else {
                    Reading::Number(0)
                },
            );
        }
        match descriptor.kind {
            InstrumentKind::Histogram => {
                MetricData::Histogram { bounds: family.bounds().into(), points: self.histograms }
            }
            InstrumentKind::Gauge | InstrumentKind::ObservableGauge => {
                MetricData::Gauge { points: self.numbers }
            }
            kind => MetricData::Sum { monotonic: kind.is_monotonic(), points: self.numbers },
        }
    }
}

impl MetricData {
    /// Adds the points of another metric of the same name; points of another kind have no place here.
    fn append(&mut self, other: Self) {
        match (self, other) {
            (Self::Sum { points, .. }, Self::Sum { points: more, .. })
            | (Self::Gauge { points }, Self::Gauge { points: more }) => points.extend(more),
            (Self::Histogram { points, bounds }, Self::Histogram { points: more, bounds: same })
                if *bounds == same =>
            {
                points.extend(more);
            }
            _ => {}
        }
    }
}

fn histogram_point(
    attributes: &Attributes,
    distribution: Distribution,
    family: &Family,
    start_time: SystemTime,
) -> Option<HistogramPoint> {
    // A table that is being registered while the buckets change has the old ones until it is next read.
    if distribution.bounds != family.bounds() {
        return None;
    }
    Some(HistogramPoint {
        attributes: attributes.clone(),
        start_time,
        count: distribution.count(),
        sum: distribution.sum,
        min: distribution.smallest,
        max: distribution.largest,
        bucket_counts: distribution.counts,
        exemplars: distribution.exemplars,
    })
}

impl InstrumentKind {
    /// Whether values of one series add up.
    pub(crate) const fn is_sum(self) -> bool {
        !matches!(self, Self::Gauge | Self::ObservableGauge)
    }

    /// Whether it is a sum that only grows.
    pub(crate) const fn is_monotonic(self) -> bool {
        matches!(self, Self::Counter | Self::ObservableCounter)
    }

    /// Whether nothing recorded means 0, rather than "not known".
    const fn starts_at_zero(self) -> bool {
        matches!(self, Self::Counter | Self::UpDownCounter | Self::Histogram)
    }
}

impl Number {
    /// The number as a double, rounded where it does not fit.
    #[expect(clippy::cast_precision_loss, reason = "documented")]
    pub fn as_f64(self) -> f64 {
        match self {
            Self::U64(value) => value as f64,
            Self::I64(value) => value as f64,
            Self::F64(value) => value,
        }
    }
}
