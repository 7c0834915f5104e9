//! Row 10: what unwinds or is given up is recorded, and unwinds as it would without telemetry.

use std::panic::{catch_unwind, panic_any};
use std::pin::pin;
use std::task::{Context, Waker};

use it::program::Program;
use it::sink::{Sink, SinkSpan};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use telemetry_runtime::{Telemetry, backstage_plugin};

use crate::figures::{alone, whole_row};

#[derive(Debug, PartialEq)]
struct Payload(u32);

#[backstage_plugin(id = "unwinding")]
mod unwinding {
    use telemetry_runtime::traced;

    use super::{Payload, panic_any};

    #[traced]
    pub(super) fn outer() {
        middle();
    }

    #[traced]
    fn middle() {
        let _cleans_up = Destructor;
        inner();
    }

    #[traced]
    fn inner() {
        panic_any(Payload(7));
    }

    /// Makes spans while its thread unwinds.
    struct Destructor;

    impl Drop for Destructor {
        fn drop(&mut self) {
            clean_up();
        }
    }

    #[traced]
    fn clean_up() {}

    #[traced]
    pub(super) async fn given_up() {
        let _cleans_up = Destructor;
        std::future::pending::<()>().await;
    }
}

fn named<'a>(spans: &'a [SinkSpan], name: &str) -> Vec<&'a SinkSpan> {
    spans.iter().filter(|span| span.span.name == name).collect()
}

#[test]
fn every_span_that_a_panic_leaves_ends_as_one_and_the_payload_is_what_it_was() {
    let _alone = alone();
    let sink = Sink::start();
    let telemetry = Telemetry::builder()
        .without_config_files()
        .environment([("OTEL_EXPORTER_OTLP_ENDPOINT".to_owned(), sink.url())].into_iter().collect())
        .prometheus_port(0)
        .bootstrap()
        .expect("the variables are a valid configuration");
    let payload = catch_unwind(unwinding::outer).expect_err("it unwinds");
    assert_eq!(payload.downcast_ref(), Some(&Payload(7)));
    {
        let mut future = pin!(unwinding::given_up());
        assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    telemetry.shutdown().expect("everything is exported");

    let spans = sink.spans();
    for name in ["outer", "middle", "inner"] {
        let [span] = named(&spans, name)[..] else { panic!("one span `{name}` in {spans:?}") };
        let status = span.span.status.as_ref().expect("a status");
        assert_eq!(status.code(), StatusCode::Error, "{name}");
        assert_eq!(span.attribute("error.type").as_deref(), Some("panic"), "{name}");
    }
    let [given_up] = named(&spans, "given_up")[..] else { panic!("one span in {spans:?}") };
    assert_eq!(given_up.attribute("outcome").as_deref(), Some("cancelled"));
    let cleaned = named(&spans, "clean_up");
    assert_eq!(cleaned.len(), 2, "one for each destructor");
    for span in cleaned {
        assert_eq!(span.attribute("error.type"), None, "what a destructor does went well");
    }
    assert_eq!(spans.len(), 6);
    whole_row(
        10,
        "3 nested spans of a panic with status error, 1 cancelled, 2 of destructors ok; payload unchanged",
    );
}

#[test]
fn a_panic_in_an_instrumented_function_is_reported_as_without_telemetry() {
    let report = |variables: &[(&str, &str)]| {
        let mut program = Program::start_with(env!("CARGO_BIN_EXE_owned"), "panic-inside", |command| {
            command.env("RUST_BACKTRACE", "1").envs(variables.iter().copied())
        });
        let status = program.end();
        assert_eq!(status.code(), Some(101));
        program.errors()
    };
    // The thread is named by an id that changes, and frames by numbers that do not matter.
    let words = |report: &str| -> String { report.chars().filter(|c| !c.is_ascii_digit()).collect() };
    let (plain, observed) = (report(&[("OTEL_SDK_DISABLED", "true")]), report(&[]));
    assert_eq!(words(&observed), words(&plain));
    for part in ["tests/it/src/bin/owned.rs:", "the step is lost", "owned::fail"] {
        assert!(observed.contains(part), "`{part}` is in {observed}");
    }
}
