use telemetry_runtime::metric;

#[metric(gauge = "entities.waiting")]
fn stitch() {}

fn main() {
    stitch();
}
