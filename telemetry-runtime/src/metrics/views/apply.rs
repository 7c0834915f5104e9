//! The views' effect on a snapshot.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::merge::{Point, coarsen, keep_series, loses, reshape};
use super::{Settings, Stream, Subject, SubjectKind, Views};
use crate::metrics::by_attributes::ByAttributes;
use crate::metrics::snapshot::{MeterScope, Metric, MetricData, ScopeMetrics};

/// Views that are in force, with what they have to remember from one collection to the next.
#[derive(Debug)]
pub(crate) struct AppliedViews {
    views: Arc<Views>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    plans: HashMap<MeterScope, HashMap<Arc<str>, Plan>>,
    /// What was told already.
    told: HashSet<String>,
}

/// What is done with a metric.
#[derive(Debug)]
struct Plan {
    unit: String,
    kind: SubjectKind,
    /// `None` leaves it as it is.
    streams: Option<Vec<PlannedStream>>,
}

#[derive(Debug)]
struct PlannedStream {
    name: Arc<str>,
    renamed: bool,
    settings: Settings,
    /// The series that the limit let in.
    admitted: ByAttributes<()>,
}

impl AppliedViews {
    pub(crate) fn new(views: Arc<Views>) -> Self {
        Self { views, known: Mutex::default() }
    }

    /// What a collection gave, as it is exported. What cannot be done is told once.
    pub(crate) fn apply(&self, scopes: Vec<ScopeMetrics>, tell: &mut dyn FnMut(String)) -> Vec<ScopeMetrics> {
        // A panic under the lock leaves a whole value behind.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Known { plans, told } = &mut *known;
        let mut tell = |message: String| {
            if told.insert(message.clone()) {
                tell(message);
            }
        };
        scopes.into_iter().filter_map(|scope| self.scope(scope, plans, &mut tell)).collect()
    }

    fn scope(
        &self,
        ScopeMetrics { scope, metrics }: ScopeMetrics,
        plans: &mut HashMap<MeterScope, HashMap<Arc<str>, Plan>>,
        tell: &mut dyn FnMut(String),
    ) -> Option<ScopeMetrics> {
        if !plans.contains_key(&scope) {
            plans.insert(scope.clone(), HashMap::new());
        }
        let plans = plans.get_mut(&scope)?;
        let mut shown: Vec<(Metric, bool)> = Vec::with_capacity(metrics.len());
        for metric in metrics {
            let kind = SubjectKind::of(metric.kind, &metric.data);
            let fits = |plan: &Plan| plan.kind == kind && plan.unit == metric.unit;
            if !plans.get(&*metric.name).is_some_and(fits) {
                let plan = self.plan(&scope, &metric, kind);
                plans.insert(Arc::clone(&metric.name), plan);
            }
            let plan = plans.get_mut(&*metric.name)?;
            match &mut plan.streams {
                None => shown.push((metric, false)),
                Some(streams) => {
                    let Some((last, others)) = streams.split_last_mut() else { continue };
                    for stream in others {
                        shown.push((stream.show(metric.clone(), tell), stream.renamed));
                    }
                    shown.push((last.show(metric, tell), last.renamed));
                }
            }
        }
        let metrics = one_of_each_name(shown, tell);
        (!metrics.is_empty()).then_some(ScopeMetrics { scope, metrics })
    }

    fn plan(&self, scope: &MeterScope, metric: &Metric, kind: SubjectKind) -> Plan {
        let plugin = scope.attributes.iter().find(|(key, _)| key == "backstage.plugin.id");
        let subject = Subject {
            name: &metric.name,
            kind,
            unit: &metric.unit,
            meter: &scope.name,
            plugin: plugin.map(|(_, id)| &**id),
        };
        let planned = |Stream { name, settings, .. }: Stream| PlannedStream {
            renamed: name != *metric.name,
            name: if name == *metric.name { Arc::clone(&metric.name) } else { name.into() },
            settings,
            admitted: ByAttributes::default(),
        };
        let streams = self.views.streams(&subject);
        Plan {
            unit: metric.unit.clone().into_owned(),
            kind,
            streams: streams.map(|streams| streams.into_iter().map(planned).collect()),
        }
    }
}

/// Within a scope a name is told once; two metrics that a view gives one name are one too many.
fn one_of_each_name(mut shown: Vec<(Metric, bool)>, tell: &mut dyn FnMut(String)) -> Vec<Metric> {
    if shown.iter().any(|(_, renamed)| *renamed) {
        // Metrics that have their own name win.
        shown.sort_by(|(one, renamed), (other, also)| (&one.name, renamed).cmp(&(&other.name, also)));
        shown.dedup_by(|(later, renamed), (first, _)| {
            let same = later.name.eq_ignore_ascii_case(&first.name) && *renamed;
            if same {
                tell(format!(
                    "two metrics of one scope have the name `{}` by a view: one is left out",
                    first.name
                ));
            }
            same
        });
    }
    shown.into_iter().map(|(metric, _)| metric).collect()
}

impl PlannedStream {
    fn show(&mut self, mut metric: Metric, tell: &mut dyn FnMut(String)) -> Metric {
        let Settings { description, unit, bounds: wanted, keys, renamed_keys, limit } = &self.settings;
        metric.name = Arc::clone(&self.name);
        if let Some(description) = description {
            metric.description = description.clone().into();
        }
        if let Some(unit) = unit {
            metric.unit = unit.clone().into();
        }
        let (name, keys) = (&self.name, keys.as_ref());
        let renamed = renamed_keys.as_deref().unwrap_or_default();
        let reshapes = keys.is_some() || !renamed.is_empty();
        match &mut metric.data {
            MetricData::Sum { points, .. } => {
                if reshapes {
                    *points = reshape(std::mem::take(points), keys, renamed, Point::absorb);
                }
                if let Some(limit) = limit {
                    *points = keep_series(std::mem::take(points), &mut self.admitted, *limit, false);
                }
            }
            MetricData::Gauge { points } => {
                if keys.is_some_and(|keys| loses(points, keys)) {
                    tell(format!("gauge `{name}` keeps its attributes: values of a gauge cannot be merged"));
                }
                if reshapes {
                    // Two names can become one. Then the later value counts, as it does where one is set twice.
                    *points = reshape(std::mem::take(points), None, renamed, |one, later| *one = later);
                }
                if let Some(limit) = limit {
                    *points = keep_series(std::mem::take(points), &mut self.admitted, *limit, true);
                }
            }
            MetricData::Histogram { bounds, points } => {
                if let Some(wanted) = wanted
                    && !coarsen(bounds, points, wanted)
                {
                    tell(format!("histogram `{name}` keeps its buckets: it was recorded with others"));
                }
                if reshapes {
                    *points = reshape(std::mem::take(points), keys, renamed, Point::absorb);
                }
                if let Some(limit) = limit {
                    *points = keep_series(std::mem::take(points), &mut self.admitted, *limit, false);
                }
            }
        }
        metric
    }
}
