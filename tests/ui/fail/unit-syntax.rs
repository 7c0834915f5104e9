use telemetry_runtime::metric;

#[metric(counter("entities.processed", unit = "{entity"))]
fn stitch() {}

fn main() {
    stitch();
}
