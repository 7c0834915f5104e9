use telemetry_runtime::traced;

#[traced(name = "stitch")]
#[traced(name = "sew")]
fn stitch() {}

fn main() {
    stitch();
}
