//! The rules that an entity must follow: its envelope, its names, and what its kind demands.
//!
//! They are Backstage's, from the descriptor format of the software catalog.

use serde_json::Value;

use super::entity::Kind;
use super::grammar::{is_api_version, is_dns_label, is_kind, is_label_key, is_name, is_tag};

/// One thing that is wrong with an entity.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Problem {
    /// The value that is wrong or missing, such as `metadata.name`.
    pub path: String,
    pub message: String,
}

impl Problem {
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

/// Checks what every entity has: `apiVersion`, `kind` and `metadata` with well-formed names.
pub fn envelope(entity: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    if !entity.is_object() {
        return vec![Problem::new("", "an entity must be a mapping")];
    }
    let metadata = &entity["metadata"];
    required_text(
        entity,
        "apiVersion",
        is_api_version,
        "`group/version`, such as `backstage.io/v1alpha1`",
        &mut problems,
    );
    required_text(entity, "kind", is_kind, "letters and digits, starting with a letter", &mut problems);
    if !metadata.is_object() {
        problems.push(Problem::new("metadata", "`metadata` must be a mapping with a `name`"));
        return problems;
    }
    required_text(entity, "metadata.name", is_name, NAME_RULE, &mut problems);
    if !metadata["namespace"].is_null() {
        required_text(
            entity,
            "metadata.namespace",
            is_dns_label,
            "lower case letters, digits and single `-`",
            &mut problems,
        );
    }
    tags(metadata, &mut problems);
    text_map(metadata, "labels", &mut problems);
    text_map(metadata, "annotations", &mut problems);
    problems
}

/// Checks what the entity's kind demands of its `spec`.
///
/// # Errors
///
/// One problem per broken rule; a kind or `apiVersion` that no rule knows is one too.
pub fn kind(entity: &Value) -> Result<Kind, Vec<Problem>> {
    let name = entity["kind"].as_str().unwrap_or_default();
    let version = entity["apiVersion"].as_str().unwrap_or_default();
    let Some(rule) = RULES.iter().find(|rule| rule.kind.name().eq_ignore_ascii_case(name)) else {
        return Err(vec![Problem::new("kind", format!("no processor knows the kind `{name}`"))]);
    };
    if !rule.versions.contains(&version) {
        let message = format!("`{name}` must have the apiVersion {}, not `{version}`", one_of(rule.versions));
        return Err(vec![Problem::new("apiVersion", message)]);
    }
    let mut problems = Vec::new();
    if !rule.required.is_empty() && !entity["spec"].is_object() {
        let message = format!("`spec` must be a mapping with {}", all_of(rule.required));
        return Err(vec![Problem::new("spec", message)]);
    }
    for &field in rule.required {
        if entity["spec"][field].is_null() {
            problems.push(Problem::new(format!("spec.{field}"), format!("`{name}` needs `spec.{field}`")));
        }
    }
    for &field in rule.texts {
        if let Some(message) = wrong_text(&entity["spec"][field]) {
            problems.push(Problem::new(format!("spec.{field}"), format!("`spec.{field}` {message}")));
        }
    }
    for &field in rule.lists {
        list(entity, field, &mut problems);
    }
    match rule.kind {
        Kind::Template => steps(entity, &mut problems),
        Kind::Location => presence(entity, &mut problems),
        _ => {}
    }
    if problems.is_empty() { Ok(rule.kind) } else { Err(problems) }
}

/// What a kind demands.
struct Rule {
    kind: Kind,
    versions: &'static [&'static str],
    /// Fields of `spec` that must be there.
    required: &'static [&'static str],
    /// Fields of `spec` that are text, if they are there.
    texts: &'static [&'static str],
    /// Fields of `spec` that are lists of text, if they are there.
    lists: &'static [&'static str],
}

const CORE: &[&str] = &["backstage.io/v1alpha1", "backstage.io/v1beta1"];

