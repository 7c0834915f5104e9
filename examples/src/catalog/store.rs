//! What the catalog remembers: documents with their due times, entities, relations and the stitching queue.
//!
//! It stands in for Backstage's database and keeps its tables apart in the same way: a document is *processed* into an
//! entity and relations, and everything that is known of one entity is *stitched* into its final form.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use serde_json::Value;
use telemetry_runtime::AttributeValue;

use super::Size;
use super::entity::{Entity, EntityRef, Kind, Relation};
use super::report::Report;
use super::yaml::{Document, Unreadable};

/// A document of the catalog folder: the file and its place in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentId {
    pub file: PathBuf,
    pub index: usize,
}

/// A document as it was read.
pub type Source = Result<Document, Unreadable>;

/// A document whose time has come.
pub struct Due {
    pub id: DocumentId,
    pub source: Arc<Source>,
    /// When it was to be processed.
    pub scheduled_at: SystemTime,
    /// When it was taken.
    pub taken_at: SystemTime,
    /// What the last processing came to, if there was one.
    pub last_hash: Option<u64>,
}

/// What processing a document came to.
#[derive(Default)]
pub struct Processed {
    /// Covers everything below; equal hashes are equal results.
    pub hash: u64,
    /// The entity, if it is valid; without one an earlier valid entity is kept.
    pub entity: Option<Entity>,
    pub relations: Vec<Relation>,
    pub deferred: Vec<PathBuf>,
    pub problems: Vec<Report>,
    pub notes: Vec<Report>,
}

/// What stitching one entity needs.
pub struct StitchRequest {
    pub reference: EntityRef,
    pub requested_at: SystemTime,
    /// When it was taken.
    pub taken_at: SystemTime,
}

/// How the final form of an entity changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AttributeValue)]
pub enum StitchResult {
    Changed,
    Unchanged,
    /// There is no such entity (any more).
    Abandoned,
    /// It broke half-way.
    Error,
}

/// The catalog's tables. All methods lock for a short time and never while anything else runs.
#[derive(Default)]
pub struct Store {
    tables: Mutex<Tables>,
}

#[derive(Default)]
struct Tables {
    documents: BTreeMap<DocumentId, Row>,
    /// The documents by due time.
    schedule: BTreeSet<(SystemTime, DocumentId)>,
    entities: BTreeMap<EntityRef, (DocumentId, Entity)>,
    /// Each relation with the documents that declare it: a relation may be declared from both of its ends.
    relations: BTreeMap<Relation, BTreeSet<DocumentId>>,
    /// Requests in the order in which they came, and which entities they are for.
    stitch_queue: VecDeque<(EntityRef, SystemTime)>,
    stitch_requested: BTreeSet<EntityRef>,
    finals: BTreeMap<EntityRef, Value>,
}

struct Row {
    source: Arc<Source>,
    due_at: SystemTime,
    /// When the last processing began.
    taken_at: Option<SystemTime>,
    /// What it came to.
    processed: Option<Processed>,
    /// What this document gave when it was last an entity, which holds until it is one again.
    entity: Option<EntityRef>,
    relations: Vec<Relation>,
    deferred: Vec<PathBuf>,
}

impl Store {
    /// Takes in the documents of a file. A new or changed document is due at `now`; an unchanged one keeps its time;
    /// one that the file no longer has is forgotten.
    pub fn put_file(&self, file: &Path, sources: Vec<Source>, now: SystemTime) {
        let mut tables = self.lock();
        let count = sources.len();
        for (index, source) in sources.into_iter().enumerate() {
            let id = DocumentId { file: file.to_path_buf(), index };
            let row = tables.documents.get_mut(&id);
            if row.as_ref().is_some_and(|row| *row.source == source) {
                continue;
            }
            let source = Arc::new(source);
            match row {
                Some(row) => row.source = source,
                None => {
                    tables.documents.insert(id.clone(), Row::new(source, now));
                }
            }
            tables.reschedule(&id, now);
        }
        tables.forget(now, |id| id.file == file && id.index >= count);
    }

    /// Forgets the documents of every file that is not among `files`.
    pub fn keep_only(&self, files: &BTreeSet<PathBuf>, now: SystemTime) {
        self.lock().forget(now, |id| !files.contains(&id.file));
    }

    /// The files that Locations name.
    pub fn deferred_files(&self) -> BTreeSet<PathBuf> {
        self.lock().documents.values().flat_map(|row| row.deferred.iter().cloned()).collect()
    }

