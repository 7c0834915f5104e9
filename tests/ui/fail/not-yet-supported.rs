use telemetry_runtime::traced;

#[traced(parent = None)]
fn stitch() {}

fn main() {
    stitch();
}