const RULES: [Rule; 10] = [
    Rule {
        kind: Kind::AiResource,
        versions: CORE,
        required: &["type", "owner"],
        texts: &["type", "lifecycle", "owner", "system"],
        lists: &[],
    },
    Rule {
        kind: Kind::Api,
        versions: CORE,
        required: &["type", "lifecycle", "owner", "definition"],
        texts: &["type", "lifecycle", "owner", "definition", "system"],
        lists: &[],
    },
    Rule {
        kind: Kind::Component,
        versions: CORE,
        required: &["type", "lifecycle", "owner"],
        texts: &["type", "lifecycle", "owner", "system", "subcomponentOf"],
        lists: &["providesApis", "consumesApis", "dependsOn", "dependencyOf"],
    },
    Rule {
        kind: Kind::Domain,
        versions: CORE,
        required: &["owner"],
        texts: &["owner", "subdomainOf"],
        lists: &[],
    },
    Rule {
        kind: Kind::Group,
        versions: CORE,
        required: &["type", "children"],
        texts: &["type", "parent"],
        lists: &["children", "members"],
    },
    Rule {
        kind: Kind::Location,
        versions: CORE,
        required: &[],
        texts: &["type", "target"],
        lists: &["targets"],
    },
    Rule {
        kind: Kind::Resource,
        versions: CORE,
        required: &["type", "owner"],
        texts: &["type", "owner", "system"],
        lists: &["dependsOn", "dependencyOf"],
    },
    Rule {
        kind: Kind::System,
        versions: CORE,
        required: &["owner"],
        texts: &["owner", "domain"],
        lists: &[],
    },
    Rule {
        kind: Kind::Template,
        versions: &["scaffolder.backstage.io/v1beta3"],
        required: &["type", "steps"],
        texts: &["type", "owner"],
        lists: &[],
    },
    Rule { kind: Kind::User, versions: CORE, required: &[], texts: &[], lists: &["memberOf"] },
];

const NAME_RULE: &str = "1 to 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends";

fn required_text(
    entity: &Value,
    path: &str,
    valid: fn(&str) -> bool,
    rule: &str,
    problems: &mut Vec<Problem>,
) {
    let value = path.split('.').fold(entity, |value, key| &value[key]);
    match value {
        Value::Null => problems.push(Problem::new(path, format!("`{path}` is missing"))),
        Value::String(text) if text.contains("${{") => {
            let message =
                format!("`{path}` is the template placeholder `{text}`: the file belongs to a skeleton");
            problems.push(Problem::new(path, message));
        }
        Value::String(text) if valid(text) => {}
        Value::String(text) => {
            problems.push(Problem::new(path, format!("`{path}` is `{text}`, but must be {rule}")));
        }
        _ => problems.push(Problem::new(path, format!("`{path}` must be text"))),
    }
}

fn wrong_text(value: &Value) -> Option<&'static str> {
    match value {
        Value::String(text) if text.is_empty() => Some("must not be empty"),
        Value::Null | Value::String(_) => None,
        _ => Some("must be text"),
    }
}

fn list(entity: &Value, field: &str, problems: &mut Vec<Problem>) {
    let path = format!("spec.{field}");
    match &entity["spec"][field] {
        Value::Null => {}
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                if item.as_str().is_none_or(str::is_empty) {
                    problems.push(Problem::new(
                        format!("{path}.{index}"),
                        format!("`{path}` must be a list of texts"),
                    ));
                }
            }
        }
        _ => problems.push(Problem::new(&*path, format!("`{path}` must be a list"))),
    }
}

fn tags(metadata: &Value, problems: &mut Vec<Problem>) {
    match &metadata["tags"] {
        Value::Null => {}
        Value::Array(tags) => {
            for (index, tag) in tags.iter().enumerate() {
                if !tag.as_str().is_some_and(is_tag) {
                    let message =
                        format!("tag {tag} must be lower case letters, digits, `:`, `+`, `#` and single `-`");
                    problems.push(Problem::new(format!("metadata.tags.{index}"), message));
                }
            }
        }
        _ => problems.push(Problem::new("metadata.tags", "`metadata.tags` must be a list")),
    }
}

