//! The headers of requests: any of them are read or left out, and what is sent on is right.

use std::collections::HashMap;

use opentelemetry::Context;
use opentelemetry::baggage::BaggageExt as _;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{SpanContext, TraceContextExt as _};
use telemetry_runtime::__fuzzing::propagator;

/// Reads the lines of `data` as `traceparent`, `tracestate` and `baggage`, and sends on what was understood.
///
/// # Panics
///
/// If something does not hold.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut lines = text.splitn(3, '\n');
    let names = ["traceparent", "tracestate", "baggage"];
    let incoming: HashMap<String, String> =
        names.iter().filter_map(|name| Some(((*name).to_owned(), lines.next()?.to_owned()))).collect();
    let context = extracted(&incoming);
    let parent = context.span().span_context().clone();
    let said = incoming["traceparent"].as_str();
    if parent.is_valid() {
        agrees(&parent, said);
    } else {
        assert!(!context.has_active_span(), "a span without a valid context: {said:?}");
    }
    assert!(context.baggage().len() <= 64);

    let outgoing = injected(&context);
    for (name, value) in &outgoing {
        let plain = value.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~'));
        assert!(plain && value.len() <= 3 * 8192, "{name}: {value:?}");
    }
    let again = extracted(&outgoing);
    assert_eq!(again.span().span_context(), &parent, "{outgoing:?}");
}

fn extracted(headers: &HashMap<String, String>) -> Context {
    propagator().extract_with_context(&Context::new(), headers)
}

fn injected(context: &Context) -> HashMap<String, String> {
    let mut headers = HashMap::new();
    propagator().inject_context(context, &mut headers);
    headers
}

/// The parent is what the header says, and the header is one by the grammar of W3C.
fn agrees(parent: &SpanContext, said: &str) {
    let fields: Vec<&str> = said.trim_matches([' ', '\t']).splitn(5, '-').collect();
    let lengths: Vec<usize> = fields.iter().take(4).map(|field| field.len()).collect();
    let hex = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    assert_eq!(lengths, [2, 32, 16, 2], "{said:?}");
    assert!(fields[..4].iter().all(|field| hex(field)), "{said:?}");
    assert!(fields[0] != "ff" && (fields[0] != "00" || fields.len() == 4), "{said:?}");
    assert_eq!(parent.trace_id().to_string(), fields[1]);
    assert_eq!(parent.span_id().to_string(), fields[2]);
    let sampled = u8::from_str_radix(fields[3], 16).is_ok_and(|flags| flags & 1 == 1);
    assert_eq!(parent.is_sampled(), sampled, "{said:?}");
    assert!(parent.is_remote());
    let state = parent.trace_state().header();
    let members: Vec<&str> = state.split(',').filter(|member| !member.is_empty()).collect();
    assert!(members.len() <= 32, "{state:?}");
    for member in members {
        let (key, value) = member.split_once('=').unwrap_or_default();
        assert!((1..=256).contains(&key.len()) && (1..=256).contains(&value.len()), "{state:?}");
    }
}
