use telemetry_runtime::{metric, traced};

#[traced(kind = "intern", name = "stitch {}")]
#[metric(counter("9.total", unit = "seconds"), gauge = "Entities.waiting")]
fn stitch() {}

fn main() {
    stitch();
}
