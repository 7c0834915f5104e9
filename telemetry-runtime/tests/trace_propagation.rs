//! Traces that come from and go to other processes, over the propagator of the process.

use std::collections::HashMap;

use opentelemetry::global;
use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use telemetry_runtime::__private::{Call, NoMetrics};
use telemetry_runtime::Scope;
use telemetry_runtime::context;
use telemetry_runtime::trace::{self, Sampler, SpanGuard, SpanSite, TraceSettings, queue};

static SERVER: SpanSite = SpanSite::new("server", Scope::plugin("catalog"));
static CLIENT: SpanSite = SpanSite::new("client", Scope::plugin("catalog"));

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

fn headers(flags: &str) -> HashMap<String, String> {
    HashMap::from([
        ("traceparent".to_owned(), format!("00-{TRACE}-{CALLER}-{flags}")),
        ("tracestate".to_owned(), "vendor=value".to_owned()),
    ])
}

/// Handles a request: the headers that it sends on.
fn handle(incoming: &HashMap<String, String>) -> HashMap<String, String> {
    let _caller = context::extract(incoming).attach();
    let _server = Call::new(SpanGuard::enter(&SERVER), NoMetrics);
    let _client = Call::new(SpanGuard::enter(&CLIENT), NoMetrics);
    let mut outgoing = HashMap::new();
    context::inject(&mut outgoing);
    outgoing
}

#[test]
fn the_trace_goes_through_with_its_state_and_its_decision() {
    global::set_text_map_propagator(TraceContextPropagator::new());
    trace::install(TraceSettings {
        sampler: Sampler::ParentBased(Box::new(Sampler::AlwaysOff)),
        ..TraceSettings::default()
    });

    let outgoing = handle(&headers("01"));
    let spans = queue::drain(10);
    let client = spans.iter().find(|span| span.name == "client").unwrap();
    let server = spans.iter().find(|span| span.name == "server").unwrap();
    assert_eq!(server.parent_span_id.to_string(), CALLER);
    assert!(server.parent_span_is_remote);
    assert_eq!(outgoing["traceparent"], format!("00-{TRACE}-{}-01", client.span_context.span_id()));
    assert_eq!(outgoing["tracestate"], "vendor=value");

    let outgoing = handle(&headers("00"));
    assert!(outgoing["traceparent"].starts_with(&format!("00-{TRACE}-")));
    assert!(outgoing["traceparent"].ends_with("-00"));
    assert!(!outgoing["traceparent"].contains(CALLER), "the local span is the parent of what it calls");
    assert_eq!(outgoing["tracestate"], "vendor=value");
    assert!(queue::drain(10).is_empty());
}

#[test]
fn wrong_headers_start_a_new_trace() {
    global::set_text_map_propagator(TraceContextPropagator::new());
    let wrong = HashMap::from([("traceparent".to_owned(), "00-nonsense".to_owned())]);
    assert!(!context::extract(&wrong).has_active_span());
}
