use telemetry_runtime::traced;

#[traced(name = "stitch {}")]
fn stitch() {}

fn main() {
    stitch();
}
