use telemetry_runtime::traced;

#[traced(colour = "red")]
fn stitch() {}

fn main() {
    stitch();
}
