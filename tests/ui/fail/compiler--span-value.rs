use telemetry_runtime::{span, traced};

struct Entity;

#[traced(attributes(entity = entity))]
fn process(entity: &Entity, #[attribute] names: Vec<Option<String>>) {
    span().set_attribute("unit", ());
}

fn main() {
    process(&Entity, Vec::new());
}
