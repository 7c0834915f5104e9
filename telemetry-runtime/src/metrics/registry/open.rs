//! Rows for free text and free keys: made on first sight, found again without a lock, bounded in number.

use std::borrow::Cow;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};
use std::sync::{Mutex, OnceLock};

use super::grown::Grown;
use super::key::{Key, bits_of};
use super::lookup::Lookup;
use super::read::{Pairs, RowAttributes};
use super::table::Table;
use super::texts::{SHORT, TextHash};
use crate::metrics::attributes::{AttributeRef, FreeAttributes, MetricAttributes};
use crate::metrics::health::{self, Drop};
use crate::metrics::snapshot::{AttributeData, Attributes};
#[cfg(any(test, feature = "testing"))]
use crate::metrics::store::Isolated;
use crate::metrics::store::{self, Busy, lock};

/// The most attribute sets that an instrument with free text takes; what goes beyond shares the overflow series.
static CARDINALITY_LIMIT: AtomicUsize = AtomicUsize::new(2000);

/// Sets the limit for rows that are made from now on (`telemetry.metrics.cardinalityLimit`).
pub(crate) fn set_cardinality_limit(limit: usize) {
    CARDINALITY_LIMIT.store(limit.max(1), Relaxed);
}

/// The limit in force.
pub(crate) fn cardinality_limit() -> usize {
    CARDINALITY_LIMIT.load(Relaxed)
}

/// One attribute set with free parts.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) base: usize,
    pub(crate) shared: Box<[AtomicU64]>,
    pub(crate) attributes: RowAttributes,
    pub(super) touched: AtomicBool,
}

/// A row as collections read it: beside its cells and its attributes, which is all that most of them need.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) base: usize,
    pub(super) attributes: Attributes,
    pub(super) row: &'static Row,
}

/// The way to a row: its attributes as they were written.
#[derive(Debug)]
struct Entry {
    key: Key,
    row: &'static Row,
}

/// The texts that one position has had.
#[derive(Debug)]
struct LabelLimit {
    position: usize,
    limit: usize,
    seen: Lookup<String>,
}

/// The rows of an open set.
#[derive(Debug)]
pub(crate) struct OpenRows {
    hash: TextHash,
    entries: Lookup<Entry>,
    labels: Vec<LabelLimit>,
    overflow: OnceLock<&'static Row>,
    /// How many rows there are beside the overflow row.
    made: AtomicUsize,
    /// The rows in the order in which they were made.
    rows: Grown<Listed>,
    /// The one lock of all writers.
    writing: Mutex<()>,
}

impl OpenRows {
    pub(super) fn new(limits: &[(usize, usize)]) -> Self {
        Self {
            hash: TextHash::new(),
            entries: Lookup::new(),
            labels: limits
                .iter()
                .map(|&(position, limit)| LabelLimit { position, limit, seen: Lookup::new() })
                .collect(),
            overflow: OnceLock::new(),
            made: AtomicUsize::new(0),
            rows: Grown::new(),
            writing: Mutex::new(()),
        }
    }

    /// Every row, in the order in which they were made.
    pub(super) fn all(&self) -> impl Iterator<Item = &Listed> {
        self.rows.iter()
    }

    /// How many rows there are, but for the overflow row.
    pub(super) fn len(&self) -> usize {
        self.made.load(Relaxed)
    }

