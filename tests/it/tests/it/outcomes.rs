//! Every call ends in exactly one outcome, on its span and its metrics alike.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use opentelemetry::trace::Status;
use opentelemetry_sdk::trace::SpanData;

use crate::fixture;

#[derive(Clone, Copy)]
enum How {
    Ok,
    Error,
    Panic,
    Wait,
}

#[derive(Debug)]
struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the pump is broken")
    }
}

impl std::error::Error for Broken {}

/// One plugin a test, so that tests can run side by side.
macro_rules! sync_plugin {
    ($module:ident, $id:literal) => {
        #[telemetry_runtime::backstage_plugin(id = $id)]
        mod $module {
            use super::{Broken, How};
            use telemetry_runtime::{metric, traced};

            #[traced]
            #[metric(
                counter("calls.finished", unit = "{call}"),
                counter("calls.succeeded", unit = "{call}", on = "ok"),
                histogram = "calls.duration",
                in_flight = "calls.active"
            )]
            pub(super) fn call(how: How) -> Result<u32, Broken> {
                match how {
                    How::Ok | How::Wait => Ok(1),
                    How::Error => Err(Broken),
                    How::Panic => panic!("the pump exploded"),
                }
            }
        }
    };
}

macro_rules! async_plugin {
    ($module:ident, $id:literal) => {
        #[telemetry_runtime::backstage_plugin(id = $id)]
        mod $module {
            use super::{Broken, How};
            use telemetry_runtime::{metric, traced};

            #[traced]
            #[metric(
                counter("tasks.finished", unit = "{task}"),
                histogram = "tasks.duration",
                in_flight = "tasks.active"
            )]
            pub(super) async fn task(how: How) -> Result<u32, Broken> {
                match how {
                    How::Ok => Ok(1),
                    How::Error => Err(Broken),
                    How::Panic => panic!("the pump exploded"),
                    How::Wait => std::future::pending().await,
                }
            }
        }
    };
}

sync_plugin!(sync_ok, "outcome-sync-ok");
sync_plugin!(sync_error, "outcome-sync-error");
sync_plugin!(sync_panic, "outcome-sync-panic");
async_plugin!(async_ok, "outcome-async-ok");
async_plugin!(async_error, "outcome-async-error");
async_plugin!(async_panic, "outcome-async-panic");
async_plugin!(cancelled, "outcome-cancelled");
async_plugin!(never_polled, "outcome-never-polled");

fn poll_once<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// Runs `body`, which panics, without its message on the screen of the test run.
fn panics<R>(body: impl FnOnce() -> R) -> String {
    let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(body)).err().expect("it panics");
    payload.downcast_ref::<&str>().expect("the payload is the text").to_string()
}

/// Asserts that the one call of the plugin is counted under `outcome` alone, took one duration, and is over.
fn assert_metrics(plugin: &str, what: &str, outcome: &str) {
    let prefix = format!("backstage_plugin_{}_{what}", plugin.replace('-', "_"));
    let scrape = fixture::scrape();
    assert_eq!(scrape.sum(&format!("{prefix}_finished_total"), &[]), Some(1.0), "{prefix} counts once");
    assert_eq!(scrape.sum(&format!("{prefix}_finished_total"), &[("outcome", outcome)]), Some(1.0));
    assert_eq!(scrape.sum(&format!("{prefix}_duration_seconds_count"), &[("outcome", outcome)]), Some(1.0));
    assert_eq!(scrape.sum(&format!("{prefix}_active"), &[]), Some(0.0), "{prefix}_active comes back");
}

fn only_span(plugin: &str) -> SpanData {
    let mut spans = fixture::spans(plugin);
    assert_eq!(spans.len(), 1, "one span of {plugin}");
    spans.remove(0)
}

fn assert_ok(plugin: &str) {
    let span = only_span(plugin);
    assert_eq!(span.status, Status::Unset);
    assert!(span.events.events.is_empty());
    assert_eq!(fixture::attribute(&span, "error.type"), None);
}

