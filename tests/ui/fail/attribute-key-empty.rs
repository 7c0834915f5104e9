use telemetry_runtime::traced;

#[traced(attributes("" = 1))]
fn stitch() {}

fn main() {
    stitch();
}