    /// The row of these attributes, or the overflow row.
    #[inline]
    pub(super) fn row<A: MetricAttributes>(&self, table: &Table, attributes: &A) -> Option<&'static Row> {
        #[cfg(any(test, feature = "testing"))]
        if let Some(isolated) = Isolated::current() {
            return self.isolated_row(&isolated, table, attributes);
        }
        let found = match attributes.free() {
            Some(pairs) => self.find_free(pairs),
            None => self.entries.find(self.hash(attributes), |entry| entry.key.is_of(attributes)),
        };
        match found {
            Some(entry) => Some(entry.row),
            None => self.missing(table, attributes),
        }
    }

    // One function for all instruments. For short texts it calls no other, so that everything stays in registers.
    #[inline(never)]
    fn find_free(&self, pairs: &[(&str, AttributeRef<'_>)]) -> Option<&'static Entry> {
        let mut hash = self.hash.start();
        for (_, value) in pairs {
            // As `hash_free` does.
            hash = match *value {
                AttributeRef::String(text) if text.len() <= SHORT => self.hash.short(hash, text),
                _ => return self.find_other(pairs),
            };
        }
        let found = self.entries.find(hash, |entry| entry.key.is_short(pairs));
        if found.is_none() && pairs.iter().any(|(key, _)| key.len() > SHORT) {
            return self.find_other(pairs);
        }
        found
    }

    #[inline(never)]
    fn find_other(&self, pairs: &[(&str, AttributeRef<'_>)]) -> Option<&'static Entry> {
        self.entries.find(self.hash_free(pairs), |entry| entry.key.is_free(pairs))
    }

    #[inline]
    fn hash<A: MetricAttributes>(&self, attributes: &A) -> u64 {
        if let Some(pairs) = attributes.free() {
            return self.hash_free(pairs);
        }
        let mut hash = self.hash.number(self.hash.start(), attributes.index() as u64);
        attributes.labels(&mut |_, text| hash = self.hash.text(hash, text));
        hash
    }

    /// Of the values only: keys are few and mostly the same, and comparing them tells the rest.
    fn hash_free(&self, pairs: &[(&str, AttributeRef<'_>)]) -> u64 {
        let mut hash = self.hash.start();
        for (_, value) in pairs {
            hash = match *value {
                AttributeRef::String(text) => self.hash.text(hash, text),
                _ => self.hash.number(hash, bits_of(value)),
            };
        }
        hash
    }

    #[cold]
    fn missing<A: MetricAttributes>(&self, table: &Table, attributes: &A) -> Option<&'static Row> {
        // Beyond the limit no lock is taken, unless other orders of free keys could have a row.
        if (self.made.load(Relaxed) >= table.cardinality_limit() && attributes.free().is_none_or(is_sorted)
            || self.labels.iter().any(|label| self.refuses(label, attributes)))
            && let Some(row) = self.overflow.get()
        {
            return Some(row);
        }
        let Some(busy) = Busy::enter() else {
            health::dropped(Drop::Reentrant);
            return None;
        };
        Some(self.insert(&busy, table, attributes, true))
    }

    /// Whether a position with a limit has reached it, and this text is not among the ones it took.
    fn refuses<A: MetricAttributes>(&self, label: &LabelLimit, attributes: &A) -> bool {
        let mut refused = false;
        if label.seen.len() >= label.limit {
            attributes.labels(&mut |position, text| {
                if position == label.position {
                    refused |= label.seen.find(self.hash_text(text), |seen| seen == text).is_none();
                }
            });
        }
        refused
    }

    fn hash_text(&self, text: &str) -> u64 {
        self.hash.text(self.hash.start(), text)
    }

    /// The row, made unless it is there; without `limited` beyond all limits, and without counting against them.
    fn insert<A: MetricAttributes>(
        &self,
        busy: &Busy,
        table: &Table,
        attributes: &A,
        limited: bool,
    ) -> &'static Row {
        let limit = table.cardinality_limit();
        let hash = self.hash(attributes);
        let _writing = lock(busy, &self.writing);
        // Another thread may have been faster.
        if let Some(entry) = self.entries.find(hash, |entry| entry.key.is_of(attributes)) {
            return entry.row;
        }
        let sorted = attributes.free().map(sort);
        if let Some(row) = sorted.as_deref().and_then(|sorted| self.known(sorted)) {
            // Another order of known attributes. Orders are bounded too; beyond, each costs this way again.
            if self.entries.len() < limit * 2 {
                self.enter(hash, Key::of(attributes), row);
            }
            return row;
        }
        if limited {
            let made = self.made.load(Relaxed);
            if made >= limit || self.labels.iter().any(|label| self.refuses(label, attributes)) {
                return self.overflow_row(busy, table);
            }
            self.take_labels(attributes);
            self.made.store(made + 1, Relaxed);
        }
        let row = new_row(busy, table, pairs(table, attributes, sorted.as_deref()));
        self.list(row);
        if let Some(sorted) = sorted
            && !attributes.free().is_some_and(is_sorted)
        {
            let sorted = FreeAttributes(&sorted);
            self.enter(self.hash(&sorted), Key::of(&sorted), row);
        }
        self.enter(hash, Key::of(attributes), row);
        row
    }

    /// The row of everything beyond a limit.
    fn overflow_row(&self, busy: &Busy, table: &Table) -> &'static Row {
        self.overflow.get_or_init(|| {
            let pairs = vec![("otel.metric.overflow".into(), AttributeData::Bool(true))];
            let row = new_row(busy, table, pairs);
            self.list(row);
            row
        })
    }

    /// As [`OpenRows::row`], with the limits counted in a capture: what other tests recorded must not decide here.
    #[cfg(any(test, feature = "testing"))]
    fn isolated_row<A: MetricAttributes>(
        &self,
        isolated: &Isolated,
        table: &Table,
        attributes: &A,
    ) -> Option<&'static Row> {
        let Some(busy) = Busy::enter() else {
            health::dropped(Drop::Reentrant);
            return None;
        };
        let row = self.insert(&busy, table, attributes, false);
        let mut texts = Vec::new();
        for label in &self.labels {
            attributes.labels(&mut |position, text| {
                if position == label.position {
                    texts.push((position, label.limit, text.to_owned()));
                }
            });
        }
        if isolated.admits(&busy, std::ptr::from_ref(self).addr(), row.base, table.cardinality_limit(), texts)
        {
            Some(row)
        } else {
            let _writing = lock(&busy, &self.writing);
            Some(self.overflow_row(&busy, table))
        }
    }

    /// The row of free attributes that are in order.
    fn known(&self, sorted: &[(&str, AttributeRef<'_>)]) -> Option<&'static Row> {
        let sorted = FreeAttributes(sorted);
        Some(self.entries.find(self.hash(&sorted), |entry| entry.key.is_of(&sorted))?.row)
    }

    /// Counts the texts of a new row against the limits of their positions.
    fn take_labels<A: MetricAttributes>(&self, attributes: &A) {
        for label in &self.labels {
            attributes.labels(&mut |position, text| {
                let hash = self.hash_text(text);
                if position == label.position && label.seen.find(hash, |seen| seen == text).is_none() {
                    label.seen.insert(hash, Box::leak(Box::new(text.to_owned())));
                }
            });
        }
    }

    fn list(&self, row: &'static Row) {
        self.rows.push(Listed { base: row.base, attributes: row.attributes.with(None).clone(), row });
    }

    fn enter(&self, hash: u64, key: Key, row: &'static Row) {
        self.entries.insert(hash, Box::leak(Box::new(Entry { key, row })));
    }
}

/// The attributes of a new row: the free ones in order, or the typed ones by their keys.
fn pairs<A: MetricAttributes>(
    table: &Table,
    attributes: &A,
    sorted: Option<&[(&str, AttributeRef<'_>)]>,
) -> Pairs {
    if let Some(sorted) = sorted {
        return sorted.iter().map(|(key, value)| (Cow::Owned((*key).to_owned()), value.to_data())).collect();
    }
    let mut pairs = Vec::new();
    A::values(attributes.index(), &mut |position, data| pairs.push((table.key(position), data)));
    attributes.labels(&mut |position, text| {
        pairs.push((table.key(position), AttributeData::String(Cow::Owned(text.to_owned()))));
    });
    pairs
}

fn new_row(busy: &Busy, table: &Table, pairs: Pairs) -> &'static Row {
    let base = store::reserve(busy, table.cells);
    // Nobody has recorded there, so that no thread has to be told.
    table.restart_row(busy, base, &[]);
    Box::leak(Box::new(Row {
        base,
        shared: (0..table.shared).map(|_| AtomicU64::new(0)).collect(),
        attributes: RowAttributes::new(pairs),
        touched: AtomicBool::new(false),
    }))
}

fn is_sorted(pairs: &[(&str, AttributeRef<'_>)]) -> bool {
    pairs.windows(2).all(|two| two[0].0 < two[1].0)
}

/// Free attributes by key; of equal keys the last one.
fn sort<'a>(pairs: &[(&'a str, AttributeRef<'a>)]) -> Vec<(&'a str, AttributeRef<'a>)> {
    let mut sorted: Vec<(&'a str, AttributeRef<'a>)> = Vec::with_capacity(pairs.len());
    for (key, value) in pairs {
        match sorted.binary_search_by(|(other, _)| other.cmp(key)) {
            Ok(at) => sorted[at].1 = *value,
            Err(at) => sorted.insert(at, (key, *value)),
        }
    }
    sorted
}
