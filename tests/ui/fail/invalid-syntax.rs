use telemetry_runtime::metric;

#[metric(counter = "entities.stitched" unit = "{entity}")]
fn stitch() {}

fn main() {
    stitch();
}
