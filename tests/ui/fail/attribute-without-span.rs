use telemetry_runtime::metric;

#[metric(counter = "entities.stitched")]
fn stitch(#[attribute] kind: &str) {
    let _ = kind;
}

fn main() {
    stitch("component");
}
