use telemetry_runtime::testing::Capture;

#[telemetry_runtime::test]
fn counts(capture: &Capture, expected: u64) {
    assert_eq!(capture.counter("entities.loaded", &[]), expected);
}

fn main() {
    counts(&Capture::start(), 1);
}
