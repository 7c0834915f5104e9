use telemetry_runtime::traced;

#[traced(kind = 1)]
fn stitch() {}

fn main() {
    stitch();
}
