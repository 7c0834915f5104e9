//! What other processes say about a trace, held to W3C's grammar before OpenTelemetry reads it.
//!
//! The propagators of `opentelemetry_sdk` are kinder than the specifications: they take identifiers that are too short or
//! have a sign, a `tracestate` with control characters, and headers of any length, whose reading then takes as long as a
//! stranger likes. Here what the grammar refuses is as if it had not been sent, after a time that does not depend on it.

use std::borrow::Cow;

use opentelemetry::Context;
use opentelemetry::propagation::text_map_propagator::FieldIter;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";
const BAGGAGE: &str = "baggage";

/// The longest `traceparent`; version 00 has 55 bytes, and later ones may add to that.
const MAX_TRACEPARENT: usize = 512;
/// The longest `tracestate` and the longest `baggage` that are read, in bytes. W3C asks for 512 and 8192.
const MAX_LIST: usize = 8192;

/// A propagator that sees and writes only what W3C allows.
#[derive(Debug)]
pub(crate) struct Checked<P>(pub(crate) P);

impl<P: TextMapPropagator> TextMapPropagator for Checked<P> {
    fn inject_context(&self, context: &Context, injector: &mut dyn Injector) {
        self.0.inject_context(context, &mut Outgoing(injector));
    }

    fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
        self.0.extract_with_context(context, &Incoming::new(extractor))
    }

    fn fields(&self) -> FieldIter<'_> {
        self.0.fields()
    }
}

/// The headers of a request without those that are wrong.
struct Incoming<'a> {
    carrier: &'a dyn Extractor,
    traceparent: Option<&'a str>,
    tracestate: Option<Cow<'a, str>>,
    baggage: Option<Cow<'a, str>>,
}

impl<'a> Incoming<'a> {
    fn new(carrier: &'a dyn Extractor) -> Self {
        // Of two, nobody can say which one is right.
        let traceparent = match carrier.get_all(TRACEPARENT).as_deref() {
            Some([only]) if only.len() <= MAX_TRACEPARENT => {
                Some(trimmed(only)).filter(|it| is_traceparent(it))
            }
            _ => None,
        };
        // Without a parent its state means nothing.
        let tracestate = traceparent.and_then(|_| list(carrier, TRACESTATE)).filter(|it| is_tracestate(it));
        Self { carrier, traceparent, tracestate, baggage: list(carrier, BAGGAGE) }
    }
}

impl Extractor for Incoming<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        match key {
            TRACEPARENT => self.traceparent,
            TRACESTATE => self.tracestate.as_deref(),
            BAGGAGE => self.baggage.as_deref(),
            _ => self.carrier.get(key),
        }
    }

    fn keys(&self) -> Vec<&str> {
        self.carrier.keys()
    }
}

/// What is written into the headers of a request. A value that would end its header and begin another one stays out: the
/// properties of baggage are written as they came in, decoded.
struct Outgoing<'a>(&'a mut dyn Injector);

impl Injector for Outgoing<'_> {
    fn set(&mut self, key: &str, value: String) {
        if value.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~')) {
            self.0.set(key, value);
        }
    }
}

/// The headers of one name as one list, unless it is too long.
fn list<'a>(carrier: &'a dyn Extractor, key: &str) -> Option<Cow<'a, str>> {
    let values = carrier.get_all(key)?;
    let length =
        values.iter().fold(values.len().saturating_sub(1), |sum, value| sum.saturating_add(value.len()));
    if length > MAX_LIST {
        return None;
    }
    match values.as_slice() {
        [] => None,
        [only] => Some(Cow::Borrowed(only)),
        several => Some(Cow::Owned(several.join(","))),
    }
}

/// Without the optional white space of HTTP.
fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// `version "-" trace-id "-" parent-id "-" trace-flags`, and what later versions add.
fn is_traceparent(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(fields), rest) = (bytes.get(..55), bytes.get(55..).unwrap_or_default()) else { return false };
    let hex = |range: std::ops::Range<usize>| {
        fields[range].iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let zero = |range: std::ops::Range<usize>| fields[range].iter().all(|byte| *byte == b'0');
    let version = &fields[..2];
    [2, 35, 52].iter().all(|dash| fields[*dash] == b'-')
        && [0..2, 3..35, 36..52, 53..55].into_iter().all(hex)
        && !zero(3..35)
        && !zero(36..52)
        && version != b"ff"
        && (rest.is_empty() || (version != b"00" && rest[0] == b'-'))
}

/// Members with a key and a value, each key once; members may be empty.
fn is_tracestate(text: &str) -> bool {
    let mut keys: Vec<&str> = Vec::new();
    text.split(',').map(trimmed).filter(|member| !member.is_empty()).all(|member| {
        let Some((key, value)) = member.split_once('=') else { return false };
        let right = is_key(key) && is_value(value) && !keys.contains(&key);
        keys.push(key);
        // The ones beyond are left out by whoever reads them, wrong or not.
        right || keys.len() > 32
    })
}

/// `key` of W3C's tracestate, level 2: `tenant@system`, or a name that may start with a digit.
fn is_key(key: &str) -> bool {
    let word = |word: &str, longest: usize| {
        (1..=longest).contains(&word.len())
            && word.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
            && word.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'*' | b'/'))
    };
    match key.split_once('@') {
        Some((tenant, system)) => word(tenant, 241) && word(system, 14),
        None => word(key, 256),
    }
}

