use telemetry_runtime::metric;

#[metric(countr = "entities.stitched")]
fn stitch() {}

fn main() {
    stitch();
}
