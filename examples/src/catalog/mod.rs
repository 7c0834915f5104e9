//! The catalog plugin: finds catalog files, processes them into entities, and stitches what it knows of each.

mod entity;
mod files;
mod grammar;
mod metrics;
mod process;
mod processors;
mod relations;
mod report;
mod scm;
mod stitch;
mod store;
mod validate;
mod yaml;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use serde_json::Value;
use telemetry_runtime::metrics::CallbackHandle;
use telemetry_runtime::{backstage_plugin, metric, traced};

use crate::timed::Timed;
pub use entity::{EntityRef, Kind};
pub use report::Report;
pub use scm::ScmMessage;

use metrics::{METRICS, Processing};
use process::{ProcessingError, ProcessingResult, process_document};
use stitch::stitch_entity;
use store::{Due, StitchResult, Store};

/// A catalog folder and what is known of it.
#[backstage_plugin(id = "catalog")]
pub struct Catalog {
    root: PathBuf,
    /// How long a processed document rests.
    interval: Duration,
    store: Arc<Store>,
    /// Keeps the gauges reporting this store.
    _gauges: [CallbackHandle; 4],
    /// What all passes so far came to.
    counts: Mutex<(ProcessingCounts, StitchingCounts)>,
}

/// How much the catalog holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    pub files: usize,
    pub documents: usize,
    /// Relations, each direction counted.
    pub relations: usize,
    /// Relations that lead to an entity that does not exist.
    pub dangling_relations: usize,
}

/// How many documents came to which result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProcessingCounts {
    pub unchanged: usize,
    pub changed: usize,
    pub errors: usize,
    pub failed: usize,
}

/// How many entities came to which result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StitchingCounts {
    pub changed: usize,
    pub unchanged: usize,
    pub abandoned: usize,
}

#[backstage_plugin(id = "catalog")]
impl Catalog {
    /// The catalog of a folder; nothing is read yet.
    pub fn new(root: PathBuf, interval: Duration) -> Self {
        let store = Arc::new(Store::default());
        let gauges = metrics::observe(&store);
        Self { root, interval, store, _gauges: gauges, counts: Mutex::default() }
    }

    /// Reads the folder: new and changed documents are due at once, vanished ones are forgotten.
    ///
    /// # Errors
    ///
    /// If the folder cannot be read. A file that cannot be read is a document with a problem.
    #[traced]
    #[metric(
        histogram("discovery.duration", unit = "s", description = "Time that reading the folder takes."),
        in_flight("discovery.active", description = "Readings of the folder that go on.")
    )]
    pub async fn discover(&self) -> io::Result<()> {
        let mut wanted: BTreeSet<PathBuf> = files::walk(&self.root)?.into_iter().collect();
        wanted.extend(self.store.deferred_files());
        let mut found = BTreeSet::new();
        for file in wanted {
            if self.read_file(&file).await {
                found.insert(file);
            }
        }
        self.store.keep_only(&found, SystemTime::now());
        Ok(())
    }

    /// Processes every document that is due once, the ones that Locations add included. `on_document` hears of each one:
    /// how many are done, and how many the catalog has.
    pub async fn process_due(&self, on_document: impl Fn(usize, usize)) {
        let (started, mut done) = (SystemTime::now(), 0);
        while let Some(due) = self.store.take_due(SystemTime::now(), self.interval, started) {
            let result = self.process(&due).await.unwrap_or_else(|error| error.result);
            self.lock_counts().0.add(result);
            done += 1;
            on_document(done, self.store.document_count());
        }
    }

    /// Stitches every entity that waits for it.
    pub fn stitch_due(&self) {
        while let Some(request) = self.store.take_stitch_request(SystemTime::now()) {
            if let Some(delay) = metrics::seconds_between(request.requested_at, request.taken_at) {
                METRICS.stitching_delay.record(delay);
            }
            let result = stitch_entity(&self.store, &request.reference);
            self.lock_counts().1.add(result);
        }
    }

    /// Reads a file, or the known files of a folder, again and makes their documents due at once; says how many they
    /// are. A file that is gone is forgotten at the next discovery.
    pub async fn refresh(&self, path: &Path) -> usize {
        let known = self.store.files().into_iter().filter(|file| file.starts_with(path));
        for file in known.collect::<Vec<_>>() {
            self.read_file(&file).await;
        }
        self.store.touch(SystemTime::now(), |file| file.starts_with(path))
    }

    /// One entity in its final form.
    pub fn entity(&self, reference: &EntityRef) -> Option<Value> {
        self.store.entity(reference)
    }

    /// All entities in their final form, or those of one kind.
    pub fn entities(&self, kind: Option<Kind>) -> Vec<Value> {
        self.store.entities(kind)
    }

    /// What is wrong, and what is worth noting.
    pub fn reports(&self) -> (Vec<Report>, Vec<Report>) {
        self.store.reports()
    }

    /// What all passes so far came to.
    pub fn counts(&self) -> (ProcessingCounts, StitchingCounts) {
        *self.lock_counts()
    }

    /// How much the catalog holds.
    pub fn size(&self) -> Size {
        self.store.size()
    }

    /// How many entities of a kind there are.
    pub fn entity_count(&self, kind: Kind) -> usize {
        self.store.entity_count(kind)
    }

    fn lock_counts(&self) -> MutexGuard<'_, (ProcessingCounts, StitchingCounts)> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One pass of one document, in a trace of its own.
    #[traced(name = "ProcessingRun", root, attributes(
        backstage.entity.apiVersion = due.text("/apiVersion"),
        backstage.entity.kind = due.text("/kind"),
        backstage.entity.metadata.namespace = due.text("/metadata/namespace"),
        backstage.entity.metadata.name = due.text("/metadata/name"),
        backstage.catalog.document = due.id.to_string(),
    ))]
    async fn process(&self, due: &Due) -> Result<ProcessingResult, ProcessingError> {
        let mut timed = Timed::start(ProcessingResult::Failed, |result, seconds| {
            METRICS.processed.add_with(1, Processing { result });
            METRICS.processing.record_with(seconds, Processing { result });
        });
        if let Some(delay) = metrics::seconds_between(due.scheduled_at, due.taken_at) {
            METRICS.processing_delay.record(delay);
        }
        let processed = process_document(&self.root, &self.store, due);
        let result = processed.as_ref().map_or_else(|error| error.result, |result| *result);
        timed.ends_as(result);
        telemetry_runtime::span().set_attribute("backstage.catalog.processing.result", result.name());
        for file in self.store.deferred_of(&due.id) {
            if !self.store.has_file(&file) {
                self.read_file(&file).await;
            }
        }
        processed
    }

    /// Takes in one file; `false` if there is none.
    async fn read_file(&self, file: &Path) -> bool {
        match files::read(&self.root, file).await {
            Ok(sources) => {
                self.store.put_file(file, sources, SystemTime::now());
                true
            }
            Err(_) => false,
        }
    }
}

impl ProcessingCounts {
    fn add(&mut self, result: ProcessingResult) {
        match result {
            ProcessingResult::Unchanged => self.unchanged += 1,
            ProcessingResult::Changed => self.changed += 1,
            ProcessingResult::Errors => self.errors += 1,
            ProcessingResult::Failed => self.failed += 1,
        }
    }
}

impl StitchingCounts {
    fn add(&mut self, result: StitchResult) {
        match result {
            StitchResult::Changed => self.changed += 1,
            StitchResult::Unchanged => self.unchanged += 1,
            StitchResult::Abandoned | StitchResult::Error => self.abandoned += 1,
        }
    }
}
