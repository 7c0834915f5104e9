use telemetry_runtime::metric;

#[metric(counter = "")]
fn stitch() {}

fn main() {
    stitch();
}
