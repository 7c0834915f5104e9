use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};
use opentelemetry::{Array, KeyValue, Value};

use super::{Capture, INNER, OUTER, attribute, call, named};
use crate::call::{Call, NoMetrics};
use crate::plugin::Scope;
use crate::trace::{SpanGuard, SpanKind, SpanLimits, SpanSite, StartAttributes, TraceSettings, span};

fn limited(limits: SpanLimits) -> Capture {
    Capture::with(TraceSettings { limits, ..TraceSettings::default() })
}

fn other_span() -> SpanContext {
    SpanContext::new(
        TraceId::from(1_u128),
        SpanId::from(2_u64),
        TraceFlags::SAMPLED,
        false,
        TraceState::default(),
    )
}

#[test]
fn attributes_keep_their_types() {
    let capture = Capture::new();
    drop(Call::new(
        SpanGuard::enter_with(&OUTER, |start| {
            start.set("int", 3_u8);
            start.set("huge", u64::MAX);
            start.set("float", 0.5_f32);
            start.set("bool", true);
            start.set("text", format_args!("{}-{}", 1, 2));
            start.set("ints", [1, 2]);
            start.set("texts", vec!["a", "b"]);
            start.set("some", Some("x"));
            start.set("none", None::<i64>);
        }),
        NoMetrics,
    ));
    let span = capture.span();
    assert_eq!(attribute(&span, "int"), Some(&Value::I64(3)));
    assert_eq!(attribute(&span, "huge"), Some(&u64::MAX.to_string().into()));
    assert_eq!(attribute(&span, "float"), Some(&Value::F64(0.5)));
    assert_eq!(attribute(&span, "bool"), Some(&Value::Bool(true)));
    assert_eq!(attribute(&span, "text"), Some(&"1-2".into()));
    assert_eq!(attribute(&span, "ints"), Some(&Value::Array(Array::I64(vec![1, 2]))));
    assert_eq!(attribute(&span, "texts"), Some(&Value::Array(Array::String(vec!["a".into(), "b".into()]))));
    assert_eq!(attribute(&span, "some"), Some(&"x".into()));
    assert_eq!(attribute(&span, "none"), None);
}

#[test]
fn a_constant_text_is_an_attribute_like_others() {
    let limits = SpanLimits { attributes: 2, attribute_value_length: Some(4), ..SpanLimits::default() };
    let capture = limited(limits);
    let fill = |start: &mut StartAttributes<'_>| {
        start.put_text(&"long", &"entity");
        start.put_text(&"exact", &"stitch");
        start.put_text(&"exact", &"gr\u{fc}n");
        start.put_text(&"beyond", &"a");
        start.put_text(&"", &"a");
        start.put_text(&"backstage.principal.type", &"user");
    };
    drop(Call::new(SpanGuard::enter_with(&OUTER, fill), NoMetrics));
    let span = capture.span();
    assert_eq!(attribute(&span, "long"), Some(&"enti".into()), "it is cut");
    assert_eq!(attribute(&span, "exact"), Some(&"gr\u{fc}n".into()), "four characters, five bytes");
    assert_eq!(attribute(&span, "beyond"), None);
    assert_eq!(attribute(&span, "backstage.principal.type"), None, "only the service may say who calls");
    assert_eq!(span.dropped_attributes_count, 2, "the third key, and the one that is empty");

    let capture = Capture::new();
    drop(Call::new(SpanGuard::enter_with(&OUTER, |start| start.put_text(&"kind", &"entity")), NoMetrics));
    assert_eq!(attribute(&capture.span(), "kind"), Some(&"entity".into()));
}

#[test]
fn the_last_value_of_a_key_stays() {
    let capture = Capture::new();
    {
        let _outer = call(&OUTER);
        span().set_attribute("key", 1);
        span().set_attribute("key", 2);
    }
    assert_eq!(attribute(&capture.span(), "key"), Some(&Value::I64(2)));
}

#[test]
fn attributes_beyond_the_limit_are_dropped_and_counted() {
    let capture = limited(SpanLimits { attributes: 2, ..SpanLimits::default() });
    {
        let _outer = call(&OUTER);
        for key in ["a", "b", "c", "d", ""] {
            span().set_attribute(key, 1);
        }
        // A key that is there can still change.
        span().set_attribute("b", 2);
    }
    let span = capture.span();
    assert_eq!(span.dropped_attributes_count, 3);
    assert_eq!(attribute(&span, "b"), Some(&Value::I64(2)));
    assert_eq!(attribute(&span, "c"), None);
    assert!(attribute(&span, "backstage.plugin.id").is_some(), "what every span carries comes on top");
}