fn text_map(metadata: &Value, field: &str, problems: &mut Vec<Problem>) {
    let path = format!("metadata.{field}");
    match &metadata[field] {
        Value::Null => {}
        Value::Object(entries) => {
            for (key, value) in entries {
                if !is_label_key(key) {
                    let message = format!("`{key}` is not a valid key of `{path}`");
                    problems.push(Problem::new(&*path, message));
                } else if !value.is_string() {
                    problems.push(Problem::new(
                        &*path,
                        format!("`{path}` has a value for `{key}` that is not text"),
                    ));
                }
            }
        }
        _ => problems.push(Problem::new(&*path, format!("`{path}` must be a mapping"))),
    }
}

fn steps(entity: &Value, problems: &mut Vec<Problem>) {
    let steps = &entity["spec"]["steps"];
    match steps.as_array() {
        None if steps.is_null() => {}
        None => problems.push(Problem::new("spec.steps", "`spec.steps` must be a list")),
        Some(steps) => {
            for (index, step) in steps.iter().enumerate() {
                if step["action"].as_str().is_none_or(str::is_empty) {
                    let message = "a step needs an `action`";
                    problems.push(Problem::new(format!("spec.steps.{index}"), message));
                }
            }
        }
    }
}

fn presence(entity: &Value, problems: &mut Vec<Problem>) {
    let presence = &entity["spec"]["presence"];
    if !presence.is_null() && presence != "required" && presence != "optional" {
        let message = "`spec.presence` must be `required` or `optional`";
        problems.push(Problem::new("spec.presence", message));
    }
}

fn one_of(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(" or ")
}

fn all_of(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn paths(problems: &[Problem]) -> Vec<&str> {
        problems.iter().map(|problem| problem.path.as_str()).collect()
    }

    #[test]
    fn envelope_needs_version_kind_and_name() {
        assert_eq!(paths(&envelope(&json!({}))), ["apiVersion", "kind", "metadata"]);
        let nameless = json!({"apiVersion": "backstage.io/v1alpha1", "kind": "API", "metadata": {}});
        assert_eq!(paths(&envelope(&nameless)), ["metadata.name"]);
        assert_eq!(paths(&envelope(&json!([1]))), [""]);
    }

    #[test]
    fn placeholder_as_a_name_is_told_from_a_bad_name() {
        let entity = json!({"apiVersion": "backstage.io/v1alpha1", "kind": "Component",
            "metadata": {"name": "${{ values.name }}"}});
        let problems = envelope(&entity);
        assert!(problems[0].message.contains("skeleton"), "{problems:?}");
    }

    #[test]
    fn kind_rules_name_each_missing_field() {
        let entity = json!({"apiVersion": "backstage.io/v1alpha1", "kind": "API", "metadata": {"name": "web"},
            "spec": {"type": "openapi", "owner": "team"}});
        assert_eq!(paths(&kind(&entity).unwrap_err()), ["spec.lifecycle", "spec.definition"]);
    }

    #[test]
    fn unknown_kinds_and_versions_are_refused() {
        let foreign =
            json!({"apiVersion": "backstage.io/v1alpha1", "kind": "Spaceship", "metadata": {"name": "x"}});
        assert_eq!(paths(&kind(&foreign).unwrap_err()), ["kind"]);
        let old =
            json!({"apiVersion": "backstage.io/v1alpha1", "kind": "Template", "metadata": {"name": "x"}});
        assert_eq!(paths(&kind(&old).unwrap_err()), ["apiVersion"]);
    }

    #[test]
    fn lists_must_hold_texts() {
        let entity = json!({"apiVersion": "backstage.io/v1alpha1", "kind": "User", "metadata": {"name": "x"},
            "spec": {"memberOf": ["team", 3]}});
        assert_eq!(paths(&kind(&entity).unwrap_err()), ["spec.memberOf.1"]);
    }
}
