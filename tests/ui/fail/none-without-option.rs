use telemetry_runtime::{metric, traced};

#[traced(none = "error")]
fn count() -> usize {
    1
}

#[metric(counter = "entities.found", none = "ok")]
async fn find() -> Result<u8, String> {
    Ok(1)
}

fn main() {
    count();
    let _ = find();
}