    /// The files that one document names.
    pub fn deferred_of(&self, id: &DocumentId) -> Vec<PathBuf> {
        self.lock().documents.get(id).map(|row| row.deferred.clone()).unwrap_or_default()
    }

    /// The files that were taken in.
    pub fn files(&self) -> BTreeSet<PathBuf> {
        self.lock().documents.keys().map(|id| id.file.clone()).collect()
    }

    /// Whether a file was taken in.
    pub fn has_file(&self, file: &Path) -> bool {
        let first = DocumentId { file: file.to_path_buf(), index: 0 };
        self.lock().documents.contains_key(&first)
    }

    /// Makes the documents of the files that `chosen` accepts due at `now`, and says how many they are.
    pub fn touch(&self, now: SystemTime, chosen: impl Fn(&Path) -> bool) -> usize {
        let mut tables = self.lock();
        let ids: Vec<DocumentId> = tables.documents.keys().filter(|id| chosen(&id.file)).cloned().collect();
        for id in &ids {
            tables.reschedule(id, now);
        }
        ids.len()
    }

    /// How many documents there are.
    pub fn document_count(&self) -> usize {
        self.lock().documents.len()
    }

    /// The document that has been due for the longest time, if any is due at `now`; it is due again after `interval`.
    /// Documents that were taken since `pass_started` wait for the next pass, so that a pass ends however long it
    /// takes.
    pub fn take_due(&self, now: SystemTime, interval: Duration, pass_started: SystemTime) -> Option<Due> {
        let mut tables = self.lock();
        let waits =
            |id| tables.documents.get(id).is_some_and(|row| row.taken_at.is_none_or(|at| at < pass_started));
        let mut due = tables.schedule.iter().take_while(|(due_at, _)| *due_at <= now);
        let (due_at, id) = due.find(|(_, id)| waits(id))?.clone();
        tables.reschedule(&id, now + interval);
        let row = tables.documents.get_mut(&id)?;
        row.taken_at = Some(now);
        Some(Due {
            source: Arc::clone(&row.source),
            scheduled_at: due_at,
            taken_at: now,
            last_hash: row.processed.as_ref().map(|processed| processed.hash),
            id,
        })
    }

    /// The document that holds an entity.
    pub fn owner_of(&self, reference: &EntityRef) -> Option<DocumentId> {
        self.lock().entities.get(reference).map(|(id, _)| id.clone())
    }

    /// Stores what processing came to, and requests stitching for every entity that it touches.
    pub fn complete(&self, id: &DocumentId, processed: Processed, now: SystemTime) {
        let mut tables = self.lock();
        if let Some(entity) = &processed.entity {
            tables.retract(id, now);
            for relation in &processed.relations {
                tables.request_stitch(&relation.source, now);
                tables.relations.entry(relation.clone()).or_default().insert(id.clone());
            }
            tables.request_stitch(&entity.reference, now);
            tables.entities.insert(entity.reference.clone(), (id.clone(), entity.clone()));
        }
        if let Some(row) = tables.documents.get_mut(id) {
            if let Some(entity) = &processed.entity {
                row.entity = Some(entity.reference.clone());
                row.relations.clone_from(&processed.relations);
                row.deferred.clone_from(&processed.deferred);
            }
            row.processed = Some(processed);
        }
    }

    /// The oldest request for stitching, which leaves the queue.
    pub fn take_stitch_request(&self, now: SystemTime) -> Option<StitchRequest> {
        let mut tables = self.lock();
        let (reference, requested_at) = tables.stitch_queue.pop_front()?;
        tables.stitch_requested.remove(&reference);
        Some(StitchRequest { reference, requested_at, taken_at: now })
    }

    /// An entity as processed, and the relations that start at it.
    pub fn parts_of(&self, reference: &EntityRef) -> Option<(Entity, Vec<Relation>)> {
        let tables = self.lock();
        let (_, entity) = tables.entities.get(reference)?;
        let relations = tables.relations.range(Relation::first_of(reference)..).map(|(relation, _)| relation);
        let relations = relations.take_while(|relation| relation.source == *reference);
        Some((entity.clone(), relations.cloned().collect()))
    }

    /// Stores the final form of an entity, or removes it.
    pub fn put_final(&self, reference: &EntityRef, value: Option<Value>) -> StitchResult {
        let mut tables = self.lock();
        let Some(value) = value else {
            tables.finals.remove(reference);
            return StitchResult::Abandoned;
        };
        if tables.finals.get(reference) == Some(&value) {
            return StitchResult::Unchanged;
        }
        tables.finals.insert(reference.clone(), value);
        StitchResult::Changed
    }

