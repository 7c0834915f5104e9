//! The metrics of a capture, by name and attributes.

use std::fmt;

use super::distribution::Distribution;
use super::lookup::{self, Candidate};
use crate::metrics::{
    Attributes, Descriptor, Family, InstrumentKind, Isolated, MetricData, Naming, Number, read_isolated,
};

/// The values of all metrics at one moment, as one capture recorded them.
///
/// Names are written whole (`backstage.plugin.catalog.entities.processed`, whatever prefix is configured) or as they are declared (`entities.processed`), if
/// the capture has values of only one metric of that name. Attributes are a filter: a series counts if it has all that
/// are written, with values as text, and whatever others.
///
/// ```
/// use telemetry_runtime::testing::Capture;
///
/// #[telemetry_runtime::metric(counter = "terms.searched", plugin = "search")]
/// fn find(terms: &str) -> Option<u32> {
///     terms.parse().ok()
/// }
///
/// let capture = Capture::start();
/// find("3");
/// find("x");
/// let metrics = capture.metrics();
/// assert_eq!(metrics.counter("backstage.plugin.search.terms.searched", &[("outcome", "ok")]), 2);
/// assert_eq!(metrics.to_string(), "backstage.plugin.search.terms.searched{outcome=ok} 2\n");
/// ```
#[derive(Clone)]
pub struct Metrics(Vec<Metric>);

/// One metric that the process knows.
#[derive(Clone)]
struct Metric {
    family: &'static Family,
    name: String,
    /// `None` if the capture has nothing of it.
    data: Option<MetricData>,
}

/// Which observable metrics are observed at a reading.
#[derive(Clone, Copy)]
pub(super) enum Observed<'a> {
    All,
    None,
    /// Those that the name may mean.
    Named(&'a str),
}

impl Observed<'_> {
    fn includes(self, descriptor: &Descriptor) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Named(name) => name.ends_with(descriptor.name()),
        }
    }
}

impl Metrics {
    pub(super) fn read(isolated: &Isolated, observed: Observed<'_>) -> Self {
        let naming = Naming::default();
        let metric =
            |(family, data): (&'static Family, _)| Metric { family, name: naming.full_name(family), data };
        let mut metrics: Vec<_> = read_isolated(isolated, &|descriptor| observed.includes(descriptor))
            .into_iter()
            .map(metric)
            .collect();
        metrics.sort_by(|a, b| a.name.cmp(&b.name));
        Self(metrics)
    }

    /// The sum of a counter's series that have these attributes, observable counters too; 0 if nothing was recorded.
    ///
    /// # Panics
    ///
    /// If there is no such counter, if several have the name, or if it never has an attribute that is written. The
    /// text shows what there is.
    #[track_caller]
    pub fn counter(&self, name: &str, attributes: &[(&str, &str)]) -> Number {
        self.sum(name, attributes, &[InstrumentKind::Counter, InstrumentKind::ObservableCounter])
    }

    /// The sum of an up-down counter's series that have these attributes, observable ones and counts of running calls too; 0
    /// if nothing was recorded.
    ///
    /// # Panics
    ///
    /// As [`counter`](Self::counter).
    #[track_caller]
    pub fn up_down_counter(&self, name: &str, attributes: &[(&str, &str)]) -> Number {
        self.sum(name, attributes, &[InstrumentKind::UpDownCounter, InstrumentKind::ObservableUpDownCounter])
    }

    /// The value of the one series of a gauge that has these attributes, of an observable gauge too.
    ///
    /// # Panics
    ///
    /// As [`counter`](Self::counter), and if there is no value, or more than one.
    #[track_caller]
    pub fn gauge(&self, name: &str, attributes: &[(&str, &str)]) -> Number {
        let metric = self.find(name, attributes, &[InstrumentKind::Gauge, InstrumentKind::ObservableGauge]);
        let mut values = metric.numbers(attributes);
        match (values.next(), values.next()) {
            (Some(value), None) => value,
            (None, _) => {
                panic!("gauge `{}`{} was not set; {self:?}", metric.name, lookup::filter(attributes))
            }
            _ => panic!(
                "gauge `{}`{} has several series; name more attributes; {self:?}",
                metric.name,
                lookup::filter(attributes)
            ),
        }
    }

    /// What a histogram's series that have these attributes hold together.
    ///
    /// # Panics
    ///
    /// As [`counter`](Self::counter).
    #[track_caller]
    pub fn histogram(&self, name: &str, attributes: &[(&str, &str)]) -> Distribution {
        let metric = self.find(name, attributes, &[InstrumentKind::Histogram]);
        let mut sum = Distribution::new(metric.family.bounds().into());
        if let Some(MetricData::Histogram { points, .. }) = &metric.data {
            points.iter().filter(|point| has(&point.attributes, attributes)).for_each(|point| sum.add(point));
        }
        sum
    }

    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.recorded().next().is_none()
    }

