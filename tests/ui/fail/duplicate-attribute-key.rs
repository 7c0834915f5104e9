use telemetry_runtime::traced;

#[traced(attributes(entity.kind = "a", entity.kind = "b"))]
fn stitch() {}

fn main() {
    stitch();
}
