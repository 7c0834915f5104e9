//! What is registered: metrics by owner and name, and the tables that hold their values.

mod conflict;
mod declared;
mod dense;
mod family;
mod grown;
mod key;
mod lookup;
mod open;
mod read;
mod table;
#[cfg(test)]
mod tests;
mod texts;

use std::any::TypeId;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::SystemTime;

pub use conflict::{Conflict, Place};
pub use declared::{Declared, check, declared};
pub(crate) use declared::{register_declared, static_callbacks};
pub(crate) use dense::DenseRows;
pub(crate) use family::Family;
use family::by_name;
pub(crate) use lookup::Lookup;
pub(crate) use open::{cardinality_limit, set_cardinality_limit};
pub(crate) use read::{Reading, canonical};
pub(crate) use table::{Column, ColumnKind, Columns, Outcomes, RowCells, Rows, Schema, Table};

use super::buckets::Buckets;
use super::descriptor::Descriptor;
use super::store::{self, Busy, lock};
use crate::plugin::Scope;

#[derive(Default)]
struct Registry {
    families: Vec<&'static Family>,
    /// Those of each owner, in the order of their names.
    by_owner: HashMap<Scope, Vec<&'static Family>>,
    /// Families that lost a conflict: they take measurements but are not exported.
    shadows: Vec<&'static Family>,
    conflicts: Vec<Conflict>,
    tables: Vec<&'static Table>,
    /// The first table of a single instrument of each family.
    single: Vec<Option<&'static Table>>,
    /// The others, by metric and attribute schema: instruments of one metric seldom have several.
    more: HashMap<(usize, TypeId), &'static Table>,
    buckets: Vec<&'static Buckets>,
    texts: HashSet<&'static str>,
    recording: Option<RecordingRule>,
}

/// What the configuration says about the recording of a metric.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Recorded {
    /// The bounds of its buckets, instead of the declared ones.
    pub(crate) bounds: Option<Vec<f64>>,
    /// The limit for its series, instead of that of all metrics.
    pub(crate) limit: Option<usize>,
}

/// Decides for each metric, those that are made later too.
pub(crate) type RecordingRule = Arc<dyn Fn(&Descriptor, Scope) -> Recorded + Send + Sync>;

