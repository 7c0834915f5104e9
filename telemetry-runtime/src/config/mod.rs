//! Configuration: `app-config.yaml`, the environment, and their meaning.
//!
//! [`load`] reads all sources and gives a [`Config`], or one error that names every mistake with its place. The sources,
//! each over the ones before it:
//!
//! | source | what it sets |
//! |---|---|
//! | defaults | everything; see the fields of [`Config`] |
//! | files, in their order | the sections `telemetry`, `backend.metrics`, `backend.tracing`; other sections are left alone |
//! | `APP_CONFIG_*` | single keys of the files: `APP_CONFIG_telemetry_metrics_enabled=false` |
//! | `OTEL_*`, `TELEMETRY_*` | what OpenTelemetry's specification says; wrong values are notices |
//!
//! The file in `OTEL_CONFIG_FILE`, where that is set, is OpenTelemetry's own format and replaces all of this but the section
//! `backend`. What a program sets in its own code beats all of them.

mod app_config;
mod code;
mod declarative;
mod deserialize;
mod draft;
mod endpoint;
mod env;
mod explain;
mod exporters;
mod file;
mod findings;
mod json;
mod keys;
mod kinds;
mod list;
mod merge;
mod node;
mod otlp;
mod read;
mod registered;
mod schema;
mod scrape;
mod sections;
mod substitute;
mod variables;

#[cfg(test)]
mod tests;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use code::Code;
pub use env::Environment;
pub use explain::{Explanation, Setting};
pub use findings::Notice;
pub use node::Origin;
pub use registered::{RegisteredConfig, RegisteredNames, Settings};
pub use schema::*;

use self::draft::Draft;
use self::findings::Findings;
use self::merge::merge;
use self::node::{Node, Value};
use self::substitute::Substitution;
use crate::error::Error;

/// Where configuration is read from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The files, later ones over earlier ones; each must exist. `None` stands for `app-config.yaml` and then
    /// `app-config.local.yaml`, where they exist.
    pub files: Option<Vec<PathBuf>>,
    /// The folder that relative paths start from; empty is the current one.
    pub directory: PathBuf,
    /// The environment variables.
    pub environment: Environment,
    /// The names that the program gave to parts of its own.
    pub registered: RegisteredNames,
    /// What the program's own code decides; it beats all of the above.
    pub code: Code,
}

impl Sources {
    /// The default files in the current folder, and this process's environment variables.
    #[must_use]
    pub fn process() -> Self {
        Self { environment: Environment::process(), ..Self::default() }
    }
}

/// What [`load`] read.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// What has no effect or was replaced by a default.
    pub notices: Vec<Notice>,
    /// The value of each key, and where it came from.
    pub explanation: Explanation,
}

/// Reads the configuration from all `sources`.
///
/// # Errors
///
/// [`ErrorKind::Config`](crate::ErrorKind::Config) where a file cannot be read or says something wrong. The text has a
/// line per mistake, such as `app-config.yaml:12:9: telemetry.metrics.exporters[0].config.port: expected a port (0 to
/// 65535), got "abc"`, and never a secret.
pub fn load(sources: &Sources) -> Result<Loaded, Error> {
    let (draft, findings) = read(sources);
    findings::refuse(&findings.problems())?;
    let explanation = Explanation::new(sections::show(&draft), &sources.code.additions, &findings);
    Ok(Loaded { config: draft.config(), notices: findings.notices(), explanation })
}

/// Reads the configuration from all `sources`, and says for each key what is in effect and where it came from.
///
/// This never fails and starts nothing: where something is wrong, the explanation holds what is known and what is wrong.
pub fn explain(sources: &Sources) -> Explanation {
    let (draft, findings) = read(sources);
    Explanation::new(sections::show(&draft), &sources.code.additions, &findings)
}

