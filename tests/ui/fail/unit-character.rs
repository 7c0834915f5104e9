use telemetry_runtime::metric;

#[metric(counter("cellar.heat", unit = "° C"))]
fn stitch() {}

fn main() {
    stitch();
}