    /// The final form of one entity.
    pub fn entity(&self, reference: &EntityRef) -> Option<Value> {
        self.lock().finals.get(reference).cloned()
    }

    /// The final form of every entity, or of those of one kind, in the order of their references.
    pub fn entities(&self, kind: Option<Kind>) -> Vec<Value> {
        let tables = self.lock();
        match kind {
            None => tables.finals.values().cloned().collect(),
            Some(kind) => tables.finals_of(kind).cloned().collect(),
        }
    }

    /// How many entities of a kind have a final form.
    pub fn entity_count(&self, kind: Kind) -> usize {
        self.lock().finals_of(kind).count()
    }

    /// How many relations there are, each direction counted.
    pub fn relation_count(&self) -> usize {
        self.lock().relations.len()
    }

    /// How many entities wait to be stitched.
    pub fn stitch_queue_length(&self) -> usize {
        self.lock().stitch_queue.len()
    }

    /// How much there is.
    pub fn size(&self) -> Size {
        let tables = self.lock();
        let files: BTreeSet<&Path> = tables.documents.keys().map(|id| id.file.as_path()).collect();
        let dangling = |relation: &&Relation| !tables.entities.contains_key(&relation.target);
        Size {
            files: files.len(),
            documents: tables.documents.len(),
            relations: tables.relations.len(),
            dangling_relations: tables.relations.keys().filter(dangling).count(),
        }
    }

    /// Everything that is wrong, and everything worth noting, in the order of the files.
    pub fn reports(&self) -> (Vec<Report>, Vec<Report>) {
        let tables = self.lock();
        let processed = || tables.documents.values().filter_map(|row| row.processed.as_ref());
        (
            processed().flat_map(|processed| processed.problems.iter().cloned()).collect(),
            processed().flat_map(|processed| processed.notes.iter().cloned()).collect(),
        )
    }

    fn lock(&self) -> MutexGuard<'_, Tables> {
        // Every method leaves the tables whole, so what a panic elsewhere left behind is good.
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StitchResult {
    /// The spelling of metrics and spans.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Abandoned => "abandoned",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.file.display(), self.index)
    }
}

impl Due {
    /// The text at a JSON pointer of the document, if there is one.
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.source.as_ref().as_ref().ok()?.value.pointer(pointer)?.as_str()
    }
}

impl Row {
    fn new(source: Arc<Source>, due_at: SystemTime) -> Self {
        Self {
            source,
            due_at,
            taken_at: None,
            processed: None,
            entity: None,
            relations: Vec::new(),
            deferred: Vec::new(),
        }
    }
}

impl Tables {
    /// The final forms of one kind, which are neighbours: references are sorted by their kind first.
    fn finals_of(&self, kind: Kind) -> impl Iterator<Item = &Value> {
        let first = EntityRef::new(kind.name(), "", "");
        let from_there = self.finals.range(first.clone()..);
        from_there.take_while(move |(reference, _)| reference.kind == first.kind).map(|(_, value)| value)
    }

    fn reschedule(&mut self, id: &DocumentId, due_at: SystemTime) {
        if let Some(row) = self.documents.get_mut(id) {
            self.schedule.remove(&(row.due_at, id.clone()));
            row.due_at = due_at;
            self.schedule.insert((due_at, id.clone()));
        }
    }

    fn forget(&mut self, now: SystemTime, gone: impl Fn(&DocumentId) -> bool) {
        let gone: Vec<DocumentId> = self.documents.keys().filter(|id| gone(id)).cloned().collect();
        for id in gone {
            self.retract(&id, now);
            if let Some(row) = self.documents.remove(&id) {
                self.schedule.remove(&(row.due_at, id));
            }
        }
    }

    /// Takes back the entity and the relations that a document gave earlier.
    fn retract(&mut self, id: &DocumentId, now: SystemTime) {
        let Some(row) = self.documents.get_mut(id) else {
            return;
        };
        let (entity, relations) = (row.entity.take(), std::mem::take(&mut row.relations));
        if let Some(reference) = entity {
            self.entities.remove(&reference);
            self.request_stitch(&reference, now);
        }
        for relation in relations {
            if let Some(declared_by) = self.relations.get_mut(&relation) {
                declared_by.remove(id);
                if declared_by.is_empty() {
                    self.relations.remove(&relation);
                }
            }
            self.request_stitch(&relation.source, now);
        }
    }

    fn request_stitch(&mut self, reference: &EntityRef, now: SystemTime) {
        if self.stitch_requested.insert(reference.clone()) {
            self.stitch_queue.push_back((reference.clone(), now));
        }
    }
}
