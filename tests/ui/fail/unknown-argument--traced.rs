use telemetry_runtime::traced;

#[traced(nmae = "stitch")]
fn stitch() {}

fn main() {
    stitch();
}
