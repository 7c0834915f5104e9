use telemetry_runtime::metric;

#[metric]
fn stitch() {}

fn main() {
    stitch();
}
