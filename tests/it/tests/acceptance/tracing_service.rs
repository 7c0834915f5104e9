//! Cases 15 to 42: the tracing service of one plugin.

use std::fmt;

use opentelemetry::trace::{SpanKind as ExportedKind, Status, TraceContextExt as _};
use telemetry_runtime::services::SpanOptions;
use telemetry_runtime::trace::SpanKind;
use telemetry_runtime::{TracingService, context};

use crate::fixture::{self, Running, attribute};

fn service(running: &Running) -> TracingService {
    running.telemetry().plugin("my-plugin").expect("a plugin id").tracing()
}

#[derive(Debug)]
struct NotFound;

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such entity")
    }
}

impl std::error::Error for NotFound {}

#[test]
fn case_16_kind_and_attributes_reach_the_start_of_the_span() {
    let running = fixture::defaults().start();
    let options = SpanOptions::new().kind(SpanKind::Server).attribute("a.key", "value");
    service(&running).start_active_span("sixteen", options, |_| ());
    let span = running.span("sixteen");
    assert_eq!(span.span_kind, ExportedKind::Server);
    assert_eq!(attribute(&span, "a.key").as_deref(), Some("value"));
}

#[test]
fn case_17_every_span_has_the_plugin_id() {
    let running = fixture::defaults().start();
    service(&running).start_active_span("seventeen", SpanOptions::new(), |_| ());
    drop(service(&running).start_span("by handle", SpanOptions::new()));
    assert_eq!(running.spans("my-plugin").len(), 2);
}

#[test]
fn case_18_a_plugin_id_of_the_callers_wins() {
    let running = fixture::defaults().start();
    let options = SpanOptions::new().attribute("backstage.plugin.id", "other");
    service(&running).start_active_span("eighteen", options, |_| ());
    assert_eq!(attribute(&running.span("eighteen"), "backstage.plugin.id").as_deref(), Some("other"));
}

#[test]
fn case_19_a_span_without_a_kind_is_internal() {
    let running = fixture::defaults().start();
    service(&running).start_active_span("nineteen", SpanOptions::new(), |_| ());
    assert_eq!(running.span("nineteen").span_kind, ExportedKind::Internal);
}

#[test]
fn case_20_the_five_kinds_are_exported() {
    let running = fixture::defaults().start();
    let kinds = [
        (SpanKind::Internal, ExportedKind::Internal),
        (SpanKind::Server, ExportedKind::Server),
        (SpanKind::Client, ExportedKind::Client),
        (SpanKind::Producer, ExportedKind::Producer),
        (SpanKind::Consumer, ExportedKind::Consumer),
    ];
    for (kind, _) in &kinds {
        service(&running).start_active_span("twenty", SpanOptions::new().kind(*kind), |_| ());
    }
    let exported: Vec<_> = running.all_spans().into_iter().map(|span| span.span_kind).collect();
    assert_eq!(exported, kinds.map(|(_, kind)| kind));
}

#[test]
fn case_26_a_status_and_its_message_are_on_the_span() {
    let running = fixture::defaults().start();
    service(&running).start_active_span("good", SpanOptions::new(), |span| span.set_status(Status::Ok));
    service(&running).start_active_span("bad", SpanOptions::new(), |span| {
        span.set_status(Status::error("half of it is missing"));
    });
    assert_eq!(running.span("good").status, Status::Ok);
    assert_eq!(running.span("bad").status, Status::error("half of it is missing"));
}

#[test]
fn case_27_an_error_is_recorded_and_comes_out_as_it_was() {
    let running = fixture::defaults().start();
    let result: Result<(), _> =
        service(&running).start_active_span("twenty-seven", SpanOptions::new(), |_| Err(NotFound));
    assert!(matches!(result, Err(NotFound)));
    let span = running.span("twenty-seven");
    assert_eq!(span.status, Status::error("no such entity"));
    let kind = attribute(&span, "error.type").expect("error.type");
    assert!(kind.ends_with("::NotFound"), "{kind}");
    assert_eq!(span.events.events.len(), 1);
    let event = &span.events.events[0];
    let text = |key: &str| {
        let found = event.attributes.iter().find(|pair| pair.key.as_str() == key);
        found.map(|pair| pair.value.to_string())
    };
    assert_eq!(event.name, "exception");
    assert_eq!(text("exception.type"), Some(kind));
    assert_eq!(text("exception.message").as_deref(), Some("no such entity"));
}

#[test]
fn case_28_the_value_is_returned_and_the_span_ends_once() {
    let running = fixture::defaults().start();
    let value =
        service(&running).start_active_span("twenty-eight", SpanOptions::new(), |_| Ok::<_, NotFound>(28));
    assert_eq!(value.ok(), Some(28));
    let span = running.span("twenty-eight");
    assert_eq!(span.status, Status::Unset, "never Ok by itself");
}

