use telemetry_runtime::metric;

#[metric(up_down_counter = "entities.waiting")]
fn stitch() {}

fn main() {
    stitch();
}
