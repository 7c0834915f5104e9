//! Calls that go on after their function returned: futures and streams.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context as TaskContext, Poll, Waker};
use std::thread;

use futures_util::stream::{self, BoxStream, Stream, StreamExt};
use opentelemetry::Value;
use opentelemetry::trace::{FutureExt, SpanId, TraceContextExt};
use opentelemetry_sdk::trace::SpanData;

use crate::fixture;

fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut TaskContext::from_waker(Waker::noop())) {
            return output;
        }
    }
}

fn attribute(span: &SpanData, key: &str) -> Option<Value> {
    span.attributes.iter().find(|attribute| attribute.key.as_str() == key).map(|found| found.value.clone())
}

#[track_caller]
fn assert_child(spans: &[SpanData], child: &str, parent: &str) {
    let named = |name: &str| spans.iter().find(|span| span.name == name).expect(name);
    assert_eq!(named(child).parent_span_id, named(parent).span_context.span_id());
}

#[telemetry_runtime::backstage_plugin(id = "later-parent")]
mod parents {
    use super::*;
    use telemetry_runtime::traced;

    #[traced]
    pub(super) async fn asynchronous(n: u8) -> u8 {
        inner(n).await
    }

    #[traced]
    async fn inner(n: u8) -> u8 {
        n
    }

    #[traced]
    pub(super) fn opaque() -> impl Future<Output = u8> + Send {
        async move { 2 }
    }

    #[traced]
    pub(super) fn boxed() -> Pin<Box<dyn Future<Output = u8> + Send>> {
        Box::pin(std::future::ready(3))
    }

    #[traced]
    pub(super) fn streamed() -> BoxStream<'static, u8> {
        stream::iter([4]).boxed()
    }

    /// Makes everything in this span, and runs it on another thread.
    #[traced]
    pub(super) fn request() -> thread::JoinHandle<u8> {
        let (asynchronous, opaque, boxed, streamed) = (asynchronous(1), opaque(), boxed(), streamed());
        thread::spawn(|| {
            run(async { asynchronous.await + opaque.await + boxed.await })
                + run(streamed.fold(0, |sum, item| std::future::ready(sum + item)))
        })
    }
}

#[test]
fn what_is_handed_to_another_thread_keeps_the_parent_of_its_call() {
    fixture::start();
    assert_eq!(parents::request().join().unwrap(), 10);
    let spans = fixture::spans("later-parent");
    assert_eq!(spans.len(), 6);
    for child in ["asynchronous", "opaque", "boxed", "streamed"] {
        assert_child(&spans, child, "request");
    }
    assert_child(&spans, "inner", "asynchronous");
}

#[telemetry_runtime::backstage_plugin(id = "later-extracted")]
mod extracted {
    #[telemetry_runtime::traced]
    pub(super) async fn handle() {}
}

#[test]
fn a_future_made_outside_any_span_belongs_to_the_context_that_it_is_given() {
    fixture::start();
    let context =
        opentelemetry::Context::new().with_remote_span_context(opentelemetry::trace::SpanContext::new(
            7_u128.into(),
            9_u64.into(),
            opentelemetry::TraceFlags::SAMPLED,
            true,
            opentelemetry::trace::TraceState::NONE,
        ));
    run(extracted::handle().with_context(context));
    let spans = fixture::spans("later-extracted");
    assert_eq!(spans[0].parent_span_id, SpanId::from(9_u64));
}

#[telemetry_runtime::backstage_plugin(id = "later-given")]
mod given {
    use telemetry_runtime::trace::CurrentSpan;
    use telemetry_runtime::traced;

    #[traced]
    pub(super) fn batch() -> CurrentSpan {
        telemetry_runtime::span()
    }

    #[traced(parent = batch)]
    pub(super) fn item(batch: &CurrentSpan) {
        let _ = batch;
    }

    #[traced(parent = batch)]
    pub(super) async fn later(batch: CurrentSpan) {
        drop(batch);
    }
}

#[test]
fn a_parent_can_be_named() {
    fixture::start();
    let batch = given::batch();
    given::item(&batch);
    run(given::later(batch));
    let spans = fixture::spans("later-given");
    assert_child(&spans, "item", "batch");
    assert_child(&spans, "later", "batch");
}

