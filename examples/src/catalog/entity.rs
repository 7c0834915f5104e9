//! Entities and the references between them.

use std::fmt;

use serde_json::Value;
use telemetry_runtime::AttributeValue;

/// The kinds of the Backstage catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, AttributeValue)]
pub enum Kind {
    #[attribute("airesource")]
    AiResource,
    Api,
    Component,
    Domain,
    Group,
    Location,
    Resource,
    System,
    Template,
    User,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::AiResource,
        Self::Api,
        Self::Component,
        Self::Domain,
        Self::Group,
        Self::Location,
        Self::Resource,
        Self::System,
        Self::Template,
        Self::User,
    ];

    /// The spelling of catalog files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AiResource => "AiResource",
            Self::Api => "API",
            Self::Component => "Component",
            Self::Domain => "Domain",
            Self::Group => "Group",
            Self::Location => "Location",
            Self::Resource => "Resource",
            Self::System => "System",
            Self::Template => "Template",
            Self::User => "User",
        }
    }

    /// The kind of that name, whatever its case; `None` for a kind that this catalog does not know.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name))
    }
}

/// What identifies an entity: `component:default/web`. All parts are lower case, since references ignore case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityRef {
    pub kind: String,
    pub namespace: String,
    pub name: String,
}

impl EntityRef {
    pub fn new(kind: &str, namespace: &str, name: &str) -> Self {
        Self { kind: kind.to_lowercase(), namespace: namespace.to_lowercase(), name: name.to_lowercase() }
    }

    /// Reads `[kind:][namespace/]name`. `None` if a part is empty, or if there is neither a kind nor a default for it.
    pub fn parse(text: &str, default_kind: Option<Kind>, default_namespace: &str) -> Option<Self> {
        // A colon after the slash belongs to the name.
        let (kind, rest) = match text.split_once(':') {
            Some((kind, rest)) if !kind.contains('/') => (kind, rest),
            _ => (default_kind?.name(), text),
        };
        let (namespace, name) = rest.split_once('/').unwrap_or((default_namespace, rest));
        let complete = ![kind, namespace, name].iter().any(|part| part.trim().is_empty());
        complete.then(|| Self::new(kind.trim(), namespace.trim(), name.trim()))
    }

    /// The reference of an entity's own `kind` and `metadata`, if it has them.
    pub fn of(value: &Value) -> Option<Self> {
        let kind = value["kind"].as_str().filter(|kind| !kind.is_empty())?;
        let name = value["metadata"]["name"].as_str().filter(|name| !name.is_empty())?;
        Some(Self::new(kind, namespace_of(value), name))
    }
}

/// `metadata.namespace`, or `default`.
pub fn namespace_of(value: &Value) -> &str {
    value["metadata"]["namespace"].as_str().unwrap_or("default")
}

impl fmt::Display for EntityRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}/{}", self.kind, self.namespace, self.name)
    }
}

/// A valid entity.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    pub reference: EntityRef,
    pub kind: Kind,
    pub value: Value,
}

/// One direction of a relation between two entities.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Relation {
    pub source: EntityRef,
    pub name: &'static str,
    pub target: EntityRef,
}

impl Relation {
    /// The least of all relations that start at an entity, for a search in sorted relations.
    pub fn first_of(source: &EntityRef) -> Self {
        Self { source: source.clone(), name: "", target: EntityRef::new("", "", "") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<String> {
        EntityRef::parse(text, Some(Kind::Group), "default").map(|reference| reference.to_string())
    }

    #[test]
    fn references_are_completed_and_lower_cased() {
        assert_eq!(parsed("Team-A").as_deref(), Some("group:default/team-a"));
        assert_eq!(parsed("User:guest").as_deref(), Some("user:default/guest"));
        assert_eq!(parsed("ops/team").as_deref(), Some("group:ops/team"));
        assert_eq!(parsed("API:ops/Web").as_deref(), Some("api:ops/web"));
    }

    #[test]
    fn references_with_an_empty_part_are_refused() {
        for text in ["", "user:", "/name", "ops/", ":name"] {
            assert_eq!(parsed(text), None, "{text}");
        }
        assert_eq!(EntityRef::parse("web", None, "default"), None);
    }

    #[test]
    fn kinds_ignore_case() {
        assert_eq!(Kind::from_name("api"), Some(Kind::Api));
        assert_eq!(Kind::from_name("SubVerticalSystem"), None);
    }
}
