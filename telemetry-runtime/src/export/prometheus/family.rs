//! Grouping metrics into families: one name, one type, one HELP over all scopes.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use telemetry_naming::prometheus::Kind;

use super::names::{FamilyName, spelling};
use super::series::{EdgeTexts, ScopeLabels, SeriesTexts};
use crate::metrics::{Metric, Snapshot};

/// All metrics that share a name in the exposition.
#[derive(Debug)]
pub(super) struct Family {
    pub(super) name: FamilyName,
    pub(super) members: Vec<Member>,
}

/// One metric of a family.
#[derive(Debug)]
pub(super) struct Member {
    /// The position of the metric's scope in the snapshot.
    pub(super) scope: usize,
    /// The position of the metric in its scope.
    pub(super) position: usize,
    pub(super) texts: SeriesTexts,
}

impl Member {
    fn new(scope: usize, position: usize) -> Self {
        Self { scope, position, texts: SeriesTexts::default() }
    }

    /// The metric in a snapshot that the family was made for.
    pub(super) fn of<'a>(&self, snapshot: &'a Snapshot) -> &'a Metric {
        &snapshot.scopes[self.scope].metrics[self.position]
    }
}

/// A metric that was left out, because the exposition would contradict itself with it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Conflict {
    /// The metric's name.
    pub(crate) metric: Arc<str>,
    /// The name in the exposition that is taken.
    pub(crate) name: String,
    reason: Reason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Reason {
    /// Another metric has the name with another type.
    Type,
    /// Another metric of the same scope has the name, or of one that is shown the same.
    Scope,
    /// A series of another family has the name.
    Series,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { metric, name, reason } = self;
        let reason = match reason {
            Reason::Type => "a metric of another type has this name",
            Reason::Scope => "another metric of the same scope has this name",
            Reason::Series => "a series of another metric has this name",
        };
        write!(f, "metric `{metric}` is not exposed as `{name}`: {reason}")
    }
}

/// The families of a snapshot, kept from scrape to scrape.
///
/// Which metrics there are hardly ever changes, so that a scrape costs a comparison per metric and spells no name.
#[derive(Debug, Default)]
pub(super) struct Families {
    /// What the families were made from, in the order of the snapshot.
    origin: Vec<Origin>,
    pub(super) scopes: Vec<ScopeLabels>,
    pub(super) edges: EdgeTexts,
    /// In the order of first appearance.
    pub(super) list: Vec<Family>,
    /// What had to be left out.
    conflicts: Vec<Conflict>,
}

/// What decides the family of a metric.
#[derive(Debug)]
struct Origin {
    scope: usize,
    name: Arc<str>,
    unit: String,
    kind: Kind,
}

impl Origin {
    fn fits(&self, scope: usize, metric: &Metric) -> bool {
        self.scope == scope
            && (Arc::ptr_eq(&self.name, &metric.name) || self.name == metric.name)
            && self.unit == metric.unit
            && self.kind == spelling(&metric.data)
    }
}

impl Families {
    pub(super) fn conflicts(&self) -> &[Conflict] {
        &self.conflicts
    }

    /// Makes the families of `snapshot`, unless these are its families.
    pub(super) fn fit(&mut self, snapshot: &Snapshot) {
        let mut known = self.origin.iter();
        let scopes = snapshot.scopes.iter().map(|scope| &scope.scope);
        let fits = self.scopes.len() == snapshot.scopes.len()
            && self.scopes.iter().zip(scopes).all(|(labels, scope)| labels.fits(scope))
            && metrics(snapshot)
                .all(|(scope, _, metric)| known.next().is_some_and(|origin| origin.fits(scope, metric)));
        if !fits || known.next().is_some() {
            *self = Self::new(snapshot);
        }
    }

    fn new(snapshot: &Snapshot) -> Self {
        let scopes = snapshot.scopes.iter().map(|scope| ScopeLabels::new(&scope.scope)).collect();
        let mut families = Self { scopes, ..Self::default() };
        // Both formats reserve these names for the resource.
        let mut reserved: HashMap<String, Option<usize>> =
            ["target", "target_info"].map(|name| (name.to_owned(), None)).into();
        for (scope, position, metric) in metrics(snapshot) {
            let name = FamilyName::of(metric);
            match families.place(&reserved, scope, &name) {
                Ok(Some(index)) => families.list[index].members.push(Member::new(scope, position)),
                Ok(None) => {
                    let index = families.list.len();
                    reserved.extend(name.reserved().map(|reserved| (reserved, Some(index))));
                    families.list.push(Family { name, members: vec![Member::new(scope, position)] });
                }
                Err(reason) => {
                    let conflict = Conflict { metric: metric.name.clone(), name: name.text, reason };
                    families.conflicts.push(conflict);
                }
            }
            families.origin.push(Origin {
                scope,
                name: metric.name.clone(),
                unit: metric.unit.clone().into_owned(),
                kind: spelling(&metric.data),
            });
        }
        families
    }

    /// The family that a metric joins, or `None` for a new one.
    fn place(
        &self,
        reserved: &HashMap<String, Option<usize>>,
        scope: usize,
        name: &FamilyName,
    ) -> Result<Option<usize>, Reason> {
        if let Some(holder) = reserved.get(name.base()) {
            let Some((index, family)) = holder.and_then(|index| Some((index, self.list.get(index)?))) else {
                return Err(Reason::Series);
            };
            if family.name.base() != name.base() {
                return Err(Reason::Series);
            }
            if family.name.kind != name.kind {
                return Err(Reason::Type);
            }
            let labels = &self.scopes[scope];
            let taken = family.members.iter().any(|member| labels.is_shown_as(&self.scopes[member.scope]));
            return if taken { Err(Reason::Scope) } else { Ok(Some(index)) };
        }
        if name.reserved().any(|name| reserved.contains_key(&name)) {
            return Err(Reason::Series);
        }
        Ok(None)
    }
}

/// Every metric with the positions of its scope and of itself.
fn metrics(snapshot: &Snapshot) -> impl Iterator<Item = (usize, usize, &Metric)> {
    let scopes = snapshot.scopes.iter().enumerate();
    scopes.flat_map(|(scope, content)| {
        content.metrics.iter().enumerate().map(move |(position, metric)| (scope, position, metric))
    })
}
