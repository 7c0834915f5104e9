//! The relations that an entity's `spec` declares, in both directions.

use serde_json::Value;

use super::entity::{Entity, EntityRef, Kind, Relation};
use super::validate::Problem;

/// A field of `spec` that refers to other entities.
struct Field {
    name: &'static str,
    /// The kind of a reference that names none; without one the reference must name it.
    target: Option<Kind>,
    /// The relation from the entity to the target, and the one back.
    forth: &'static str,
    back: &'static str,
}

const fn field(name: &'static str, target: Option<Kind>, forth: &'static str, back: &'static str) -> Field {
    Field { name, target, forth, back }
}

const OWNER: Field = field("owner", Some(Kind::Group), "ownedBy", "ownerOf");
const SYSTEM: Field = field("system", Some(Kind::System), "partOf", "hasPart");
const DEPENDS_ON: Field = field("dependsOn", None, "dependsOn", "dependencyOf");
const DEPENDENCY_OF: Field = field("dependencyOf", None, "dependencyOf", "dependsOn");

const COMPONENT: &[Field] = &[
    OWNER,
    SYSTEM,
    field("subcomponentOf", Some(Kind::Component), "partOf", "hasPart"),
    field("providesApis", Some(Kind::Api), "providesApi", "apiProvidedBy"),
    field("consumesApis", Some(Kind::Api), "consumesApi", "apiConsumedBy"),
    DEPENDS_ON,
    DEPENDENCY_OF,
];
const RESOURCE: &[Field] = &[OWNER, SYSTEM, DEPENDS_ON, DEPENDENCY_OF];
const OWNED_PART: &[Field] = &[OWNER, SYSTEM];
const SYSTEM_FIELDS: &[Field] = &[OWNER, field("domain", Some(Kind::Domain), "partOf", "hasPart")];
const DOMAIN: &[Field] = &[OWNER, field("subdomainOf", Some(Kind::Domain), "partOf", "hasPart")];
const GROUP: &[Field] = &[
    field("parent", Some(Kind::Group), "childOf", "parentOf"),
    field("children", Some(Kind::Group), "parentOf", "childOf"),
    field("members", Some(Kind::User), "hasMember", "memberOf"),
];
const USER: &[Field] = &[field("memberOf", Some(Kind::Group), "memberOf", "hasMember")];

const fn fields(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::Component => COMPONENT,
        Kind::Resource => RESOURCE,
        Kind::Api | Kind::AiResource => OWNED_PART,
        Kind::System => SYSTEM_FIELDS,
        Kind::Domain => DOMAIN,
        Kind::Group => GROUP,
        Kind::User => USER,
        Kind::Template => &[OWNER],
        Kind::Location => &[],
    }
}

/// Every relation that the entity declares, each with its reverse.
///
/// # Errors
///
/// One problem per reference that cannot be read.
pub fn of(entity: &Entity) -> Result<Vec<Relation>, Vec<Problem>> {
    let mut relations = Vec::new();
    let mut problems = Vec::new();
    for field in fields(entity.kind) {
        for (path, text) in texts(&entity.value["spec"][field.name], field.name) {
            if let Some(target) = EntityRef::parse(text, field.target, &entity.reference.namespace) {
                relations.extend(both_ways(&entity.reference, field, target));
            } else {
                problems.push(Problem::new(path, format!("`{text}` must be `kind:namespace/name`")));
            }
        }
    }
    if problems.is_empty() { Ok(relations) } else { Err(problems) }
}

fn both_ways(source: &EntityRef, field: &Field, target: EntityRef) -> [Relation; 2] {
    [
        Relation { source: source.clone(), name: field.forth, target: target.clone() },
        Relation { source: target, name: field.back, target: source.clone() },
    ]
}

/// The references of a field: one text or a list of them, each with its path.
fn texts<'a>(value: &'a Value, field: &str) -> Vec<(String, &'a str)> {
    match value {
        Value::String(text) => vec![(format!("spec.{field}"), text.as_str())],
        Value::Array(items) => items
            .iter()
            .enumerate()
            .filter_map(|(index, item)| Some((format!("spec.{field}.{index}"), item.as_str()?)))
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entity(kind: Kind, spec: &Value) -> Entity {
        Entity { reference: EntityRef::new(kind.name(), "shop", "web"), kind, value: json!({ "spec": spec }) }
    }

    fn shown(entity: &Entity) -> Vec<String> {
        let relations = of(entity).unwrap();
        relations
            .iter()
            .map(|relation| format!("{} {} {}", relation.source, relation.name, relation.target))
            .collect()
    }

    #[test]
    fn each_relation_comes_with_its_reverse() {
        assert_eq!(
            shown(&entity(Kind::Component, &json!({"providesApis": ["orders"]}))),
            [
                "component:shop/web providesApi api:shop/orders",
                "api:shop/orders apiProvidedBy component:shop/web"
            ]
        );
    }

    #[test]
    fn owners_are_groups_unless_they_say_otherwise() {
        let found = shown(&entity(Kind::Domain, &json!({"owner": "user:default/ada"})));
        assert_eq!(found[0], "domain:shop/web ownedBy user:default/ada");
        let found = shown(&entity(Kind::Domain, &json!({"owner": "team"})));
        assert_eq!(found[0], "domain:shop/web ownedBy group:shop/team");
    }

    #[test]
    fn members_relate_the_same_way_from_both_sides() {
        let group = shown(&entity(Kind::Group, &json!({"members": ["ada"]})));
        assert_eq!(group[1], "user:shop/ada memberOf group:shop/web");
        let user = shown(&entity(Kind::User, &json!({"memberOf": ["team"]})));
        assert_eq!(user[1], "group:shop/team hasMember user:shop/web");
    }

    #[test]
    fn dependencies_must_name_their_kind() {
        let problems =
            of(&entity(Kind::Component, &json!({"dependsOn": ["resource:db", "cache"]}))).unwrap_err();
        assert_eq!(problems[0].path, "spec.dependsOn.1");
    }
}
