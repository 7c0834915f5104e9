use std::thread;
use std::time::Duration;

use telemetry_runtime::context;
use telemetry_runtime::testing::{Capture, Clock};
use telemetry_runtime::{metric, traced};

#[traced(plugin = "capture-clock")]
#[metric(histogram = "waits.duration", plugin = "capture-clock")]
fn wait(clock: &Clock, by: Duration) {
    clock.advance(by);
}

#[telemetry_runtime::test]
fn durations_under_a_frozen_clock_are_exact(capture: &Capture) {
    capture.clock().freeze();
    wait(capture.clock(), Duration::from_millis(250));
    wait(capture.clock(), Duration::from_secs(2));
    let durations: Vec<_> = capture.spans().iter().map(telemetry_runtime::testing::Span::duration).collect();
    assert_eq!(durations, [Duration::from_millis(250), Duration::from_secs(2)]);
    let waits = capture.histogram("waits.duration", &[("outcome", "ok")]);
    assert_eq!((waits.count(), waits.sum(), waits.max()), (2, 2.25, Some(2.0)));
    let spans = capture.spans();
    assert_eq!(
        spans[1].start_time().duration_since(spans[0].start_time()).unwrap(),
        Duration::from_millis(250)
    );
}

#[telemetry_runtime::test]
fn threads_that_carry_the_capture_read_its_clock(capture: &Capture) {
    capture.clock().freeze();
    let clock = capture.clock().clone();
    thread::spawn(context::wrap(move || wait(&clock, Duration::from_secs(3)))).join().unwrap();
    assert_eq!(capture.span("wait").duration(), Duration::from_secs(3));
}

#[telemetry_runtime::test]
fn a_clock_that_runs_can_be_moved_too(capture: &Capture) {
    wait(capture.clock(), Duration::from_secs(60));
    let took = capture.span("wait").duration();
    assert!(took >= Duration::from_secs(60), "{took:?}");
}

#[telemetry_runtime::test]
fn the_clock_of_one_capture_is_not_that_of_another(capture: &Capture) {
    capture.clock().freeze();
    {
        let inner = Capture::start();
        inner.clock().freeze();
        wait(capture.clock(), Duration::from_secs(9));
        assert_eq!(inner.span("wait").duration(), Duration::ZERO);
    }
    wait(capture.clock(), Duration::from_secs(1));
    assert_eq!(capture.span("wait").duration(), Duration::from_secs(1));
}

#[telemetry_runtime::test]
#[tokio::test]
async fn a_future_is_timed_by_the_clock_of_its_capture(capture: &Capture) {
    #[traced(plugin = "capture-clock")]
    async fn rest(clock: Clock) {
        clock.advance(Duration::from_millis(5));
        tokio::task::yield_now().await;
        clock.advance(Duration::from_millis(7));
    }
    capture.clock().freeze();
    rest(capture.clock().clone()).await;
    assert_eq!(capture.span("rest").duration(), Duration::from_millis(12));
}
