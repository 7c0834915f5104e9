//! `#[traced]` as users write it, from the call to the `SpanData` that exporters take.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;

use opentelemetry::Value;
use opentelemetry::trace::{SpanId, SpanKind, Status};
use opentelemetry_sdk::trace::SpanData;
use telemetry_runtime::context;
use telemetry_runtime::trace::{self, TraceSettings, queue};

#[derive(Debug, PartialEq)]
struct Missing(u32);

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "entity {} is missing", self.0)
    }
}

impl std::error::Error for Missing {}

mod catalog {
    use telemetry_runtime::{span, traced};

    use super::{Missing, pause};

    #[traced(plugin = "catalog", kind = "client", attributes(catalog.entity.id = id))]
    pub(super) fn read(id: u32) -> Result<String, Missing> {
        if id == 0 { Err(Missing(id)) } else { Ok(format!("entity {id}")) }
    }

    #[traced(plugin = "catalog", name = "catalog/process")]
    pub(super) fn process(ids: &[u32]) -> Result<usize, Missing> {
        let mut length = 0;
        for id in ids {
            length += read(*id)?.len();
        }
        Ok(length)
    }

    #[traced(plugin = "catalog")]
    pub(super) async fn stitch(id: u32) -> Result<usize, Missing> {
        pause().await;
        note("stitching");
        let entity = read(id)?;
        pause().await;
        Ok(entity.len())
    }

    /// A helper that no attribute knows of.
    fn note(step: &str) {
        span().set_attribute("catalog.step", step);
    }

    #[traced(plugin = "catalog")]
    pub(super) fn explode(reason: &str) {
        panic!("because of {reason}");
    }
}

/// Is pending for one poll.
async fn pause() {
    let mut paused = false;
    std::future::poll_fn(
        |_| if std::mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending },
    )
    .await;
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// The recorder is the process's, so the tests take turns.
fn recorder() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    trace::install(TraceSettings::default());
    queue::drain(usize::MAX);
    turn
}

fn spans() -> Vec<SpanData> {
    queue::drain(usize::MAX)
}

#[track_caller]
fn named<'a>(spans: &'a [SpanData], name: &str) -> &'a SpanData {
    spans.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("no `{name}` in {spans:#?}"))
}

fn attribute<'a>(span: &'a SpanData, key: &str) -> Option<&'a Value> {
    span.attributes.iter().find(|attribute| attribute.key.as_str() == key).map(|attribute| &attribute.value)
}

#[test]
fn a_call_is_a_span_of_its_plugin_under_its_caller() {
    let _turn = recorder();
    assert_eq!(catalog::process(&[7]), Ok(8));
    let spans = spans();
    let (process, read) = (named(&spans, "catalog/process"), named(&spans, "read"));
    assert_eq!(process.parent_span_id, SpanId::INVALID);
    assert_eq!(read.parent_span_id, process.span_context.span_id());
    assert_eq!(read.span_kind, SpanKind::Client);
    assert_eq!(read.instrumentation_scope.name(), "backstage-plugin-catalog");
    assert_eq!(attribute(read, "backstage.plugin.id"), Some(&"catalog".into()));
    assert_eq!(attribute(read, "catalog.entity.id"), Some(&7.into()));
    let function = attribute(read, "code.function.name").unwrap().to_string();
    assert!(function.ends_with("catalog::read"), "{function}");
    assert!(attribute(read, "code.file.path").unwrap().to_string().ends_with("trace_macros.rs"));
}

#[test]
fn an_error_that_passes_through_has_its_event_at_the_innermost_span() {
    let _turn = recorder();
    assert_eq!(catalog::process(&[1, 0, 2]), Err(Missing(0)));
    let spans = spans();
    assert_eq!(spans.len(), 3);
    let failed = spans.iter().find(|span| span.status != Status::Unset && span.name == "read").unwrap();
    let process = named(&spans, "catalog/process");
    for span in [failed, process] {
        assert_eq!(span.status, Status::error("entity 0 is missing"));
        assert_eq!(attribute(span, "error.type"), Some(&std::any::type_name::<Missing>().into()));
    }
    assert_eq!((failed.events.len(), process.events.len()), (1, 0));
}

#[test]
fn an_async_call_is_one_span_over_its_polls_on_many_threads() {
    let _turn = recorder();
    let mut future = Box::pin(context::propagate(catalog::stitch(3)));
    let output = loop {
        let (polled, next) = thread::spawn(move || (poll(future.as_mut()), future)).join().unwrap();
        future = next;
        if let Poll::Ready(output) = polled {
            break output;
        }
    };
    assert_eq!(output, Ok(8));
    let spans = spans();
    let (stitch, read) = (named(&spans, "stitch"), named(&spans, "read"));
    assert_eq!(read.parent_span_id, stitch.span_context.span_id());
    assert_eq!(attribute(stitch, "catalog.step"), Some(&"stitching".into()));
    assert_eq!(stitch.status, Status::Unset);
}

#[test]
fn a_future_dropped_half_way_is_cancelled_and_one_never_polled_is_nothing() {
    let _turn = recorder();
    drop(catalog::stitch(1));
    assert!(spans().is_empty());
    {
        let mut future = pin!(catalog::stitch(1));
        assert!(poll(future.as_mut()).is_pending());
    }
    let spans = spans();
    assert_eq!(spans.len(), 1);
    assert_eq!(attribute(&spans[0], "outcome"), Some(&"cancelled".into()));
    assert_eq!(spans[0].status, Status::Unset);
}

#[test]
fn a_panic_goes_through_and_is_on_the_span() {
    let _turn = recorder();
    let payload = catch_unwind(AssertUnwindSafe(|| catalog::explode("a test"))).unwrap_err();
    assert_eq!(payload.downcast_ref::<String>().unwrap(), "because of a test");
    let spans = spans();
    assert_eq!(spans[0].status, Status::error("because of a test"));
    assert_eq!(attribute(&spans[0], "error.type"), Some(&"panic".into()));
}
