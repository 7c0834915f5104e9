use telemetry_runtime::traced;

#[traced(credentials = user)]
fn stitch(user: &str) {
    let _ = user;
}

fn main() {
    stitch("user:default/guest");
}
