use telemetry_runtime::metric;

#[metric(counter("entities.processed", unit = "{xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx}"))]
fn stitch() {}

fn main() {
    stitch();
}
