use telemetry_runtime::testing::Capture;

use super::{fetch, load, stitch};

#[telemetry_runtime::test]
fn the_capture_is_optional() {
    stitch();
    assert_eq!(Capture::current().expect("a capture is current").spans().len(), 3);
}

#[telemetry_runtime::test]
fn a_test_may_return_a_result(capture: &Capture) -> Result<(), std::fmt::Error> {
    load("api")?;
    capture.assert_no_error_spans();
    Ok(())
}

#[telemetry_runtime::test]
#[should_panic = "no finished span `nothing`"]
fn a_test_may_have_to_panic(capture: &Capture) {
    capture.span("nothing");
}

#[telemetry_runtime::test]
#[test]
fn a_test_attribute_below_is_enough(capture: &Capture) {
    assert!(capture.spans().is_empty());
}

#[telemetry_runtime::test]
#[tokio::test]
async fn an_async_test_has_a_capture(capture: &Capture) -> Result<(), std::fmt::Error> {
    fetch("api").await?;
    capture.assert_spans("fetch [ok]\n  load [ok]");
    assert_eq!(capture.counter("entities.fetched", &[]), 1);
    Ok(())
}

#[telemetry_runtime::test]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[should_panic = "2 finished spans `load`"]
async fn an_async_test_may_have_to_panic(capture: &Capture) {
    stitch();
    capture.span("load");
}

mod renamed {
    pub(super) use telemetry_runtime as telemetry;
}

#[telemetry_runtime::test(crate = renamed::telemetry)]
#[tokio::test]
async fn the_crate_can_have_another_name(capture: &renamed::telemetry::testing::Capture) {
    fetch("api").await.unwrap();
    assert_eq!(capture.spans().len(), 2);
}
