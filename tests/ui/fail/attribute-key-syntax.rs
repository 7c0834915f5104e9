use telemetry_runtime::traced;

#[traced(attributes("entity kind" = 1))]
fn stitch() {}

fn main() {
    stitch();
}
