use telemetry_runtime::traced;

#[traced(parent = batch)]
fn stitch(batch: &str) {
    let _ = batch;
}

fn main() {
    stitch("batch");
}
