use telemetry_runtime::traced;

#[traced(name = "")]
fn stitch() {}

fn main() {
    stitch();
}
