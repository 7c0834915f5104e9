use telemetry_runtime::metric;

#[metric(counter = "9.total")]
fn stitch() {}

fn main() {
    stitch();
}
