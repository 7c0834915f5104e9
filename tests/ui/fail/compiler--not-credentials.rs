use telemetry_runtime::traced;

#[traced(credentials = user)]
fn stitch(user: &u8) {
    let _ = user;
}

fn main() {
    stitch(&1);
}
