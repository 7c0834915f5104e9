use telemetry_runtime::{metric, traced};

#[traced(none = "error")]
#[metric(counter = "entities.found", none = "ok")]
fn find() -> Option<u8> {
    None
}

fn main() {
    find();
}
