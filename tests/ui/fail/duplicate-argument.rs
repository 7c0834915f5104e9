use telemetry_runtime::traced;

#[traced(name = "stitch", name = "sew")]
fn stitch() {}

fn main() {
    stitch();
}
