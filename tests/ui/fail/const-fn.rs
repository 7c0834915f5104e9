use telemetry_runtime::traced;

#[traced]
const fn stitch() {}

fn main() {
    stitch();
}