/// The JSON Schema of the sections that are read, for editors and other tools.
///
/// Without names of the program's own, it is the one of `docs/app-config.schema.json`.
pub fn json_schema(names: &RegisteredNames) -> String {
    format!("{}\n", sections::schema(names))
}

fn read(sources: &Sources) -> (Draft, Findings) {
    let findings = Findings::default();
    let environment = &sources.environment;
    let mut draft = Draft::new(&sources.registered);
    let tree = read_files(sources, &findings);
    if let Some((name, path)) = declarative::chosen(environment, &findings) {
        // That file is all that is said about telemetry. What it cannot say, the names of metrics, is said as ever.
        if let Some(tree) = tree.map(|tree| without_telemetry(tree, name, &findings)) {
            sections::read(&tree, &mut draft, &findings);
        }
        if let Some(path) = path.map(|path| sources.directory.join(path)) {
            declarative::read(name, &path, environment, &mut draft, &findings);
        }
    } else {
        if let Some(tree) = &tree {
            sections::read(tree, &mut draft, &findings);
        }
        variables::read(environment, &mut draft, &findings);
    }
    if let Some(root) = code::read(&sources.code, &findings) {
        sections::read(&root, &mut draft, &findings);
    }
    draft.settle(&findings);
    code::decide(&sources.code, &mut draft, &findings);
    (draft, findings)
}

/// The files and `APP_CONFIG_*`, laid over one another.
fn read_files(sources: &Sources, findings: &Findings) -> Option<Node> {
    let mut tree: Option<Node> = None;
    let substitution = Substitution { environment: &sources.environment, findings };
    for path in files(sources, findings) {
        let Some(root) = read_file(&path, findings) else { continue };
        let directory = path.parent().map(Path::to_owned).unwrap_or_default();
        if let Some(root) = substitution.apply(root, &directory) {
            tree = Some(over(tree, root));
        }
    }
    if let Some(root) = app_config::read(&sources.environment, findings) {
        tree = Some(over(tree, root));
    }
    tree
}

/// The tree without the section that the file in `variable` replaces.
fn without_telemetry(mut tree: Node, variable: &str, findings: &Findings) -> Node {
    if let Value::Mapping(entries) = &mut tree.value {
        for entry in entries.iter().filter(|entry| entry.key == "telemetry" && !entry.value.is_null()) {
            findings.notice(format!("{}: `telemetry` is not read: `{variable}` replaces it", entry.origin));
        }
        entries.retain(|entry| entry.key != "telemetry");
    }
    tree
}

fn over(base: Option<Node>, root: Node) -> Node {
    match base {
        None => root,
        Some(base) => merge(base, root),
    }
}

/// The paths to read; a default file that does not exist is left out.
fn files(sources: &Sources, findings: &Findings) -> Vec<PathBuf> {
    if let Some(files) = &sources.files {
        return files.iter().map(|file| sources.directory.join(file)).collect();
    }
    let mut found = Vec::new();
    for name in ["app-config.yaml", "app-config.local.yaml"] {
        let path = sources.directory.join(name);
        match path.metadata() {
            Ok(_) => found.push(path),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => findings.error_in(&path.display().to_string(), &format!("cannot be read: {error}")),
        }
    }
    found
}

/// The tree of a file; `None` where it is empty or wrong.
fn read_file(path: &Path, findings: &Findings) -> Option<Node> {
    let name: Arc<str> = path.display().to_string().into();
    let text = match file::read(path) {
        Ok(text) => text,
        Err(error) => {
            findings.error_in(&name, &error);
            return None;
        }
    };
    match file::parse(&name, &text) {
        // A file of comments only has no document, or one that is `null`.
        Ok(root) => root.filter(|root| match &root.value {
            Value::Mapping(_) => true,
            _ if root.is_null() => false,
            _ => {
                findings.error_at(&root.origin, "expected keys and values");
                false
            }
        }),
        Err(error) => {
            findings.error_at(&error.origin, &error.text);
            None
        }
    }
}