#[tokio::test]
async fn case_28_the_same_for_async_closures() {
    let running = fixture::defaults().start();
    let tracing = service(&running);
    let value = tracing
        .start_active_span_async("outer", SpanOptions::new(), async |span| {
            tokio::task::yield_now().await;
            span.set_attribute("a.key", 1);
            tracing
                .start_active_span_async("inner", SpanOptions::new(), async |_| Err::<u8, _>(NotFound))
                .await
        })
        .await;
    assert!(value.is_err());
    let (outer, inner) = (running.span("outer"), running.span("inner"));
    assert_eq!(inner.parent_span_id, outer.span_context.span_id());
    assert_eq!(attribute(&outer, "a.key").as_deref(), Some("1"));
    assert_eq!((inner.events.events.len(), outer.events.events.len()), (1, 0), "one failure, one event");
}

#[test]
fn a_handle_is_not_current_and_ends_once_when_it_is_dropped() {
    let running = fixture::defaults().start();
    let tracing = service(&running);
    let handle = tracing.start_span("handle", SpanOptions::new());
    assert!(!opentelemetry::Context::current().has_active_span());
    handle.set_name("renamed");
    handle.record_error(&NotFound);
    handle.run(|| tracing.start_active_span("child", SpanOptions::new(), |_| ()));
    assert_eq!(running.all_spans().len(), 1, "the handle's span is open");
    handle.end();
    let (handle, child) = (running.span("renamed"), running.span("child"));
    assert_eq!(child.parent_span_id, handle.span_context.span_id());
    assert_eq!(handle.status, Status::error("no such entity"));
    assert_eq!(handle.events.events.len(), 1);
}

#[test]
fn an_error_that_the_closure_records_by_hand_and_returns_has_one_event() {
    let running = fixture::defaults().start();
    let result: Result<(), _> = service(&running).start_active_span("by hand", SpanOptions::new(), |span| {
        span.record_error(&NotFound);
        Err(NotFound)
    });
    assert!(result.is_err());
    assert_eq!(running.span("by hand").events.events.len(), 1);
}

#[test]
fn a_panic_and_a_dropped_future_say_so_on_the_span() {
    let running = fixture::defaults().start();
    let tracing = service(&running);
    let panicked = std::panic::catch_unwind(|| {
        tracing.in_span("panics", SpanOptions::new(), |_| panic!("out of luck"));
    });
    assert!(panicked.is_err());
    let mut future = Box::pin(tracing.in_span_async("dropped", SpanOptions::new(), async |_| {
        std::future::pending::<()>().await;
    }));
    let waker = std::task::Waker::noop();
    assert!(future.as_mut().poll(&mut std::task::Context::from_waker(waker)).is_pending());
    drop(future);
    let panics = running.span("panics");
    assert_eq!(panics.status, Status::error("out of luck"));
    assert_eq!(attribute(&panics, "error.type").as_deref(), Some("panic"));
    let dropped = running.span("dropped");
    assert_eq!(
        (dropped.status.clone(), attribute(&dropped, "outcome").as_deref()),
        (Status::Unset, Some("cancelled"))
    );
}

#[test]
fn parents_roots_and_links_are_as_the_options_say() {
    let running = fixture::defaults().start();
    let tracing = service(&running);
    let first = tracing.start_span("first", SpanOptions::new());
    let of_first = first.span_context();
    tracing.start_active_span("around", SpanOptions::new(), |_| {
        tracing.in_span("below", SpanOptions::new().parent(first.context()), |_| ());
        tracing.in_span("root", SpanOptions::new().root().link(of_first.clone()), |_| ());
    });
    drop(first);
    let (below, root) = (running.span("below"), running.span("root"));
    assert_eq!(below.parent_span_id, of_first.span_id());
    assert_eq!(root.parent_span_id, opentelemetry::trace::SpanId::INVALID);
    assert_ne!(root.span_context.trace_id(), running.span("around").span_context.trace_id());
    assert_eq!(root.links.links[0].span_context, of_first);
}

#[test]
fn a_future_of_the_service_can_be_spawned() {
    fn is_send<T: Send + 'static>(_: &T) {}
    let running = fixture::defaults().start();
    let tracing = service(&running);
    let future = tracing.start_active_span_async("spawned", SpanOptions::new(), async |span| {
        tokio::task::yield_now().await;
        span.set_attribute("a.key", 1);
        Ok::<_, NotFound>(())
    });
    is_send(&future);
    let runtime = tokio::runtime::Builder::new_multi_thread().build().expect("a runtime");
    runtime
        .block_on(async { tokio::spawn(context::propagate(future)).await })
        .expect("no panic")
        .expect("no error");
    assert_eq!(attribute(&running.span("spawned"), "a.key").as_deref(), Some("1"));
}