#[test]
fn long_texts_are_cut_by_characters() {
    let capture = limited(SpanLimits { attribute_value_length: Some(3), ..SpanLimits::default() });
    {
        let _outer = call(&OUTER);
        span().set_attribute("text", "äöüß");
        span().set_attribute("texts", ["abcd", "ab"]);
    }
    let span = capture.span();
    assert_eq!(attribute(&span, "text"), Some(&"äöü".into()));
    assert_eq!(
        attribute(&span, "texts"),
        Some(&Value::Array(Array::String(vec!["abc".into(), "ab".into()])))
    );
}

#[test]
fn events_and_links_have_limits_of_their_own() {
    let capture = limited(SpanLimits { events: 1, links: 1, event_attributes: 1, ..SpanLimits::default() });
    {
        let _outer = call(&OUTER);
        span().add_event("first", [KeyValue::new("a", 1), KeyValue::new("b", 2)]);
        span().add_event("second", []);
        span().add_link(other_span());
        span().add_link(other_span());
    }
    let span = capture.span();
    assert_eq!(span.events.len(), 1);
    assert_eq!(span.events.dropped_count, 1);
    assert_eq!(span.events[0].attributes, [KeyValue::new("a", 1)]);
    assert_eq!(span.events[0].dropped_attributes_count, 1);
    assert_eq!(span.links.len(), 1);
    assert_eq!(span.links[0].span_context, other_span());
    assert_eq!(span.links.dropped_count, 1);
}

#[test]
fn a_span_can_be_named_when_it_starts() {
    static UNNAMED: SpanSite = SpanSite::unnamed(Scope::plugin("catalog"));
    let capture = Capture::new();
    drop(Call::new(
        SpanGuard::enter_with(&UNNAMED, |start| {
            start.name(format!("tools/call {}", "list"));
            start.kind(SpanKind::Server);
        }),
        NoMetrics,
    ));
    let span = capture.span();
    assert_eq!(span.name, "tools/call list");
    assert_eq!(span.span_kind, opentelemetry::trace::SpanKind::Server);
    assert_eq!(attribute(&span, "code.file.path"), None);
}

#[test]
fn a_span_can_start_with_links_and_be_given_to_another_plugin() {
    let capture = Capture::new();
    {
        let _outer = Call::new(SpanGuard::enter_with(&OUTER, |start| start.link(other_span())), NoMetrics);
        span().set_plugin("scaffolder");
    }
    let span = capture.span();
    assert_eq!(span.links[0].span_context, other_span());
    assert_eq!(attribute(&span, "backstage.plugin.id"), Some(&"scaffolder".into()));
    assert_eq!(span.instrumentation_scope.name(), "backstage-plugin-catalog");
}

#[test]
fn texts_are_cut_where_they_are_captured_and_not_made_as_a_whole() {
    /// Only a writer that has enough ends it.
    struct Endless;
    impl std::fmt::Display for Endless {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            loop {
                f.write_str("größe")?;
            }
        }
    }
    let capture = limited(SpanLimits { attribute_value_length: Some(7), ..SpanLimits::default() });
    let long = "ä".repeat(10_000_000);
    drop(Call::new(
        SpanGuard::enter_with(&OUTER, |start| {
            start.set("endless", format_args!("{Endless}"));
            start.set("str", long.as_str());
            start.set("string", &long);
            start.set("owned", long.clone());
            start.set("cow", Some(std::borrow::Cow::Borrowed(&*long)));
            start.set("texts", [&long, &long]);
            start.set("short", "größe");
            span().set_attribute("elsewhere", &long);
        }),
        NoMetrics,
    ));
    {
        let _inner = call(&INNER);
        span().set_attribute("late", &long);
        span().set_attribute("late.endless", format_args!("{Endless}"));
        span().add_event_with("event", |event| event.set("text", &long));
    }
    let spans = capture.spans();
    let cut = || Value::from("ä".repeat(7));
    let outer = named(&spans, "outer");
    assert_eq!(attribute(outer, "endless"), Some(&"größegr".into()));
    for key in ["str", "string", "owned", "cow"] {
        assert_eq!(attribute(outer, key), Some(&cut()), "{key}");
    }
    let texts = Array::String(vec!["ä".repeat(7).into(), "ä".repeat(7).into()]);
    assert_eq!(attribute(outer, "texts"), Some(&Value::Array(texts)));
    assert_eq!(attribute(outer, "short"), Some(&"größe".into()));
    let inner = named(&spans, "inner");
    assert_eq!(attribute(inner, "late"), Some(&cut()));
    assert_eq!(attribute(inner, "late.endless"), Some(&"größegr".into()));
    assert_eq!(inner.events[0].attributes, [KeyValue::new("text", cut())]);
}

#[test]
fn without_a_limit_texts_are_kept_whole() {
    let capture = Capture::new();
    drop(Call::new(
        SpanGuard::enter_with(&OUTER, |start| start.set("text", "x".repeat(1_000_000))),
        NoMetrics,
    ));
    assert_eq!(attribute(&capture.span(), "text").map(|text| text.as_str().len()), Some(1_000_000));
}
