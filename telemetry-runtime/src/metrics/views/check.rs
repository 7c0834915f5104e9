//! What is wrong with views, as far as it is known before anything is exported.

use std::collections::HashMap;

use telemetry_naming::prometheus;

use super::{Pattern, Stream, View, Views};
use crate::metrics::descriptor::{Descriptor, InstrumentKind};
use crate::metrics::registry::{self, Family};
use crate::metrics::store::Busy;
use crate::plugin::Scope;

/// What [`Views::check`] found: texts that start with the place of the view.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Findings {
    /// Mistakes, which stop the start.
    pub(crate) errors: Vec<String>,
    /// What has no effect.
    pub(crate) notices: Vec<String>,
}

/// A metric as it will be exported.
struct Exported {
    stream: Stream,
    unit: String,
    kind: prometheus::Kind,
    scope: Scope,
    /// The name without views.
    own_name: String,
    /// Whether the name is the one that the code gave and that [`check`](registry::check) has looked at.
    usual: bool,
}

impl Views {
    /// Looks at every metric that is declared or was made so far; third-party ones are not known yet.
    pub(crate) fn check(&self) -> Findings {
        let Some(busy) = Busy::enter() else { return Findings::default() };
        registry::register_declared(&busy);
        let (families, _) = registry::contents(&busy);
        drop(busy);
        self.check_all(&families)
    }

