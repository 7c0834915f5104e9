use telemetry_runtime::metric;

#[metric(counter("orders.shipped", unit = "pallets"))]
fn stitch() {}

fn main() {
    stitch();
}
