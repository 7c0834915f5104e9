use telemetry_runtime::trace::CurrentSpan;
use telemetry_runtime::traced;

#[traced(root, parent = batch)]
fn stitch(batch: &CurrentSpan) {
    let _ = batch;
}

fn main() {
    stitch(&telemetry_runtime::span());
}
