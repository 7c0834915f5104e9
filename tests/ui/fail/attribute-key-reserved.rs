use telemetry_runtime::traced;

#[traced(attributes("otel.status_code" = 1))]
fn stitch() {}

fn main() {
    stitch();
}
