use telemetry_runtime::traced;

#[traced(name = "stitch\n")]
fn stitch() {}

fn main() {
    stitch();
}
