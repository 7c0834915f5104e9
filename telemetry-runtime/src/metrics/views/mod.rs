//! Views: which metrics are exported, and how, as the configuration says.
//!
//! What comes out is decided twice with one rule. At bootstrap the store learns which buckets a histogram has and how many
//! series an instrument takes; at each collection the snapshot gets its names and attributes. So recording knows nothing
//! of views, and third-party metrics have them too.

mod apply;
mod check;
mod merge;
mod pattern;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub(crate) use apply::AppliedViews;
pub(crate) use check::Findings;
pub(crate) use merge::Point;
pub(crate) use pattern::Pattern;

use super::collect::Naming;
use super::descriptor::{Descriptor, InstrumentKind};
use super::registry::Recorded;
use super::snapshot::MetricData;
use crate::plugin::{Scope, ScopeKind};

/// Everything that decides about exported metrics.
#[derive(Clone, Debug)]
pub(crate) struct Views {
    /// The names that metrics have without views.
    pub(crate) naming: Naming,
    /// One of these has to match the name; none is all.
    pub(crate) include: Vec<Pattern>,
    pub(crate) list: Vec<View>,
}

/// What is configured for some metrics.
#[derive(Clone, Debug)]
pub(crate) struct View {
    /// Where it is written.
    pub(crate) place: String,
    pub(crate) instrument: Pattern,
    pub(crate) kind: Option<InstrumentKind>,
    pub(crate) of_unit: Option<String>,
    pub(crate) meter: Option<Pattern>,
    pub(crate) plugin: Option<String>,
    /// A name, in which a star stands for what the star of `instrument` matched.
    pub(crate) name: Option<String>,
    pub(crate) also_as: Vec<String>,
    pub(crate) drop: bool,
    pub(crate) settings: Settings,
}

/// What a view says about its streams; what is unset stays as the metric has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Settings {
    pub(crate) description: Option<String>,
    pub(crate) unit: Option<String>,
    pub(crate) bounds: Option<Arc<[f64]>>,
    pub(crate) keys: Option<Keys>,
    /// Attribute keys, and what they are called instead.
    pub(crate) renamed_keys: Option<Vec<(String, String)>>,
    pub(crate) limit: Option<usize>,
}

/// Which attributes stay.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Keys {
    pub(crate) included: Vec<Pattern>,
    pub(crate) excluded: Vec<Pattern>,
}

/// A metric as views look at it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    /// The name without views.
    pub(crate) name: &'a str,
    pub(crate) kind: SubjectKind,
    pub(crate) unit: &'a str,
    pub(crate) meter: &'a str,
    pub(crate) plugin: Option<&'a str>,
}

/// What is known of the instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SubjectKind {
    Instrument(InstrumentKind),
    /// A third-party sum, and whether it only grows.
    Sum(bool),
    /// A third-party gauge.
    Gauge,
    /// A third-party histogram.
    Histogram,
}

/// One form in which a metric is exported.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stream {
    pub(crate) name: String,
    /// The view that gave the name; `None` where it is the metric's own.
    pub(crate) named_at: Option<String>,
    pub(crate) settings: Settings,
}

impl Views {
    /// Whether they change nothing.
    pub(crate) fn are_none(&self) -> bool {
        self.list.is_empty() && self.include.iter().any(|pattern| *pattern == Pattern::new("*"))
    }

    /// The streams of a metric; `None` where it is exported as it is.
    pub(crate) fn streams(&self, subject: &Subject<'_>) -> Option<Vec<Stream>> {
        if !self.include.iter().any(|pattern| pattern.matches(subject.name)) {
            return Some(Vec::new());
        }
        let mut streams: Vec<Stream> = Vec::new();
        let mut selected = false;
        for view in self.list.iter().filter(|view| view.selects(subject)) {
            selected = true;
            for (name, named_at) in view.names(subject) {
                match streams.iter_mut().find(|stream| stream.name.eq_ignore_ascii_case(&name)) {
                    Some(stream) => stream.settings.overlay(&view.settings),
                    None => streams.push(Stream { name, named_at, settings: view.settings.clone() }),
                }
            }
        }
        selected.then_some(streams)
    }

    /// What the store has to know about a metric of its own.
    pub(crate) fn recorded(&self, descriptor: &Descriptor, scope: Scope) -> Recorded {
        let name = self.naming.full_name_of(descriptor, scope);
        let streams = self.streams(&self.subject(&name, descriptor, scope)).unwrap_or_default();
        Recorded {
            bounds: recorded_bounds(&streams).filter(|_| descriptor.is_histogram()),
            limit: recorded_limit(&streams),
        }
    }

