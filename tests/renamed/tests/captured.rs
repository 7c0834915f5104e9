//! `#[test]` of the toolkit under another name.

use renamed::{each, once};
use telemetry::testing::Capture;

#[telemetry::test(crate = telemetry)]
fn a_test_takes_the_name_of_the_crate(capture: &Capture) {
    each::find("").expect_err("there is no text");
    capture.assert_spans("find [error]");
}

#[telemetry::backstage_plugin(id = "renamed-tests", crate = telemetry)]
mod tests {
    use telemetry::testing::Capture;

    use super::once;

    #[telemetry::test]
    fn a_block_tells_its_tests(capture: &Capture) {
        once::find("").expect_err("there is no text");
        capture.assert_spans("find");
    }
}
