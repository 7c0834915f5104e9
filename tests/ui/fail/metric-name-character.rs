use telemetry_runtime::metric;

#[metric(counter = "entities.processed count")]
fn stitch() {}

fn main() {
    stitch();
}
