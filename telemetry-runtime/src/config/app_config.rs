//! `APP_CONFIG_*`: single keys of the files, set by the environment.

use std::sync::Arc;

use super::env::Environment;
use super::file;
use super::findings::Findings;
use super::merge::merge;
use super::node::{Entry, Node, Origin, Scalar, Value};

const PREFIX: &str = "APP_CONFIG_";

/// The tree of all `APP_CONFIG_*` variables of the sections that are read.
///
/// `APP_CONFIG_telemetry_metrics_enabled=false` is the key `telemetry.metrics.enabled`.
pub(super) fn read(environment: &Environment, findings: &Findings) -> Option<Node> {
    let mut root: Option<Node> = None;
    let mut seen: Vec<&str> = Vec::new();
    for path in environment.names_after(PREFIX) {
        let of_section = |section: &&str| {
            path.strip_prefix(*section).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        };
        if !["telemetry", "backend_metrics", "backend_tracing"].iter().any(of_section) {
            continue;
        }
        let origin = Origin::Variable(format!("{PREFIX}{path}").into());
        let Ok(value) = environment.get(&format!("{PREFIX}{path}")) else {
            findings.error_at(&origin, "is not UTF-8 text");
            continue;
        };
        let Some(value) = value else { continue };
        let keys: Vec<&str> = path.split('_').collect();
        if !keys.iter().all(|key| is_key(key)) {
            findings.error_at(
                &origin,
                "each part of the name between underscores must be a key of letters, digits and `-`",
            );
            continue;
        }
        if let Some(other) = seen.iter().find(|other| conflicts(other, path)) {
            findings.error_at(&origin, &format!("contradicts `{PREFIX}{other}`: one is a part of the other"));
            continue;
        }
        seen.push(path);
        let Some(leaf) = leaf(value, &origin) else {
            findings.error_at(&origin, "`null` cannot be set by a variable");
            continue;
        };
        let branch = keys.into_iter().rev().fold(leaf, |value, key| Node {
            origin: origin.clone(),
            value: Value::Mapping(vec![Entry { key: key.to_owned(), origin: origin.clone(), value }]),
        });
        root = Some(match root {
            None => branch,
            Some(root) => merge(root, branch),
        });
    }
    root
}

/// One part of a name: a letter, then letters, digits and single hyphens.
fn is_key(key: &str) -> bool {
    key.split('-').all(|part| {
        part.starts_with(|first: char| first.is_ascii_alphabetic())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn conflicts(a: &str, b: &str) -> bool {
    let inside =
        |outer: &str, inner: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('_'));
    inside(a, b) || inside(b, a)
}

/// The value: JSON where it is a list, an object or a quoted text, else the text itself; `None` for `null`.
fn leaf(text: &str, origin: &Origin) -> Option<Node> {
    if text.starts_with(['[', '{', '"']) {
        let name: Arc<str> = origin.to_string().into();
        if let Ok(Some(mut node)) = file::parse(&name, text) {
            // A line and column inside a variable's value would not help: the variable is the place.
            node.relocate(origin);
            return Some(node);
        }
    }
    let node = Node {
        origin: origin.clone(),
        value: Value::Scalar(Scalar { text: text.to_owned(), plain: true, written: None }),
    };
    (!node.is_null()).then_some(node)
}