    /// What recording a third-party metric has to know.
    pub(crate) fn recorded_by_others(&self, subject: &Subject<'_>) -> Recorded {
        let streams = self.streams(subject).unwrap_or_default();
        Recorded { bounds: recorded_bounds(&streams), limit: recorded_limit(&streams) }
    }

    fn subject<'a>(&'a self, name: &'a str, descriptor: &'a Descriptor, scope: Scope) -> Subject<'a> {
        Subject {
            name,
            kind: SubjectKind::Instrument(descriptor.kind),
            unit: descriptor.unit,
            meter: self.naming.meter_name(scope),
            plugin: (scope.kind() == ScopeKind::Plugin).then(|| scope.id()),
        }
    }
}

/// The bounds with which every stream gets its own by adding buckets up.
fn recorded_bounds(streams: &[Stream]) -> Option<Vec<f64>> {
    let mut bounds: Vec<f64> =
        streams.iter().filter_map(|stream| stream.settings.bounds.as_deref()).flatten().copied().collect();
    let configured = streams.iter().any(|stream| stream.settings.bounds.is_some());
    bounds.sort_by(f64::total_cmp);
    // Minus zero comes before zero, and is the same bound.
    bounds.dedup_by(|later, first| *later <= *first);
    configured.then_some(bounds)
}

/// The largest limit, where every stream has one.
fn recorded_limit(streams: &[Stream]) -> Option<usize> {
    let limits = streams.iter().map(|stream| stream.settings.limit);
    limits.collect::<Option<Vec<usize>>>()?.into_iter().max()
}

impl View {
    fn selects(&self, subject: &Subject<'_>) -> bool {
        self.instrument.matches(subject.name)
            && self.kind.is_none_or(|kind| subject.kind.may_be(kind))
            && self.of_unit.as_deref().is_none_or(|unit| unit == subject.unit)
            && self.meter.as_ref().is_none_or(|meter| meter.matches(subject.meter))
            && self.plugin.as_deref().is_none_or(|plugin| subject.plugin == Some(plugin))
    }

    /// The names under which the view exports a metric, each with the place that gave it.
    fn names(&self, subject: &Subject<'_>) -> Vec<(String, Option<String>)> {
        if self.drop {
            return Vec::new();
        }
        let filled = |name: &String| {
            let star = self.instrument.captured(subject.name).unwrap_or_default();
            (name.replacen('*', star, 1), Some(self.place.clone()))
        };
        let own = self.name.as_ref().map_or_else(|| (subject.name.to_owned(), None), filled);
        std::iter::once(own).chain(self.also_as.iter().map(filled)).collect()
    }
}

impl SubjectKind {
    /// Whether it is this instrument, as far as that is known.
    fn may_be(self, kind: InstrumentKind) -> bool {
        match self {
            Self::Instrument(own) => own == kind,
            Self::Sum(monotonic) => {
                kind.is_sum() && kind != InstrumentKind::Histogram && kind.is_monotonic() == monotonic
            }
            Self::Gauge => !kind.is_sum(),
            Self::Histogram => kind == InstrumentKind::Histogram,
        }
    }

    /// What a metric of a snapshot is known to be.
    fn of(instrument: Option<InstrumentKind>, data: &MetricData) -> Self {
        match (instrument, data) {
            (Some(kind), _) => Self::Instrument(kind),
            (None, MetricData::Sum { monotonic, .. }) => Self::Sum(*monotonic),
            (None, MetricData::Gauge { .. }) => Self::Gauge,
            (None, MetricData::Histogram { .. }) => Self::Histogram,
        }
    }
}

impl Settings {
    /// Takes what a later view sets.
    fn overlay(&mut self, later: &Self) {
        let Self { description, unit, bounds, keys, renamed_keys, limit } = later;
        macro_rules! lay {
            ($($field:ident)*) => {
                $(if $field.is_some() {
                    self.$field.clone_from($field);
                })*
            };
        }
        lay!(description unit bounds keys renamed_keys limit);
    }
}

impl Keys {
    /// Whether an attribute stays. What says that series were left out always does.
    pub(crate) fn keep(&self, key: &str) -> bool {
        let any = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.matches(key));
        key == "otel.metric.overflow" || (any(&self.included) && !any(&self.excluded))
    }
}
