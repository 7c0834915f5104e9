use telemetry_runtime::metric;

#[metric(observable_gauge = "entities.count")]
fn stitch() {}

fn main() {
    stitch();
}
