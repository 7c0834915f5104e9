use telemetry_runtime::metric;

#[metric(counter("orders.shipped", unit = "xq"))]
fn stitch() {}

fn main() {
    stitch();
}