fn assert_error(plugin: &str) {
    let span = only_span(plugin);
    assert_eq!(span.status, Status::error("the pump is broken"));
    let kind = fixture::attribute(&span, "error.type").expect("error.type is set");
    assert!(kind.ends_with("Broken"), "error.type is {kind}");
    let event = span.events.iter().find(|event| event.name == "exception").expect("an exception event");
    let value = |key: &str| {
        event.attributes.iter().find(|pair| pair.key.as_str() == key).map(|pair| pair.value.to_string())
    };
    assert_eq!(value("exception.message").as_deref(), Some("the pump is broken"));
    assert_eq!(value("exception.type"), Some(kind));
    assert_eq!(span.events.events.len(), 1);
}

fn assert_panic(plugin: &str) {
    let span = only_span(plugin);
    assert_eq!(fixture::attribute(&span, "error.type").as_deref(), Some("panic"));
    let Status::Error { description } = span.status else { panic!("the status is an error") };
    assert!(description.contains("the pump exploded"), "the message is `{description}`");
}

#[test]
fn a_call_that_returns_is_ok() {
    fixture::start();
    assert!(sync_ok::call(How::Ok).is_ok());
    assert_ok("outcome-sync-ok");
    assert_metrics("outcome-sync-ok", "calls", "ok");
    let succeeded = "backstage_plugin_outcome_sync_ok_calls_succeeded_total";
    assert_eq!(fixture::scrape().sum(succeeded, &[]), Some(1.0));
}

#[test]
fn a_call_that_returns_an_error_is_an_error() {
    fixture::start();
    assert!(sync_error::call(How::Error).is_err());
    assert_error("outcome-sync-error");
    assert_metrics("outcome-sync-error", "calls", "error");
    let succeeded = "backstage_plugin_outcome_sync_error_calls_succeeded_total";
    let successes = fixture::scrape().sum(succeeded, &[]);
    assert!(matches!(successes, None | Some(0.0)), "an error is no success: {successes:?}");
}

#[test]
fn a_call_that_unwinds_is_a_panic_and_keeps_its_payload() {
    fixture::start();
    assert_eq!(panics(|| sync_panic::call(How::Panic)), "the pump exploded");
    assert_panic("outcome-sync-panic");
    assert_metrics("outcome-sync-panic", "calls", "panic");
}

#[test]
fn a_future_that_finishes_is_ok() {
    fixture::start();
    assert!(matches!(poll_once(async_ok::task(How::Ok)), Poll::Ready(Ok(1))));
    assert_ok("outcome-async-ok");
    assert_metrics("outcome-async-ok", "tasks", "ok");
}

#[test]
fn a_future_that_finishes_with_an_error_is_an_error() {
    fixture::start();
    assert!(matches!(poll_once(async_error::task(How::Error)), Poll::Ready(Err(Broken))));
    assert_error("outcome-async-error");
    assert_metrics("outcome-async-error", "tasks", "error");
}

#[test]
fn a_future_that_unwinds_is_a_panic() {
    fixture::start();
    assert_eq!(panics(|| poll_once(async_panic::task(How::Panic))), "the pump exploded");
    assert_panic("outcome-async-panic");
    assert_metrics("outcome-async-panic", "tasks", "panic");
}

#[test]
fn a_future_that_is_dropped_before_its_end_is_cancelled() {
    fixture::start();
    assert!(poll_once(cancelled::task(How::Wait)).is_pending());
    let span = only_span("outcome-cancelled");
    assert_eq!(span.status, Status::Unset);
    assert_eq!(fixture::attribute(&span, "outcome").as_deref(), Some("cancelled"));
    assert_metrics("outcome-cancelled", "tasks", "cancelled");
}

#[test]
fn a_future_that_is_never_polled_records_nothing() {
    fixture::start();
    drop(never_polled::task(How::Wait));
    assert!(fixture::spans("outcome-never-polled").is_empty());
    let finished = fixture::scrape().sum("backstage_plugin_outcome_never_polled_tasks_finished_total", &[]);
    assert!(matches!(finished, None | Some(0.0)), "{finished:?}");
}
