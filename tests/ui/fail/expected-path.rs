use telemetry_runtime::traced;

#[traced(plugin = 1)]
fn stitch() {}

fn main() {
    stitch();
}