    pub(super) fn check_all(&self, families: &[&'static Family]) -> Findings {
        let mut findings = Findings::default();
        let mut exported = Vec::new();
        let mut idle: Vec<&View> = self.list.iter().collect();
        for family in families {
            let (descriptor, scope) = (family.descriptor(), family.scope());
            let name = self.naming.full_name(family);
            let subject = self.subject(&name, descriptor, scope);
            let streams = self.streams(&subject);
            for view in self.list.iter().filter(|view| view.selects(&subject)) {
                view.check(&name, descriptor, streams.as_deref(), &mut findings);
                idle.retain(|other| !std::ptr::eq(*other, view));
            }
            let as_it_is =
                || vec![Stream { name: name.clone(), named_at: None, settings: super::Settings::default() }];
            for stream in streams.unwrap_or_else(as_it_is) {
                let unit = stream.settings.unit.clone().unwrap_or_else(|| descriptor.unit.to_owned());
                exported.push(Exported {
                    usual: stream.named_at.is_none()
                        && unit == descriptor.unit
                        && !self.naming.is_as_is(descriptor, scope),
                    stream,
                    unit,
                    kind: descriptor.kind.spelled(),
                    scope,
                    own_name: name.clone(),
                });
            }
        }
        for view in idle {
            self.say_idle(&view.place, &view.instrument, &exported, &mut findings);
        }
        for pattern in &self.include {
            if !families.iter().any(|family| pattern.matches(&self.naming.full_name(family))) {
                self.say_idle("telemetry.metrics.include", pattern, &exported, &mut findings);
            }
        }
        one_scope_twice(&exported, &mut findings);
        one_spelling(&exported, &mut findings);
        findings
    }
}

impl Views {
    /// Says that a pattern for names of ours selects nothing, which is most likely a mistake in writing. Of other names
    /// nothing is known yet.
    fn say_idle(&self, place: &str, pattern: &Pattern, exported: &[Exported], findings: &mut Findings) {
        let root = self.naming.root.to_ascii_lowercase();
        let own = pattern
            .as_str()
            .strip_prefix(&root)
            .is_some_and(|rest| rest.starts_with(".plugin.") || rest.starts_with(".core."));
        if !own {
            return;
        }
        let names = exported.iter().map(|metric| metric.own_name.as_str());
        let near = telemetry_naming::nearest(pattern.as_str(), names).filter(|_| pattern.is_exact());
        let hint = near.map_or_else(String::new, |near| format!(" (nearest: `{near}`)"));
        findings.notices.push(format!(
            "{place}: `{}` selects no metric of this program, unless one is made later{hint}",
            pattern.as_str()
        ));
    }
}

impl View {
    /// Whether it can have its effect on this metric.
    fn check(
        &self,
        name: &str,
        descriptor: &Descriptor,
        streams: Option<&[Stream]>,
        findings: &mut Findings,
    ) {
        let place = &self.place;
        // A view for one metric that cannot have its effect is a mistake; one for many leaves this metric alone.
        let mut wrong = |text: String| {
            if self.instrument.is_exact() { &mut findings.errors } else { &mut findings.notices }.push(text);
        };
        let is_gauge = matches!(descriptor.kind, InstrumentKind::Gauge | InstrumentKind::ObservableGauge);
        if let Some(keys) = self.settings.keys.as_ref().filter(|_| is_gauge)
            && let outcome = descriptor.has_outcome().then_some(&"outcome")
            && let Some(key) = descriptor.keys().iter().chain(outcome).find(|key| !keys.keep(key))
        {
            wrong(format!(
                "{place}: gauge `{name}` keeps its attribute `{key}`: values of a gauge cannot be merged"
            ));
        }
        if self.settings.bounds.is_some() && !descriptor.is_histogram() && self.instrument.is_exact() {
            let kind = descriptor.kind.words();
            findings
                .errors
                .push(format!("{place}: `{name}` is no histogram but a {kind}, which has no buckets"));
        }
        if self.drop && self.instrument.is_exact() && streams.is_some_and(|streams| !streams.is_empty()) {
            findings
                .notices
                .push(format!("{place}: `{name}` is exported all the same, by another view that selects it"));
        }
    }
}

/// Two metrics of one owner that a view or the naming gives one name.
fn one_scope_twice(exported: &[Exported], findings: &mut Findings) {
    let mut taken: HashMap<(Scope, String), &Exported> = HashMap::new();
    for metric in exported {
        let key = (metric.scope, metric.stream.name.to_ascii_lowercase());
        let Some(first) = taken.get(&key) else {
            taken.insert(key, metric);
            continue;
        };
        if let Some(place) = metric.stream.named_at.as_ref().or(first.stream.named_at.as_ref()) {
            findings.errors.push(format!(
                "{place}: `{}` and `{}` would both be exported as `{}`",
                first.own_name, metric.own_name, metric.stream.name
            ));
        } else if (first.kind, &first.unit) != (metric.kind, &metric.unit) {
            findings.notices.push(format!(
                "two metrics of `{}` have the name `{}`, and one of them is not exported",
                metric.scope.id(),
                metric.stream.name
            ));
        }
    }
}

/// Metrics that Prometheus would spell alike, though they are of different types.
fn one_spelling(exported: &[Exported], findings: &mut Findings) {
    let families: Vec<prometheus::Family<'_>> = exported
        .iter()
        .map(|metric| prometheus::Family { name: &metric.stream.name, unit: &metric.unit, kind: metric.kind })
        .collect();
    for collision in prometheus::collisions(&families) {
        let (first, second) = (&exported[collision.first], &exported[collision.second]);
        let same_scope = first.scope == second.scope;
        if first.usual && second.usual
            || (same_scope && first.stream.name.eq_ignore_ascii_case(&second.stream.name))
            || (!same_scope && is_one_family(first, second))
        {
            continue;
        }
        let text = format!(
            "`{}` and `{}` would both be `{}` in Prometheus, and one of them is left out there",
            first.own_name, second.own_name, collision.series
        );
        match second.stream.named_at.as_ref().or(first.stream.named_at.as_ref()) {
            Some(place) => findings.errors.push(format!("{place}: {text}")),
            None => findings.notices.push(text),
        }
    }
}

/// Whether two metrics of different owners become one Prometheus family of one type.
fn is_one_family(first: &Exported, second: &Exported) -> bool {
    let exposed = |metric: &Exported| {
        let gauge = matches!(metric.kind, prometheus::Kind::Gauge | prometheus::Kind::UpDownCounter);
        (prometheus::metric_name(&metric.stream.name, &metric.unit, metric.kind), gauge)
    };
    let same_type = first.kind == second.kind || exposed(first).1;
    exposed(first) == exposed(second) && same_type
}
