//! Stitching: everything that is known of an entity, brought into its final form.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Value, json};
use telemetry_runtime::traced;

use super::Catalog;
use super::entity::{Entity, EntityRef, Relation};
use super::metrics::{METRICS, Stitching};
use super::store::{StitchResult, Store};
use crate::timed::Timed;

/// Brings one entity into its final form.
#[traced(name = "Stitch", plugin = Catalog, attributes(
    backstage.entity.kind = &*reference.kind,
    backstage.entity.metadata.namespace = &*reference.namespace,
    backstage.entity.metadata.name = &*reference.name,
))]
pub fn stitch_entity(store: &Store, reference: &EntityRef) -> StitchResult {
    // Nothing below fails; `error` is what a panic comes to.
    let mut timed = Timed::start(StitchResult::Error, |result, seconds| {
        METRICS.stitched.add_with(1, Stitching { result });
        METRICS.stitching.record_with(seconds, Stitching { result });
    });
    let value = store.parts_of(reference).map(|(entity, relations)| assemble(entity, &relations));
    let result = store.put_final(reference, value);
    timed.ends_as(result);
    telemetry_runtime::span().set_attribute("backstage.catalog.stitching.result", result.name());
    result
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
