//! The processors that a document goes through, stage by stage.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::entity::{Entity, EntityRef, Kind, Relation};
use super::files;
use super::relations;
use super::validate::{self, Problem};

/// A stage of processing, with Backstage's name for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    PreProcess,
    EnforcePolicy,
    Validate,
    ReadLocation,
    PostProcess,
}

impl Stage {
    pub const ALL: [Self; 5] =
        [Self::PreProcess, Self::EnforcePolicy, Self::Validate, Self::ReadLocation, Self::PostProcess];

    pub const fn name(self) -> &'static str {
        match self {
            Self::PreProcess => "preProcess",
            Self::EnforcePolicy => "enforcePolicy",
            Self::Validate => "validate",
            Self::ReadLocation => "readLocation",
            Self::PostProcess => "postProcessEntity",
        }
    }

    /// Whether a problem here leaves the entity as it is: a Location is valid even where a target is missing.
    pub const fn keeps_entity(self) -> bool {
        matches!(self, Self::ReadLocation)
    }
}

/// What one stage of a processor does to a draft.
pub struct Step {
    pub stage: Stage,
    pub processor: &'static str,
    pub applies: fn(&Draft<'_>) -> bool,
    pub run: fn(&mut Draft<'_>) -> Result<(), Vec<Problem>>,
}

/// Every step, in the order in which they run.
pub const PIPELINE: [Step; 6] = [
    Step {
        stage: Stage::PreProcess,
        processor: "PlaceholderProcessor",
        applies: |_| true,
        run: resolve_placeholders,
    },
    Step {
        stage: Stage::PreProcess,
        processor: "AnnotateLocationProcessor",
        applies: |draft| draft.value["metadata"].is_object(),
        run: annotate_location,
    },
    Step {
        stage: Stage::EnforcePolicy,
        processor: "FieldFormatPolicy",
        applies: |_| true,
        run: |draft| as_result(validate::envelope(&draft.value)),
    },
    Step {
        stage: Stage::Validate,
        processor: "BuiltinKindsProcessor",
        applies: |_| true,
        run: validate_kind,
    },
    Step {
        stage: Stage::ReadLocation,
        processor: "LocationEntityProcessor",
        applies: |draft| draft.entity.as_ref().is_some_and(|entity| entity.kind == Kind::Location),
        run: read_location,
    },
    Step {
        stage: Stage::PostProcess,
        processor: "BuiltinKindsProcessor",
        applies: |draft| draft.entity.is_some(),
        run: emit_relations,
    },
];

/// A document on its way to becoming an entity.
pub struct Draft<'a> {
    pub root: &'a Path,
    pub file: &'a Path,
    pub value: Value,
    /// Set once the document is known to be valid.
    pub entity: Option<Entity>,
    pub relations: Vec<Relation>,
    /// Files that a Location names.
    pub deferred: Vec<PathBuf>,
    /// What is worth telling, but not wrong: a remote target that is not followed.
    pub notes: Vec<Problem>,
}

impl<'a> Draft<'a> {
    pub fn new(root: &'a Path, file: &'a Path, value: Value) -> Self {
        Self {
            root,
            file,
            value,
            entity: None,
            relations: Vec::new(),
            deferred: Vec::new(),
            notes: Vec::new(),
        }
    }
}

/// `$text`, `$json`, `$yaml` and their kin: the text of another file in place of a mapping with that one key.
const PLACEHOLDERS: [&str; 5] = ["$text", "$json", "$yaml", "$openapi", "$asyncapi"];

fn resolve_placeholders(draft: &mut Draft<'_>) -> Result<(), Vec<Problem>> {
    let Some(mut spec) = draft.value.get_mut("spec").map(Value::take) else {
        return Ok(());
    };
    let mut problems = Vec::new();
    replace(draft, &mut spec, "spec", &mut problems);
    draft.value["spec"] = spec;
    as_result(problems)
}

fn replace(draft: &mut Draft<'_>, value: &mut Value, path: &str, problems: &mut Vec<Problem>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                replace(draft, item, &format!("{path}.{index}"), problems);
            }
        }
        Value::Object(object) => {
            let placeholder = match object.iter().next() {
                Some((key, Value::String(target)))
                    if object.len() == 1 && PLACEHOLDERS.contains(&key.as_str()) =>
                {
                    Some(target.clone())
                }
                _ => None,
            };
            if let Some(target) = placeholder {
                match load(draft, &target, path) {
                    Ok(text) => *value = Value::String(text),
                    Err(problem) => problems.push(problem),
                }
                return;
            }
            for (key, item) in object.iter_mut() {
                replace(draft, item, &format!("{path}.{key}"), problems);
            }
        }
        _ => {}
    }
}

