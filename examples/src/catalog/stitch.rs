//! Stitching: everything that is known of an entity, brought into its final form.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Value, json};

use super::entity::{Entity, EntityRef, Relation};
use super::store::{StitchResult, Store};

/// Brings one entity into its final form.
pub fn stitch_entity(store: &Store, reference: &EntityRef) -> StitchResult {
    let value = store.parts_of(reference).map(|(entity, relations)| assemble(entity, &relations));
    store.put_final(reference, value)
}

/// The entity with its relations and an `etag` that changes whenever anything of it does.
fn assemble(entity: Entity, relations: &[Relation]) -> Value {
    let mut value = entity.value;
    let relations: Vec<Value> = relations
        .iter()
        .map(|relation| json!({ "type": relation.name, "targetRef": relation.target.to_string() }))
        .collect();
    value["relations"] = Value::Array(relations);
    let mut hasher = DefaultHasher::new();
    value.to_string().hash(&mut hasher);
    value["metadata"]["etag"] = Value::String(format!("{:016x}", hasher.finish()));
    value
}