#[telemetry_runtime::backstage_plugin(id = "later-values")]
mod values {
    use super::*;
    use telemetry_runtime::{metric, traced};

    /// Its body takes the parameter before the span starts.
    #[traced(attributes(request.size = request.len()))]
    #[metric(counter("requests.bytes", unit = "By", value = request.len() as u64), attributes(empty = request.is_empty()))]
    pub(super) fn call(
        request: String,
        #[attribute] attempt: u32,
    ) -> Pin<Box<dyn Future<Output = Result<usize, String>> + Send>> {
        if attempt > 1 {
            return Box::pin(std::future::ready(Err(format!("attempt {attempt}"))));
        }
        let future = async move { Ok(request.len()) };
        Box::pin(future)
    }
}

#[test]
fn attributes_of_a_future_that_the_body_makes_are_evaluated_at_the_call() {
    fixture::start();
    assert_eq!(run(values::call("abc".to_owned(), 1)), Ok(3));
    assert!(run(values::call("abcd".to_owned(), 2)).is_err());
    drop(values::call("never polled".to_owned(), 1));
    let spans = fixture::spans("later-values");
    assert_eq!(spans.len(), 2);
    assert_eq!(attribute(&spans[0], "request.size"), Some(Value::I64(3)));
    assert_eq!(attribute(&spans[0], "attempt"), Some(Value::I64(1)));
    assert_eq!(spans[1].status, opentelemetry::trace::Status::error("attempt 2"));
    let scraped = fixture::scrape();
    let bytes = |outcome: &str| {
        scraped.sum(
            "backstage_plugin_later_values_requests_bytes_total",
            &[("outcome", outcome), ("empty", "false")],
        )
    };
    assert_eq!((bytes("ok"), bytes("error")), (Some(3.0), Some(4.0)));
}

#[telemetry_runtime::backstage_plugin(id = "later-stream")]
mod streams {
    use super::*;
    use telemetry_runtime::{metric, traced};

    #[traced(attributes(page.count = pages))]
    #[metric(counter = "pages.streams", histogram = "pages.duration", in_flight = "pages.active")]
    pub(super) fn pages(pages: u8, failing: bool) -> impl Stream<Item = Result<u8, String>> {
        stream::iter(
            (0..pages).map(move |page| if failing && page == 1 { Err("torn".to_owned()) } else { Ok(page) }),
        )
    }
}

#[test]
fn a_stream_is_one_call_with_one_outcome() {
    fixture::start();
    assert_eq!(run(streams::pages(3, false).count()), 3);
    assert_eq!(
        run(streams::pages(3, true).filter(|page| std::future::ready(page.is_err())).next()),
        Some(Err("torn".to_owned()))
    );
    assert_eq!(run(streams::pages(3, false).take(1).count()), 1);
    drop(streams::pages(3, false));
    let spans = fixture::spans("later-stream");
    let items: Vec<_> = spans.iter().map(|span| attribute(span, "stream.items")).collect();
    assert_eq!(items, [Some(Value::I64(3)), Some(Value::I64(2)), Some(Value::I64(1))]);
    for span in &spans {
        assert_eq!(attribute(span, "page.count"), Some(Value::I64(3)));
        assert!(
            matches!(attribute(span, "stream.time_to_first_item"), Some(Value::F64(seconds)) if seconds >= 0.0)
        );
    }
    assert_eq!(attribute(&spans[2], "outcome"), Some("cancelled".into()));
    let scraped = fixture::scrape();
    for outcome in ["ok", "error", "cancelled"] {
        let count = |name: &str| {
            scraped.sum(&format!("backstage_plugin_later_stream_pages_{name}"), &[("outcome", outcome)])
        };
        assert_eq!(
            (count("streams_total"), count("duration_seconds_count")),
            (Some(1.0), Some(1.0)),
            "{outcome}"
        );
    }
    assert_eq!(scraped.sum("backstage_plugin_later_stream_pages_active", &[]), Some(0.0));
}
