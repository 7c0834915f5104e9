use telemetry_runtime::metric;

#[metric(counter = "Entities.processedCount")]
fn stitch() {}

fn main() {
    stitch();
}
