use telemetry_runtime::traced;

#[traced(none = "err")]
fn find() -> Option<u8> {
    None
}

fn main() {
    find();
}
