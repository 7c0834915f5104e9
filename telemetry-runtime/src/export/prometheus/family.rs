//! Grouping metrics into families: one name, one type, one HELP over all scopes.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use telemetry_naming::prometheus::Kind;

use super::names::{FamilyName, spelling};
use crate::metrics::{Metric, Snapshot};

/// All metrics that share a name in the exposition.
#[derive(Debug)]
pub(super) struct Family<'a> {
    pub(super) name: Arc<FamilyName>,
    /// The first description that is not empty.
    pub(super) help: &'a str,
    /// The metrics, each with the position of its scope in the snapshot.
    pub(super) members: Vec<(usize, &'a Metric)>,
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
    /// Another metric of the same scope has the name.
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

/// The spelling of names, kept from scrape to scrape.
///
/// It grows with the number of metrics, not of series, and a name is never spelled twice.
#[derive(Debug, Default)]
pub(super) struct NameCache {
    names: HashMap<NameKey, Arc<FamilyName>>,
}

type NameKey = (Arc<str>, String, Kind);

/// Names that a program makes up at run time must not let the cache grow for ever.
const CACHED_NAMES: usize = 10_000;

impl NameCache {
    fn get(&mut self, metric: &Metric) -> Arc<FamilyName> {
        let key = (metric.name.clone(), metric.unit.to_string(), spelling(&metric.data));
        if let Some(name) = self.names.get(&key) {
            return name.clone();
        }
        if self.names.len() >= CACHED_NAMES {
            self.names.clear();
        }
        let name = Arc::new(FamilyName::of(metric));
        self.names.insert(key, name.clone());
        name
    }
}

/// The families of a snapshot in the order of first appearance, and what had to be left out.
pub(super) fn group<'a>(cache: &mut NameCache, snapshot: &'a Snapshot) -> (Vec<Family<'a>>, Vec<Conflict>) {
    let mut families: Vec<Family<'a>> = Vec::new();
    let mut conflicts = Vec::new();
    // Both formats reserve these names for the resource.
    let mut reserved: HashMap<String, Option<usize>> =
        ["target", "target_info"].map(|name| (name.to_owned(), None)).into();
    for (scope, metrics) in snapshot.scopes.iter().enumerate() {
        for metric in &metrics.metrics {
            let name = cache.get(metric);
            match place(&families, &reserved, scope, &name) {
                Ok(Some(index)) => {
                    let family = &mut families[index];
                    if family.help.is_empty() {
                        family.help = &metric.description;
                    }
                    family.members.push((scope, metric));
                }
                Ok(None) => {
                    reserved.extend(name.reserved().map(|reserved| (reserved, Some(families.len()))));
                    families.push(Family { name, help: &metric.description, members: vec![(scope, metric)] });
                }
                Err(reason) => {
                    conflicts.push(Conflict { metric: metric.name.clone(), name: name.text.clone(), reason });
                }
            }
        }
    }
    (families, conflicts)
}

/// The family that a metric joins, or `None` for a new one.
fn place(
    families: &[Family<'_>],
    reserved: &HashMap<String, Option<usize>>,
    scope: usize,
    name: &FamilyName,
) -> Result<Option<usize>, Reason> {
    if let Some(holder) = reserved.get(name.base()) {
        let Some((index, family)) = holder.and_then(|index| Some((index, families.get(index)?))) else {
            return Err(Reason::Series);
        };
        if family.name.base() != name.base() {
            return Err(Reason::Series);
        }
        if family.name.kind != name.kind {
            return Err(Reason::Type);
        }
        // Metrics come scope by scope, so that the last member tells.
        return match family.members.last() {
            Some((last, _)) if *last == scope => Err(Reason::Scope),
            _ => Ok(Some(index)),
        };
    }
    if name.reserved().any(|name| reserved.contains_key(&name)) {
        return Err(Reason::Series);
    }
    Ok(None)
}