    #[track_caller]
    fn sum(&self, name: &str, attributes: &[(&str, &str)], kinds: &[InstrumentKind]) -> Number {
        let metric = self.find(name, attributes, kinds);
        let number = metric.family.descriptor().number();
        metric.numbers(attributes).fold(number.number(0), Number::plus)
    }

    #[track_caller]
    fn find(&self, name: &str, attributes: &[(&str, &str)], kinds: &[InstrumentKind]) -> &Metric {
        let candidates = self.0.iter().map(|metric| Candidate {
            item: metric,
            family: metric.family,
            name: &metric.name,
            is_recorded: metric.data.is_some(),
        });
        let candidates: Vec<_> = candidates.collect();
        let found = lookup::find(&candidates, name, kinds);
        match found.and_then(|metric| metric.check_attributes(attributes).map(|()| metric)) {
            Ok(metric) => metric,
            Err(error) => panic!("{error}; {self:?}"),
        }
    }

    /// Metrics with values; not what telemetry says about itself, which is of the process.
    fn recorded(&self) -> impl Iterator<Item = (&Metric, &MetricData)> {
        let own = |metric: &&Metric| metric.family.scope() != crate::plugin::Scope::core("telemetry");
        self.0.iter().filter(own).filter_map(|metric| Some((metric, metric.data.as_ref()?)))
    }
}

impl Metric {
    fn numbers(&self, attributes: &[(&str, &str)]) -> impl Iterator<Item = Number> {
        let points = match &self.data {
            Some(MetricData::Sum { points, .. } | MetricData::Gauge { points }) => &points[..],
            _ => &[],
        };
        points.iter().filter(|point| has(&point.attributes, attributes)).map(|point| point.value)
    }

    /// Refuses keys that the metric never has, which would only look like 0.
    fn check_attributes(&self, attributes: &[(&str, &str)]) -> Result<(), String> {
        let descriptor = self.family.descriptor();
        let mut known: Vec<&str> = descriptor.keys().to_vec();
        known.extend(descriptor.has_outcome().then_some("outcome"));
        let recorded = self.series().into_iter().flat_map(|(attributes, _)| attributes.iter());
        known.extend(recorded.map(|(key, _)| &**key));
        let unknown = attributes.iter().find(|(key, _)| !known.contains(key));
        match unknown {
            // Its keys may be any, and it has none yet.
            _ if descriptor.has_free_keys() && self.data.is_none() => Ok(()),
            None => Ok(()),
            Some((key, _)) => {
                known.sort_unstable();
                known.dedup();
                let known =
                    if known.is_empty() { "none".to_owned() } else { format!("`{}`", known.join("`, `")) };
                Err(format!("metric `{}` has no attribute `{key}`; its attributes are {known}", self.name))
            }
        }
    }

    /// Each series with its value as text.
    fn series(&self) -> Vec<(&Attributes, String)> {
        match &self.data {
            Some(MetricData::Sum { points, .. } | MetricData::Gauge { points }) => {
                points.iter().map(|point| (&point.attributes, point.value.to_string())).collect()
            }
            Some(MetricData::Histogram { bounds, points }) => points
                .iter()
                .map(|point| {
                    let mut distribution = Distribution::new(bounds.clone());
                    distribution.add(point);
                    (&point.attributes, distribution.to_string())
                })
                .collect(),
            None => Vec::new(),
        }
    }
}

/// Whether a series has all of these attributes.
fn has(series: &Attributes, attributes: &[(&str, &str)]) -> bool {
    attributes
        .iter()
        .all(|(key, value)| series.iter().any(|(other, data)| other == key && lookup::text(data) == *value))
}

/// A line for each series that was recorded: `name{key=value,..} value`.
impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (metric, _) in self.recorded() {
            let mut lines: Vec<String> = metric
                .series()
                .into_iter()
                .map(|(attributes, value)| {
                    let pairs = attributes.iter().map(|(key, data)| (&**key, lookup::text(data)));
                    format!("{}{} {value}", metric.name, lookup::series(pairs))
                })
                .collect();
            lines.sort();
            lines.iter().try_for_each(|line| writeln!(f, "{line}"))?;
        }
        Ok(())
    }
}

/// As it is displayed, with a heading.
impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("no metrics were recorded\n");
        }
        write!(f, "recorded were:\n{self}")
    }
}
