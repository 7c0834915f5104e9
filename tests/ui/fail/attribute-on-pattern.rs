use telemetry_runtime::traced;

#[traced]
fn stitch(#[attribute] (kind, name): (&str, &str)) {
    let _ = (kind, name);
}

fn main() {
    stitch(("component", "backend"));
}
