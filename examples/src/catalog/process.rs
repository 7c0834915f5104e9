//! One pass of one document: through the processors, compared with the last pass, and stored.

use std::error::Error;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::time::SystemTime;

use serde_json::Value;
use telemetry_runtime::{AttributeValue, traced};

use super::Catalog;
use super::entity::EntityRef;
use super::metrics::{METRICS, ProcessorResult, ProcessorRun};
use super::processors::{Draft, PIPELINE, Stage, Step};
use super::report::Report;
use super::store::{Due, Processed, Store};
use super::validate::Problem;
use super::yaml::Document;
use crate::timed::Timed;

/// What a pass came to, as Backstage counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AttributeValue)]
pub enum ProcessingResult {
    /// The same as the last time, whether that was good or bad.
    Unchanged,
    /// A new or changed entity without problems.
    Changed,
    /// An entity, but with problems.
    Errors,
    /// Not an entity: unreadable, or without a kind or a name.
    Failed,
}

impl ProcessingResult {
    /// The spelling of metrics and spans.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Changed => "changed",
            Self::Errors => "errors",
            Self::Failed => "failed",
        }
    }
}

/// A document with problems.
#[derive(Debug)]
pub struct ProcessingError {
    pub result: ProcessingResult,
    pub problems: Vec<Report>,
}

impl fmt::Display for ProcessingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.problems.iter().map(Report::to_string).collect();
        f.write_str(&lines.join("; "))
    }
}

impl Error for ProcessingError {}

/// Processes a document that is due. The result is stored in either case.
///
/// # Errors
///
/// If the document has problems, new or old ones.
pub fn process_document(root: &Path, store: &Store, due: &Due) -> Result<ProcessingResult, ProcessingError> {
    let (mut processed, identified) = match due.source.as_ref() {
        Ok(document) => run_pipeline(root, store, due, document),
        Err(unreadable) => {
            let report = Report::new(&due.id.file, unreadable.position, &unreadable.message);
            let processed = Processed { problems: vec![report], ..Processed::default() };
            (processed, false)
        }
    };
    processed.hash = hash(&processed);
    let result = if due.last_hash == Some(processed.hash) {
        ProcessingResult::Unchanged
    } else if processed.problems.is_empty() {
        ProcessingResult::Changed
    } else if identified {
        ProcessingResult::Errors
    } else {
        ProcessingResult::Failed
    };
    let problems = processed.problems.clone();
    if result != ProcessingResult::Unchanged {
        store.complete(&due.id, processed, SystemTime::now());
    }
    if problems.is_empty() { Ok(result) } else { Err(ProcessingError { result, problems }) }
}

/// Runs every stage, and says also whether the document has a kind and a name.
fn run_pipeline(root: &Path, store: &Store, due: &Due, document: &Document) -> (Processed, bool) {
    let place = |problem: &Problem| {
        let position = document.position_of(&problem.path);
        Report::new(&due.id.file, position, &problem.message)
    };
    let mut draft = Draft::new(root, &due.id.file, document.value.clone());
    let mut problems = Vec::new();
    let mut valid = true;
    for stage in Stage::ALL {
        if let Err(error) = run_stage(stage, &mut draft) {
            problems.extend(error.problems.iter().map(place));
            if !stage.keeps_entity() {
                valid = false;
                break;
            }
        }
    }
    let reference = EntityRef::of(&document.value);
    if let Some(other) = reference.as_ref().and_then(|reference| store.owner_of(reference))
        && valid
        && other != due.id
    {
        let message = format!("the entity is defined in {} already", other.file.display());
        problems.push(place(&Problem::new("metadata.name", message)));
        valid = false;
    }
    let processed = Processed {
        hash: 0,
        notes: draft.notes.iter().map(place).collect(),
        deferred: draft.deferred,
        relations: draft.relations,
        entity: draft.entity.filter(|_| valid),
        problems,
    };
    (processed, reference.is_some())
}

/// The problems that a step found.
#[derive(Debug)]
pub struct StepError {
    problems: Vec<Problem>,
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages: Vec<&str> = self.problems.iter().map(|problem| problem.message.as_str()).collect();
        f.write_str(&messages.join("; "))
    }
}

impl Error for StepError {}

#[traced(name = "ProcessingStage", plugin = Catalog, attributes(backstage.catalog.processor.stage = stage.name()))]
fn run_stage(stage: Stage, draft: &mut Draft<'_>) -> Result<(), StepError> {
    let steps = PIPELINE.iter().filter(|step| step.stage == stage);
    for step in steps {
        if (step.applies)(draft) {
            run_step(step, draft)?;
        }
    }
    Ok(())
}

#[traced(name = "ProcessingStep", plugin = Catalog, attributes(
    backstage.catalog.processor.name = step.processor,
    backstage.catalog.processor.stage = step.stage.name(),
))]
fn run_step(step: &Step, draft: &mut Draft<'_>) -> Result<(), StepError> {
    let mut timed = Timed::start(ProcessorResult::Failed, |result, seconds| {
        METRICS.processors.record_with(seconds, ProcessorRun { result });
    });
    (step.run)(draft).map_err(|problems| StepError { problems })?;
    timed.ends_as(ProcessorResult::Ok);
    Ok(())
}

/// Covers all that processing came to. It is compared within this process only.
fn hash(processed: &Processed) -> u64 {
    let mut hasher = DefaultHasher::new();
    let value = processed.entity.as_ref().map(|entity| Value::to_string(&entity.value));
    value.hash(&mut hasher);
    processed.relations.hash(&mut hasher);
    processed.deferred.hash(&mut hasher);
    processed.problems.hash(&mut hasher);
    processed.notes.hash(&mut hasher);
    hasher.finish()
}
