//! References to other sources inside a value: `${VAR}`, `$env`, `$file`, `$include`, by Backstage's rules.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::env::Environment;
use super::file;
use super::findings::Findings;
use super::node::{Entry, Node, Origin, Scalar, Value};

/// How many files may include one another in a row; more is taken for a cycle.
const MAX_INCLUDES: usize = 16;

/// The sections that are read. References elsewhere belong to other programs, and their files need not exist here.
const SECTIONS: &[&[&str]] = &[&["telemetry"], &["backend", "metrics"], &["backend", "tracing"]];

/// Keys that keep others out. Leaving one out would leave a door open that its author closed, and is never done.
const PROTECTING: &[&str] = &["bearerToken", "certFile", "keyFile"];

pub(super) struct Substitution<'a> {
    pub(super) environment: &'a Environment,
    pub(super) findings: &'a Findings,
}

/// Where a value stands: in which folder its file is, how it was included, and under which keys.
#[derive(Clone)]
struct Context {
    directory: PathBuf,
    includes: usize,
    path: Vec<String>,
}

impl Substitution<'_> {
    /// `root` with every reference in the sections that are read replaced by its value; `None` where nothing is left.
    pub(super) fn apply(&self, root: Node, directory: &Path) -> Option<Node> {
        let context = Context { directory: directory.to_owned(), includes: 0, path: Vec::new() };
        self.node(root, &context)
    }

    fn node(&self, node: Node, context: &Context) -> Option<Node> {
        let Node { origin, value } = node;
        let value = match value {
            Value::Scalar(scalar) => Value::Scalar(self.scalar(scalar, &origin, context)?),
            Value::Sequence(nodes) => {
                let kept = nodes.into_iter().filter_map(|node| self.node(node, context));
                Value::Sequence(kept.collect())
            }
            Value::Mapping(entries) => return self.mapping(entries, origin, context),
        };
        Some(Node { origin, value })
    }

    fn mapping(&self, mut entries: Vec<Entry>, origin: Origin, context: &Context) -> Option<Node> {
        if let [only] = entries.as_slice()
            && only.key.starts_with('$')
            && let Some(only) = entries.pop()
        {
            return self.reference(only, context);
        }
        let kept = entries.into_iter().filter_map(|mut entry| {
            // A file may have thousands of keys that are meant for others.
            if is_read(&context.path, &entry.key) {
                let mut context = context.clone();
                context.path.push(entry.key.clone());
                entry.value = self.node(entry.value, &context)?;
            }
            Some(entry)
        });
        Some(Node { origin, value: Value::Mapping(kept.collect()) })
    }

    /// `{ $env: NAME }`, `{ $file: path }` and `{ $include: path#key.key }`.
    fn reference(&self, entry: Entry, context: &Context) -> Option<Node> {
        let place = entry.value.origin.clone();
        let argument = self.node(entry.value, context)?;
        let Value::Scalar(Scalar { text, .. }) = argument.value else {
            self.findings.error_at(&place, &format!("`{}` takes a text", entry.key));
            return None;
        };
        let written = Some(format!("{}: {text}", entry.key));
        match entry.key.as_str() {
            "$env" => {
                let text = self.variable(&text, &place, context)?;
                Some(scalar(place, text, written))
            }
            "$file" => {
                let text = self.read(&context.directory.join(&text), &place)?;
                Some(scalar(place, text.trim_end().to_owned(), written))
            }
            "$include" => self.include(&text, &place, context),
            _ => {
                let text = format!("`{}` is not known (known: `$env`, `$file`, `$include`)", entry.key);
                self.findings.error_at(&entry.origin, &text);
                None
            }
        }
    }

    fn include(&self, target: &str, place: &Origin, context: &Context) -> Option<Node> {
        let (path, keys) = target.split_once('#').unwrap_or((target, ""));
        if context.includes == MAX_INCLUDES {
            let text = format!("more than {MAX_INCLUDES} files include one another");
            self.findings.error_at(place, &text);
            return None;
        }
        let path = context.directory.join(path);
        let extension = path.extension().and_then(|extension| extension.to_str());
        if !matches!(extension, Some("yaml" | "yml" | "json")) {
            self.findings.error_at(place, "`$include` takes a .yaml, .yml or .json file");
            return None;
        }
        let text = self.read(&path, place)?;
        let name: Arc<str> = path.display().to_string().into();
        let mut node = match file::parse(&name, &text) {
            Ok(node) => node?,
            Err(error) => {
                self.findings.error_at(&error.origin, &error.text);
                return None;
            }
        };
        for key in keys.split('.').filter(|key| !key.is_empty()) {
            let found = match node.value {
                Value::Mapping(entries) => entries.into_iter().find(|entry| entry.key == key),
                _ => None,
            };
            let Some(found) = found else {
                self.findings.error_at(place, &format!("{name} has no key `{key}` (in `{keys}`)"));
                return None;
            };
            node = found.value;
        }
        let inner = Context {
            directory: path.parent().map(Path::to_owned).unwrap_or_default(),
            includes: context.includes + 1,
            path: context.path.clone(),
        };
        self.node(node, &inner)
    }

    fn read(&self, path: &Path, place: &Origin) -> Option<String> {
        file::read(path)
            .map_err(|error| self.findings.error_at(place, &format!("{} {error}", path.display())))
            .ok()
    }

    fn scalar(&self, scalar: Scalar, origin: &Origin, context: &Context) -> Option<Scalar> {
        if !scalar.text.contains("${") {
            return Some(scalar);
        }
        let mut text = String::new();
        let mut rest = scalar.text.as_str();
        let mut substituted = false;
        while let Some(at) = rest.find("${") {
            let (before, reference) = rest.split_at(at);
            let Some(end) = reference.find('}') else { break };
            if let Some(before) = before.strip_suffix('$') {
                // `$${` is how `${` itself is written.
                text.push_str(before);
                text.push_str(&reference[..=end]);
            } else {
                text.push_str(before);
                text.push_str(&self.expand(&reference[2..end], origin, context)?);
                substituted = true;
            }
            rest = &reference[end + 1..];
        }
        text.push_str(rest);
        Some(Scalar { text, plain: false, written: substituted.then_some(scalar.text) })
    }

    /// The value of what stands between the braces.
    fn expand(&self, reference: &str, origin: &Origin, context: &Context) -> Option<String> {
        match reference.split_once(":-") {
            None => self.variable(reference.trim(), origin, context),
            Some((name, default)) => match self.environment.get(name.trim()) {
                Ok(None) => Some(default.trim().to_owned()),
                _ => self.variable(name.trim(), origin, context),
            },
        }
    }

    /// The value of a variable; where it is not set, the whole value that refers to it is left out, unless it protects
    /// something.
    fn variable(&self, name: &str, origin: &Origin, context: &Context) -> Option<String> {
        match self.environment.get(name) {
            Ok(Some(value)) => Some(value.to_owned()),
            Ok(None) => {
                let path = context.path.join(".");
                if context.path.last().is_some_and(|key| PROTECTING.contains(&key.as_str())) {
                    let text = format!("{path}: the variable `{name}` is not set");
                    self.findings.error_at(origin, &text);
                    return None;
                }
                self.findings.notice(format!(
                    "{origin}: {path}: the variable `{name}` is not set, so the value is left out"
                ));
                None
            }
            Err(_) => {
                self.findings.error_at(origin, &format!("the variable `{name}` is not UTF-8 text"));
                None
            }
        }
    }
}

fn scalar(origin: Origin, text: String, written: Option<String>) -> Node {
    Node { origin, value: Value::Scalar(Scalar { text, plain: false, written }) }
}

/// Whether `key` below `path` leads to a section that is read, or lies in one.
fn is_read(path: &[String], key: &str) -> bool {
    SECTIONS.iter().any(|section| {
        let path = path.iter().map(String::as_str).chain([key]);
        section.iter().zip(path).all(|(expected, key)| *expected == key)
    })
}
