use telemetry_runtime::traced;

type Found = u8;

#[traced(none = "error")]
fn find() -> Found {
    1
}

#[traced(none = "error")]
async fn find_later() -> Result<Found, String> {
    Ok(1)
}

fn main() {
    find();
    let _ = find_later();
}
