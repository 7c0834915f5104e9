use telemetry_runtime::traced;

#[traced(kind = "intern")]
fn stitch() {}

fn main() {
    stitch();
}
