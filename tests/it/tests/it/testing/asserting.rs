use telemetry_runtime::testing::Capture;
use telemetry_runtime::traced;

use super::{load, panic_of, stitch};

#[telemetry_runtime::test]
fn a_difference_shows_the_lines_that_differ_between_those_that_do_not(capture: &Capture) {
    stitch();
    let text = panic_of(|| {
        capture.assert_spans(
            "stitch [ok]
               load [error] catalog.kind=api
               load [error] error.type=core::fmt::Error
               save [ok]",
        );
    });
    let (difference, recorded) = text.split_once("\nrecorded were:\n").expect("the spans are shown");
    assert_eq!(
        difference,
        "the spans differ (- expected, + recorded):\n\
         \x20 stitch [ok]\n\
         -   load [error] catalog.kind=api\n\
         +   load [ok] catalog.kind=api\n\
         \x20   load [error] error.type=core::fmt::Error\n\
         -   save [ok]\n"
    );
    assert!(
        recorded.contains("load [error] catalog.kind=bug error.type=core::fmt::Error (capture, "),
        "{recorded}"
    );
    assert!(recorded.contains("* exception exception.type=core::fmt::Error"), "{recorded}");
}

#[telemetry_runtime::test]
fn spans_that_nobody_expects_are_told(capture: &Capture) {
    stitch();
    let text = panic_of(|| capture.assert_spans("stitch [ok]\n  load [ok]"));
    assert!(text.contains("\n+   load [error] catalog.kind=bug error.type=core::fmt::Error\n"), "{text}");
    let text = panic_of(|| capture.assert_spans(""));
    assert!(text.contains("\n+ stitch [ok]\n"), "{text}");
}

#[telemetry_runtime::test]
fn a_child_in_the_place_of_a_root_differs(capture: &Capture) {
    stitch();
    let text = panic_of(|| capture.assert_spans("\nstitch\nload\nload"));
    assert!(text.contains("\n- load\n") && text.contains("\n+   load [ok] catalog.kind=api\n"), "{text}");
}

#[telemetry_runtime::test]
fn what_a_line_does_not_name_is_not_compared(capture: &Capture) {
    stitch();
    capture.assert_spans("stitch\n  load\n  load");
}

#[telemetry_runtime::test]
fn an_expectation_that_cannot_be_read_says_why(capture: &Capture) {
    let text = panic_of(|| capture.assert_spans("stitch [fine]"));
    assert!(text.contains("not `fine` in the expected line `stitch [fine]`"), "{text}");
}

#[telemetry_runtime::test]
fn a_span_that_is_missing_or_not_alone_shows_all_of_them(capture: &Capture) {
    stitch();
    let text = panic_of(|| capture.span("stich"));
    assert!(text.starts_with("no finished span `stich`; recorded were:\nstitch [ok] (capture, "), "{text}");
    let text = panic_of(|| capture.span("load"));
    assert!(text.starts_with("2 finished spans `load`; recorded were:\nstitch"), "{text}");
}

#[telemetry_runtime::test]
fn failed_calls_are_found_anywhere_in_the_trees(capture: &Capture) {
    load("api").unwrap();
    capture.assert_no_error_spans();
    stitch();
    let text = panic_of(|| capture.assert_no_error_spans());
    assert!(
        text.starts_with("1 span failed; recorded were:\nload [ok] catalog.kind=api (capture, "),
        "{text}"
    );
}

#[telemetry_runtime::test]
fn an_error_that_is_expected_is_no_failure(capture: &Capture) {
    #[derive(Debug, telemetry_runtime::TelemetryError)]
    enum Missing {
        #[telemetry(expected)]
        Entity,
    }
    #[traced(plugin = "capture")]
    fn find() -> Result<(), Missing> {
        Err(Missing::Entity)
    }
    let _ = find();
    capture.assert_spans("find [ok]");
    capture.assert_no_error_spans();
}

#[telemetry_runtime::test]
fn a_wrong_attribute_shows_both_values_and_the_span(capture: &Capture) {
    load("7").unwrap();
    let text = panic_of(|| {
        capture.span("load").assert_attribute("catalog.kind", 7);
    });
    assert!(
        text.starts_with(
            "attribute `catalog.kind` of span `load` is \"7\", expected was 7; recorded was:\nload [ok] catalog.kind=7 ("
        ),
        "{text}"
    );
    let text = panic_of(|| {
        capture.span("load").assert_attribute("catalog.name", "x");
    });
    assert!(
        text.starts_with("attribute `catalog.name` of span `load` is absent, expected was \"x\""),
        "{text}"
    );
}

#[telemetry_runtime::test]
fn a_capture_is_debugged_as_its_trees_and_series(capture: &Capture) {
    capture.clock().freeze();
    load("api").unwrap();
    assert_eq!(
        format!("{capture:?}"),
        "spans:\nload [ok] catalog.kind=api (capture, 0ns)\nmetrics:\n\
         backstage.plugin.capture.entities.loaded{outcome=ok} 1\n\
         backstage.plugin.capture.entities.loading 0\n\
         backstage.plugin.capture.loading.duration{outcome=ok} count=1 sum=0 min=0 max=0\n"
    );
}

#[telemetry_runtime::test]
fn an_unknown_metric_names_the_nearest_and_what_there_is(capture: &Capture) {
    load("api").unwrap();
    let text = panic_of(|| capture.counter("entities.loadet", &[]));
    assert!(text.starts_with("no metric `entities.loadet`; the nearest is `entities.load"), "{text}");
    assert!(
        text.contains("recorded were:\nbackstage.plugin.capture.entities.loaded{outcome=ok} 1\n"),
        "{text}"
    );
    let text = panic_of(|| capture.counter("backstage.plugin.capture.entities.loadet", &[]));
    assert!(text.contains("the nearest is `backstage.plugin.capture.entities.loaded`"), "{text}");
}

#[telemetry_runtime::test]
fn a_metric_of_another_kind_says_how_it_is_read(capture: &Capture) {
    let text = panic_of(|| capture.counter("loading.duration", &[]));
    assert!(
        text.starts_with(
            "metric `backstage.plugin.capture.loading.duration` is a histogram, which `histogram` reads; no metrics were recorded"
        ),
        "{text}"
    );
}

#[telemetry_runtime::test]
fn an_attribute_that_the_metric_never_has_is_refused(capture: &Capture) {
    let text = panic_of(|| capture.counter("entities.loaded", &[("outcom", "error")]));
    assert!(
        text.starts_with(
            "metric `backstage.plugin.capture.entities.loaded` has no attribute `outcom`; its attributes are `outcome`"
        ),
        "{text}"
    );
}
