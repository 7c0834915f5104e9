use telemetry_runtime::testing::Capture;

#[telemetry_runtime::test]
async fn fetches(capture: &Capture) {
    capture.assert_no_error_spans();
}

fn main() {
    drop(fetches(&Capture::start()));
}
