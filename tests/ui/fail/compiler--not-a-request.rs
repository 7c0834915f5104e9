use telemetry_runtime::traced;

#[traced(request = path)]
fn handle(path: &str) {
    let _ = path;
}

fn main() {
    handle("/entities");
}
