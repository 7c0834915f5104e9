use telemetry_runtime::metric;

#[metric(counter = "processed")]
fn stitch() {}

fn main() {
    stitch();
}
