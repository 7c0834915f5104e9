use telemetry_runtime::traced;

#[traced(name = format!("stitch {}", 1))]
fn stitch() {}

fn main() {
    stitch();
}