impl Registry {
    /// The metric of an owner with this name, or its place among those of the owner.
    fn find(&self, descriptor: &Descriptor, scope: Scope) -> Result<&'static Family, usize> {
        let families = self.by_owner.get(&scope).map_or(&[][..], Vec::as_slice);
        let place = families.binary_search_by(|family| by_name(family.descriptor(), descriptor))?;
        Ok(families[place])
    }

    fn family(&mut self, descriptor: &'static Descriptor, scope: Scope) -> &'static Family {
        let found = match self.find(descriptor, scope) {
            Ok(found) => found,
            Err(place) => {
                let family = self.leak(self.families.len(), descriptor, scope);
                self.families.push(family);
                self.single.push(None);
                self.by_owner.entry(scope).or_default().insert(place, family);
                return family;
            }
        };
        let Some(difference) = found.difference(descriptor) else {
            return found;
        };
        let known = self.shadows.iter().find(|shadow| {
            shadow.scope() == scope
                && by_name(shadow.descriptor(), descriptor).is_eq()
                && shadow.difference(descriptor).is_none()
        });
        if let Some(shadow) = known {
            return shadow;
        }
        self.conflicts.push(Conflict::declarations(found, descriptor, scope, difference));
        let shadow = self.leak(usize::MAX, descriptor, scope);
        self.shadows.push(shadow);
        shadow
    }

    fn leak(&mut self, index: usize, descriptor: &'static Descriptor, scope: Scope) -> &'static Family {
        let (buckets, limit) = self.recorded(descriptor, scope);
        Family::leak(index, descriptor, scope, buckets, limit)
    }

    /// The buckets of a histogram and the limit of its series, 0 for that of all metrics.
    fn recorded(
        &mut self,
        descriptor: &'static Descriptor,
        scope: Scope,
    ) -> (Option<&'static Buckets>, usize) {
        let Recorded { bounds, limit } =
            self.recording.as_ref().map(|rule| rule(descriptor, scope)).unwrap_or_default();
        let buckets = descriptor.is_histogram().then(|| match bounds {
            Some(bounds) => self.buckets(&bounds, || bounds.clone().leak()),
            None => self.buckets(descriptor.histogram_bounds(), || descriptor.histogram_bounds()),
        });
        (buckets, limit.unwrap_or_default())
    }

    /// The table of a single instrument of a metric.
    fn single(&self, family: &'static Family, schema: TypeId) -> Option<&'static Table> {
        let first = self.single.get(family.index()).copied().flatten();
        first.filter(|table| table.id == schema).or_else(|| self.more.get(&key(family, schema)).copied())
    }

    /// Keeps such a table.
    fn keep_single(&mut self, family: &'static Family, table: &'static Table) {
        match self.single.get_mut(family.index()) {
            Some(first @ None) => *first = Some(table),
            _ => drop(self.more.insert(key(family, table.id), table)),
        }
        self.tables.push(table);
    }

    /// The prepared buckets with these bounds, of which there is one.
    fn buckets(&mut self, bounds: &[f64], keep: impl FnOnce() -> &'static [f64]) -> &'static Buckets {
        if let Some(known) = self.buckets.iter().find(|buckets| buckets.bounds() == bounds) {
            return known;
        }
        let buckets: &'static Buckets = Box::leak(Box::new(Buckets::new(keep())));
        self.buckets.push(buckets);
        buckets
    }

    /// The conflicts of declarations, then those of Prometheus spellings.
    fn conflicts(&self) -> Vec<Conflict> {
        let mut conflicts = self.conflicts.clone();
        conflicts.extend(conflict::spellings(&self.families));
        conflicts
    }
}

fn key(family: &'static Family, schema: TypeId) -> (usize, TypeId) {
    (std::ptr::from_ref(family).addr(), schema)
}

static REGISTRY: Mutex<Option<Registry>> = Mutex::new(None);
static START: OnceLock<SystemTime> = OnceLock::new();

fn with<R>(busy: &Busy, f: impl FnOnce(&mut Registry) -> R) -> R {
    f(lock(busy, &REGISTRY).get_or_insert_default())
}

/// When the first metric was registered: no value is older.
pub(crate) fn start_time() -> SystemTime {
    *START.get_or_init(SystemTime::now)
}

/// The metric of a declaration in a scope. Equal declarations share it; one that disagrees with an earlier one is
/// reported by [`check`] and gets a metric of its own that is not exported.
pub(crate) fn family(busy: &Busy, descriptor: &'static Descriptor, scope: Scope) -> &'static Family {
    start_time();
    with(busy, |registry| registry.family(descriptor, scope))
}

/// The declaration of a run-time instrument: that of an equal metric, or this one, which is kept for ever.
pub(crate) fn keep(busy: &Busy, wanted: Descriptor) -> Result<&'static Descriptor, Box<Conflict>> {
    start_time();
    with(busy, |registry| match registry.find(&wanted, wanted.scope) {
        Err(_) => {
            // A module and its plugin share the names, so they have to agree on what is behind one.
            let elsewhere = registry.families.iter().find_map(|family| {
                let of_one_owner = family.scope().owner() == wanted.scope.owner();
                let same = of_one_owner && by_name(family.descriptor(), &wanted).is_eq();
                same.then(|| family.difference(&wanted)).flatten().map(|difference| (*family, difference))
            });
            if let Some((known, difference)) = elsewhere {
                return Err(Box::new(Conflict::declarations(known, &wanted, wanted.scope, difference)));
            }
            let descriptor: &'static Descriptor = Box::leak(Box::new(wanted));
            Ok(registry.family(descriptor, descriptor.scope).descriptor())
        }
        Ok(known) => match known.difference(&wanted) {
            None => Ok(known.descriptor()),
            Some(difference) => {
                Err(Box::new(Conflict::declarations(known, &wanted, wanted.scope, difference)))
            }
        },
    })
}

/// The text for the life of the process. Equal texts are kept once, so that asking again costs no memory.
pub(crate) fn keep_text(busy: &Busy, text: &str) -> &'static str {
    with(busy, |registry| {
        if let Some(known) = registry.texts.get(text) {
            return *known;
        }
        let kept: &'static str = text.to_owned().leak();
        registry.texts.insert(kept);
        kept
    })
}

/// Bounds for the life of the process; equal ones are kept once.
pub(crate) fn keep_bounds(busy: &Busy, bounds: &[f64]) -> &'static [f64] {
    with(busy, |registry| registry.buckets(bounds, || bounds.to_vec().leak()).bounds())
}

/// Sets how metrics are recorded from now on; `None` is as they are declared. A histogram whose buckets become others
/// begins anew.
pub(crate) fn set_recording(rule: Option<RecordingRule>) {
    let Some(busy) = Busy::enter() else { return };
    register_declared(&busy);
    let tables = with(&busy, |registry| {
        registry.recording = rule;
        let families: Vec<_> = registry.families.iter().chain(&registry.shadows).copied().collect();
        let mut changed = false;
        for family in families {
            let (buckets, limit) = registry.recorded(family.descriptor(), family.scope());
            changed |= family.set(buckets, limit);
        }
        if changed { registry.tables.clone() } else { Vec::new() }
    });
    let slabs = store::slabs(&busy);
    // The second time finds the threads that were just recording when the first one told them. Later ones are found by each
    // collection.
    for _ in 0..2 {
        for table in &tables {
            table.restart(&busy, &slabs);
        }
    }
}

/// The table of one instrument with this schema, made on first use.
pub(crate) fn single_table(busy: &Busy, family: &'static Family, schema: &'static Schema) -> &'static Table {
    /// Held while one is made, so that there is one, and no cells are given out for another.
    static MAKING: Mutex<()> = Mutex::new(());
    let id = (schema.id)();
    let known = || with(busy, |registry| registry.single(family, id));
    if let Some(table) = known() {
        return table;
    }
    let _making = lock(busy, &MAKING);
    // Another thread may have been faster.
    if let Some(table) = known() {
        return table;
    }
    let kind = ColumnKind::of(family);
    let mut columns = Columns::default();
    columns.push(family, kind, None);
    let table = Table::leak(busy, schema, family.descriptor().attribute_keys, columns);
    with(busy, |registry| registry.keep_single(family, table));
    table
}

/// Makes a table of several instruments that are recorded together.
pub(crate) fn shared_table(
    busy: &Busy,
    schema: &'static Schema,
    keys: &'static [&'static str],
    columns: Columns,
) -> &'static Table {
    let table = Table::leak(busy, schema, keys, columns);
    with(busy, |registry| registry.tables.push(table));
    table
}

/// Every exported metric, in the order of registration, and every table.
pub(crate) fn contents(busy: &Busy) -> (Vec<&'static Family>, Vec<&'static Table>) {
    with(busy, |registry| (registry.families.clone(), registry.tables.clone()))
}