fn load(draft: &mut Draft<'_>, target: &str, path: &str) -> Result<String, Problem> {
    if is_remote(target) {
        draft.notes.push(Problem::new(path, format!("`{target}` is remote and not followed")));
        return Ok(target.to_owned());
    }
    let file = files::resolve(draft.file, target)
        .ok_or_else(|| Problem::new(path, format!("`{target}` is outside of the catalog folder")))?;
    fs::read_to_string(draft.root.join(file))
        .map_err(|error| Problem::new(path, format!("cannot read `{target}`: {error}")))
}

#[expect(clippy::unnecessary_wraps, reason = "it is a step of the pipeline")]
fn annotate_location(draft: &mut Draft<'_>) -> Result<(), Vec<Problem>> {
    let annotations = &mut draft.value["metadata"]["annotations"];
    if annotations.is_null() {
        *annotations = Value::Object(serde_json::Map::new());
    }
    if let Some(annotations) = annotations.as_object_mut() {
        let location = Value::String(format!("file:{}", draft.file.display()));
        annotations.insert("backstage.io/managed-by-location".to_owned(), location);
    }
    Ok(())
}

fn validate_kind(draft: &mut Draft<'_>) -> Result<(), Vec<Problem>> {
    let kind = validate::kind(&draft.value)?;
    draft.entity =
        EntityRef::of(&draft.value).map(|reference| Entity { reference, kind, value: draft.value.clone() });
    Ok(())
}

/// Finds the files that a Location names. A remote target is told as a note: this backend does not fetch anything.
fn read_location(draft: &mut Draft<'_>) -> Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    let spec = draft.value["spec"].clone();
    for (path, target) in targets(&spec) {
        if is_remote(target) {
            draft.notes.push(Problem::new(path, format!("`{target}` is remote and not followed")));
            continue;
        }
        let Some(file) = files::resolve(draft.file, target) else {
            problems.push(Problem::new(path, format!("`{target}` is outside of the catalog folder")));
            continue;
        };
        if target.contains(['*', '?']) {
            draft.deferred.extend(files::glob(draft.root, &file));
        } else if draft.root.join(&file).is_file() {
            draft.deferred.push(file);
        } else if spec["presence"] != "optional" {
            problems.push(Problem::new(path, format!("target `{target}` does not exist")));
        }
    }
    as_result(problems)
}

/// `spec.target` and `spec.targets`, each with its path.
fn targets(spec: &Value) -> Vec<(String, &str)> {
    let one = spec["target"].as_str().map(|target| ("spec.target".to_owned(), target));
    let many = spec["targets"].as_array().map(Vec::as_slice).unwrap_or_default();
    let many = many.iter().enumerate();
    one.into_iter()
        .chain(many.filter_map(|(index, target)| Some((format!("spec.targets.{index}"), target.as_str()?))))
        .collect()
}

fn emit_relations(draft: &mut Draft<'_>) -> Result<(), Vec<Problem>> {
    if let Some(entity) = &draft.entity {
        draft.relations = relations::of(entity)?;
    }
    Ok(())
}

fn is_remote(target: &str) -> bool {
    target.contains("://")
}

fn as_result(problems: Vec<Problem>) -> Result<(), Vec<Problem>> {
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}