/// Printable ASCII without `,` and `=`, not empty, and not ending with a space.
fn is_value(value: &str) -> bool {
    (1..=256).contains(&value.len())
        && !value.ends_with(' ')
        && value.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b',' && byte != b'=')
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use opentelemetry::baggage::BaggageExt as _;
    use opentelemetry::trace::TraceContextExt as _;
    use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};

    use super::*;
    use crate::context::Headers;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    const SPAN: &str = "b7ad6b7169203331";

    /// Headers in their order.
    fn headers(pairs: &[(&'static str, &str)]) -> http::HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (http::HeaderName::from_static(name), http::HeaderValue::from_str(value).unwrap())
        };
        let mut headers = http::HeaderMap::new();
        for (name, value) in pairs.iter().map(pair) {
            headers.append(name, value);
        }
        headers
    }

    fn traced(pairs: &[(&'static str, &str)]) -> Context {
        Checked(TraceContextPropagator::new())
            .extract_with_context(&Context::new(), &Headers(&headers(pairs)))
    }

    fn is_taken(traceparent: &str) -> bool {
        traced(&[("traceparent", traceparent)]).has_active_span()
    }

    #[test]
    fn a_traceparent_of_the_grammar_is_taken() {
        for right in [
            format!("00-{TRACE}-{SPAN}-01"),
            format!("00-{TRACE}-{SPAN}-ff"),
            format!(" 00-{TRACE}-{SPAN}-00\t"),
            format!("01-{TRACE}-{SPAN}-01"),
            format!("cc-{TRACE}-{SPAN}-01-what-comes-later"),
        ] {
            assert!(is_taken(&right), "{right}");
        }
    }

    #[test]
    fn any_other_traceparent_starts_a_new_trace() {
        for wrong in [
            String::new(),
            "00-1-2-01".to_owned(),
            format!("0-{TRACE}-{SPAN}-01"),
            format!("+0-{TRACE}-{SPAN}-01"),
            format!("ff-{TRACE}-{SPAN}-01"),
            format!("00-{TRACE}-{SPAN}-1"),
            format!("00-{TRACE}-{SPAN}-01-"),
            format!("00-{TRACE}-{SPAN}-01-more"),
            format!("00-+{}-{SPAN}-01", &TRACE[1..]),
            format!("00-{}-{SPAN}-01", TRACE.to_uppercase()),
            format!("00-{}-{SPAN}-01", "0".repeat(32)),
            format!("00-{TRACE}-{}-01", "0".repeat(16)),
            format!("cc-{TRACE}-{SPAN}-01.what-comes-later"),
            format!("cc-{TRACE}-{SPAN}-01-{}", "x".repeat(MAX_TRACEPARENT)),
        ] {
            assert!(!is_taken(&wrong), "{wrong}");
        }
        let one = format!("00-{TRACE}-{SPAN}-01");
        assert!(!traced(&[("traceparent", &one), ("traceparent", &one)]).has_active_span());
    }

    fn state(values: &[&str]) -> String {
        let parent = format!("00-{TRACE}-{SPAN}-01");
        let mut pairs = vec![("traceparent", &*parent)];
        pairs.extend(values.iter().map(|value| ("tracestate", *value)));
        let context = traced(&pairs);
        assert!(context.has_active_span(), "a wrong state costs nothing else");
        context.span().span_context().trace_state().header()
    }

    #[test]
    fn a_wrong_state_is_left_out_as_a_whole() {
        for right in ["a=1", "1a@b=x y,rojo=00f067aa0ba902b7", "a_-*/0=!\"#"] {
            assert_eq!(state(&[right]), right);
        }
        assert_eq!(state(&["a=1 , ,b=2,"]), "a=1,b=2");
        assert_eq!(state(&["a=1", "b=2"]), "a=1,b=2", "several headers are one list");
        for wrong in
            ["a", "=1", "a=", "A=1", "a=1,a=2", "a=b=c", "a=1,b", "@b=1", "a@=1", "a@b@c=1", "a=x\ty"]
        {
            assert_eq!(state(&[wrong]), "", "{wrong}");
        }
        assert_eq!(state(&[&format!("a={}", "x".repeat(257))]), "");
        assert_eq!(state(&[&format!("a={}", "x".repeat(256))]).len(), 258);
        let members: Vec<String> = (0..40).map(|number| format!("k{number}=v")).collect();
        assert_eq!(state(&[&members.join(",")]).split(',').count(), 32);
        assert_eq!(state(&[&vec!["a=1"; 5000].join(",")]), "");
    }

    fn carried(values: &[&str]) -> Context {
        let pairs: Vec<_> = values.iter().map(|value| ("baggage", *value)).collect();
        Checked(BaggagePropagator::new()).extract_with_context(&Context::new(), &Headers(&headers(&pairs)))
    }

    #[test]
    fn baggage_of_several_headers_is_one_list_within_its_limit() {
        let context = carried(&["a=1,b=2", "c=3"]);
        assert_eq!(context.baggage().len(), 3);
        assert!(carried(&["a=1", &format!("b={}", "x".repeat(MAX_LIST))]).baggage().is_empty());
    }

    #[test]
    fn baggage_cannot_end_its_header() {
        let context = carried(&["a=1;p%0D%0Aevil: 1"]);
        assert_eq!(context.baggage().len(), 1);
        let mut outgoing = HashMap::new();
        Checked(BaggagePropagator::new()).inject_context(&context, &mut outgoing);
        assert!(outgoing.values().all(|value| !value.contains(['\r', '\n'])), "{outgoing:?}");
    }
}
