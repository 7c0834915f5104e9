//! Cases 29 to 42, 73 and 74: contexts, what they carry, and where they end.

use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};

use opentelemetry::trace::{TraceContextExt as _, TraceId};
use opentelemetry::{Context, baggage::BaggageExt as _};
use telemetry_runtime::context;
use telemetry_runtime::services::SpanOptions;

use crate::fixture;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// Headers as another process would send them.
fn headers() -> HashMap<String, String> {
    [
        ("traceparent", format!("00-{TRACE}-b7ad6b7169203331-01")),
        ("baggage", "gen_ai.agent.id=agent%201;secret=no,gen_ai.conversation.id=42".to_owned()),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}

fn entries(baggage: Option<Vec<(String, String)>>) -> BTreeMap<String, String> {
    baggage.expect("there is baggage").into_iter().collect()
}

fn expected() -> BTreeMap<String, String> {
    [("gen_ai.agent.id", "agent 1"), ("gen_ai.conversation.id", "42")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
}

#[test]
fn case_29_the_active_context_is_opentelemetrys() {
    let running = fixture::defaults().start();
    let tracing = running.telemetry().plugin("my-plugin").expect("a plugin id").tracing();
    tracing.in_span("twenty-nine", SpanOptions::new(), |_| {
        let ours = context::active().span().span_context().clone();
        assert_eq!(ours, *Context::current().span().span_context());
    });
    assert!(running.span("twenty-nine").span_context.is_valid());
}

#[test]
fn case_30_with_activates_a_context_and_returns() {
    let running = fixture::defaults().start();
    let tracing = running.telemetry().plugin("my-plugin").expect("a plugin id").tracing();
    let remote = context::extract_within(&Context::new(), &headers());
    let value = context::with(&remote, || {
        tracing.in_span("thirty", SpanOptions::new(), |_| ());
        30
    });
    assert_eq!(value, 30);
    assert!(!Context::current().has_active_span());
    let span = running.span("thirty");
    assert_eq!(span.span_context.trace_id(), TraceId::from_hex(TRACE).expect("an id"));
    assert!(span.parent_span_is_remote);
}

#[tokio::test]
async fn case_31_with_async_holds_over_every_await() {
    let running = fixture::defaults().start();
    let tracing = running.telemetry().plugin("my-plugin").expect("a plugin id").tracing();
    let remote = context::extract_within(&Context::new(), &headers());
    let work = async {
        tokio::task::yield_now().await;
        tracing
            .in_span_async("thirty-one", SpanOptions::new(), async |_| tokio::task::yield_now().await)
            .await;
        context::active_baggage()
    };
    assert_eq!(entries(context::with_async(&remote, work).await), expected());
    let span = running.span("thirty-one");
    assert_eq!(span.span_context.trace_id(), TraceId::from_hex(TRACE).expect("an id"));
}

#[test]
fn case_32_extract_reads_a_carrier_on_top_of_the_context_that_it_is_given() {
    let _running = fixture::defaults().start();
    let mut http = http::HeaderMap::new();
    for (name, value) in headers() {
        let name = http::HeaderName::try_from(name).expect("a name");
        http.insert(name, value.try_into().expect("a value"));
    }
    for extracted in [
        context::extract_within(&Context::new().with_value(32_u8), &headers()),
        context::extract_within(&Context::new().with_value(32_u8), &context::Headers(&http)),
    ] {
        assert_eq!(extracted.get::<u8>(), Some(&32));
        assert_eq!(extracted.span().span_context().trace_id().to_string(), TRACE);
    }
    let wrong = HashMap::from([("traceparent".to_owned(), "not one".to_owned())]);
    assert!(!context::extract_within(&Context::new(), &wrong).has_active_span());
}

#[test]
fn what_is_injected_is_the_exported_span() {
    let running = fixture::defaults().start();
    let tracing = running.telemetry().plugin("my-plugin").expect("a plugin id").tracing();
    let mut sent = http::HeaderMap::new();
    tracing.in_span("sends", SpanOptions::new(), |_| context::inject(&mut context::HeadersMut(&mut sent)));
    let of_span = running.span("sends").span_context;
    let expected = format!("00-{}-{}-01", of_span.trace_id(), of_span.span_id());
    assert_eq!(sent.get("traceparent").expect("a header"), &expected);
}

#[test]
fn case_33_the_active_baggage_has_key_and_value_of_every_entry() {
    let _running = fixture::defaults().start();
    let remote = context::extract_within(&Context::new(), &headers());
    assert_eq!(entries(context::with(&remote, context::active_baggage)), expected());
}

#[test]
fn case_34_the_baggage_of_a_context_is_that_contexts() {
    let _running = fixture::defaults().start();
    let remote = context::extract_within(&Context::new(), &headers());
    let other = Context::new().with_baggage([opentelemetry::KeyValue::new("other", "one")]);
    context::with(&other, || assert_eq!(entries(context::baggage(&remote)), expected()));
}

#[test]
fn case_35_no_baggage_is_none() {
    let _running = fixture::defaults().start();
    assert_eq!(context::baggage(&Context::new()), None);
    assert_eq!(context::active_baggage(), None);
}

#[test]
fn case_40_baggage_is_readable_from_the_handle_and_active_inside_with_and_not_after() {
    let _running = fixture::defaults().start();
    let carrier = HashMap::from([("baggage".to_owned(), "a=1,b=2;property=x".to_owned())]);
    let handle = context::extract_within(&Context::new(), &carrier);
    let both: BTreeMap<_, _> = [("a", "1"), ("b", "2")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    assert_eq!(entries(context::baggage(&handle)), both);
    assert_eq!(entries(context::with(&handle, context::active_baggage)), both);
    assert_eq!(context::active_baggage(), None);
}

#[test]
fn case_41_baggage_that_is_set_in_the_program_beats_the_header() {
    let _running = fixture::defaults().start();
    let carrier = HashMap::from([("baggage".to_owned(), "a=header".to_owned())]);
    let header = context::extract_within(&Context::new(), &carrier);
    let own = header.with_baggage([opentelemetry::KeyValue::new("a", "own")]);
    let active = context::with(&header, || context::with(&own, context::active_baggage));
    assert_eq!(entries(active).get("a").map(String::as_str), Some("own"));
}

#[test]
fn case_42_a_carrier_without_the_header_has_none() {
    let _running = fixture::defaults().start();
    let extracted = context::extract_within(&Context::new(), &HashMap::<String, String>::new());
    assert_eq!(context::baggage(&extracted), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn case_73_spans_of_concurrent_requests_keep_to_their_own_parents() {
    let running = fixture::defaults().start();
    let tracing = running.telemetry().plugin("my-plugin").expect("a plugin id").tracing();
    let requests = (0..20_i64).map(|request| {
        let tracing = tracing.clone();
        tokio::spawn(async move {
            let inner = tracing.clone();
            tracing
                .in_span_async("request", SpanOptions::new().attribute("request", request), async move |_| {
                    tokio::task::yield_now().await;
                    let options = SpanOptions::new().attribute("request", request);
                    inner.in_span_async("step", options, async |_| tokio::task::yield_now().await).await;
                })
                .await;
        })
    });
    for request in requests.collect::<Vec<_>>() {
        request.await.expect("no panic");
    }
    let spans = running.all_spans();
    let (requests, steps): (Vec<_>, Vec<_>) = spans.iter().partition(|span| span.name == "request");
    assert_eq!((requests.len(), steps.len()), (20, 20));
    for step in steps {
        let number = fixture::attribute(step, "request");
        let parent =
            requests.iter().find(|span| fixture::attribute(span, "request") == number).expect("its request");
        assert_eq!(step.parent_span_id, parent.span_context.span_id());
        assert_eq!(step.span_context.trace_id(), parent.span_context.trace_id());
    }
}

#[test]
fn case_74_the_context_from_before_is_current_again_after_an_error_and_a_panic() {
    let running = fixture::defaults().start();
    let tracing = running.telemetry().plugin("my-plugin").expect("a plugin id").tracing();
    let remote = context::extract_within(&Context::new(), &headers());
    tracing.in_span("around", SpanOptions::new(), |around| {
        let failed: Result<(), &str> = context::with(&remote, || Err("it failed"));
        assert!(failed.is_err());
        let panicked = catch_unwind(AssertUnwindSafe(|| context::with(&remote, || panic!("out of luck"))));
        assert!(panicked.is_err());
        assert_eq!(*Context::current().span().span_context(), around.span_context());
        tracing.in_span("below", SpanOptions::new(), |_| ());
    });
    assert_eq!(running.span("below").parent_span_id, running.span("around").span_context.span_id());
}
