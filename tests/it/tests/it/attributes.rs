//! Attributes of spans, as an exporter sees them.

use std::sync::atomic::{AtomicUsize, Ordering};

use opentelemetry::trace::{SpanContext, SpanId, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{Array, Context, Value};
use opentelemetry_sdk::trace::SpanData;
use telemetry_runtime::{Sensitive, backstage_plugin, span, traced};

use crate::fixture;

/// The only span of this name.
fn named(plugin: &str, name: &str) -> SpanData {
    let mut spans = fixture::spans(plugin);
    spans.retain(|span| span.name == name);
    assert_eq!(spans.len(), 1, "one span `{name}` of {plugin}");
    spans.remove(0)
}

fn value<'a>(span: &'a SpanData, key: &str) -> Option<&'a Value> {
    span.attributes.iter().find(|pair| pair.key.as_str() == key).map(|pair| &pair.value)
}

fn other_span(number: u64) -> SpanContext {
    let trace = TraceId::from(u128::from(number));
    SpanContext::new(trace, SpanId::from(number), TraceFlags::SAMPLED, false, TraceState::default())
}

/// Counts how often an attribute is evaluated.
static EVALUATED: AtomicUsize = AtomicUsize::new(0);

fn evaluate(number: usize) -> usize {
    EVALUATED.fetch_add(number, Ordering::SeqCst);
    number
}

#[backstage_plugin(id = "attributes")]
mod plugin {
    use super::*;

    pub(super) const KEY: &str = "constant.key";

    pub(super) struct Entity {
        pub(super) kind: String,
        pub(super) tags: Vec<String>,
    }

    #[traced(attributes(
        entity.kind = entity.kind,
        entity.tags = entity.tags,
        "any-key" = 1.5,
        {KEY} = true,
        type.match = -1_i8,
        nested = Some(Some([1_u64, 2])),
        absent = None::<&str>,
        none.within = Some(None::<u8>)
    ))]
    #[expect(clippy::too_many_arguments, clippy::needless_pass_by_value, reason = "one of each kind")]
    pub(super) fn typed(
        entity: &Entity,
        #[attribute] count: usize,
        #[attribute("flag.on")] on: bool,
        #[attribute] name: Option<&str>,
        #[attribute] missing: Option<String>,
        #[attribute] slice: &[&str],
        #[attribute] floats: [f32; 2],
        #[attribute] r#type: Box<i64>,
        #[cfg_attr(all(), attribute)] conditional: u8,
        #[cfg_attr(any(), attribute, allow(unused_variables))]
        #[cfg_attr(all(), attribute("renamed"), allow(unused_variables))]
        both: char,
    ) -> usize {
        // The body owns its parameters as ever.
        drop(missing);
        let _ = (on, name, floats, conditional);
        entity.tags.len() + count + slice.len() + usize::try_from(*r#type).unwrap_or_default()
    }

    #[traced(attributes(evaluated = evaluate(1)))]
    pub(super) fn evaluates() {}

    #[traced(links = [other_span(1), other_span(2)])]
    pub(super) fn linked() {}

    #[traced(links = links.iter().cloned())]
    pub(super) async fn linked_async(links: Vec<SpanContext>) -> usize {
        links.len()
    }

    #[traced]
    pub(super) fn writes() {
        once();
    }

    #[traced]
    pub(super) async fn writes_async() {
        std::future::ready(()).await;
        once();
    }

    fn once() {
        twice();
    }

    fn twice() {
        thrice();
    }

    /// Three calls below the function with the span.
    fn thrice() {
        let span = span();
        assert!(span.is_recording());
        span.set_attribute("below", 3);
        span.set_attribute("below.texts", vec!["a", "b"]);
        span.set_attribute("below.none", None::<u8>);
        span.add_event("plain", [telemetry_runtime::trace::KeyValue::new("a", 1)]);
        span.add_event_with("made", |event| {
            event.set("b", [true]);
            event.set("c", None::<u8>);
        });
        span.add_link(other_span(3));
        span.set_name("renamed");
        span.set_status(Status::Ok);
        span.set_plugin("attributes-other");
        // Nothing of this is right, and nothing of it hurts.
        span.set_attribute("", "without a key");
        span.set_attribute("nul\0 and \u{202e}", "\0");
        span.set_attribute("float", f64::NAN);
        span.add_event("", []);
        span.add_link(SpanContext::NONE);
        span.set_plugin("");
        span.set_plugin("attributes-other");
    }

    struct Refuses;

    impl std::fmt::Display for Refuses {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            Err(std::fmt::Error)
        }
    }

    #[traced(attributes(text = format_args!("a{}", Refuses), secret = format_args!("{:?}", secret)))]
    pub(super) fn texts(secret: Sensitive<&str>) {
        assert_eq!(*secret.expose(), "hunter2");
    }
}

#[test]
fn attributes_have_the_types_of_their_values() {
    fixture::start();
    let entity = plugin::Entity { kind: "component".to_owned(), tags: vec!["a".to_owned(), "b".to_owned()] };
    let total = plugin::typed(&entity, 7, true, Some("ada"), None, &["x"], [0.5, 1.0], Box::new(9), 1, 'c');
    assert_eq!(total, 2 + 7 + 1 + 9);
    let span = named("attributes", "typed");
    let texts = |texts: &[&'static str]| {
        Value::Array(Array::String(texts.iter().map(|text| (*text).into()).collect()))
    };
    for (key, expected) in [
        ("entity.kind", Some("component".into())),
        ("entity.tags", Some(texts(&["a", "b"]))),
        ("any-key", Some(Value::F64(1.5))),
        (plugin::KEY, Some(Value::Bool(true))),
        ("type.match", Some(Value::I64(-1))),
        ("nested", Some(Value::Array(Array::I64(vec![1, 2])))),
        ("absent", None),
        ("none.within", None),
        ("count", Some(Value::I64(7))),
        ("flag.on", Some(Value::Bool(true))),
        ("name", Some("ada".into())),
        ("missing", None),
        ("slice", Some(texts(&["x"]))),
        ("floats", Some(Value::Array(Array::F64(vec![0.5, 1.0])))),
        ("type", Some(Value::I64(9))),
        ("conditional", Some(Value::I64(1))),
        ("both", None),
        ("renamed", Some("c".into())),
    ] {
        assert_eq!(value(&span, key), expected.as_ref(), "{key}");
    }
}

#[test]
fn attributes_are_evaluated_only_if_the_span_is_recorded() {
    fixture::start();
    let evaluations = |f: &dyn Fn()| {
        let before = EVALUATED.load(Ordering::SeqCst);
        f();
        EVALUATED.load(Ordering::SeqCst) - before
    };
    assert_eq!(evaluations(&plugin::evaluates), 1);
    let suppressed = || {
        let _suppressed = Context::enter_telemetry_suppressed_scope();
        plugin::evaluates();
    };
    assert_eq!(evaluations(&suppressed), 0, "suppressed");
    let unsampled = || {
        use opentelemetry::trace::TraceContextExt;
        let parent = SpanContext::new(
            TraceId::from(9_u128),
            SpanId::from(9_u64),
            TraceFlags::NOT_SAMPLED,
            true,
            TraceState::default(),
        );
        let _attached = Context::new().with_remote_span_context(parent).attach();
        assert!(!span().is_recording());
        plugin::evaluates();
        // Writing to it is no mistake, and costs nothing.
        span().add_event_with("made", |_| evaluations_must_not_happen());
        span().set_attribute("key", 1);
    };
    assert_eq!(evaluations(&unsampled), 0, "unsampled");
}

fn evaluations_must_not_happen() {
    unreachable!("the span is not recorded");
}

#[test]
fn links_are_those_of_the_expression() {
    fixture::start();
    plugin::linked();
    let future = std::pin::pin!(plugin::linked_async(vec![other_span(4)]));
    let mut task = std::task::Context::from_waker(std::task::Waker::noop());
    assert_eq!(future.poll(&mut task), std::task::Poll::Ready(1));
    let linked = |name| -> Vec<SpanContext> {
        named("attributes", name).links.iter().map(|link| link.span_context.clone()).collect()
    };
    assert_eq!(linked("linked"), [other_span(1), other_span(2)]);
    assert_eq!(linked("linked_async"), [other_span(4)]);
}

#[test]
fn a_helper_three_calls_down_writes_to_the_span() {
    fixture::start();
    plugin::writes();
    let future = std::pin::pin!(plugin::writes_async());
    assert!(future.poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready());
    let spans = fixture::spans("attributes-other");
    assert_eq!(spans.len(), 2, "the spans were given to another plugin");
    for span in spans {
        assert_eq!(span.name, "renamed");
        assert_eq!(span.status, Status::Ok);
        assert_eq!(value(&span, "below"), Some(&Value::I64(3)));
        assert_eq!(value(&span, "below.none"), None);
        assert_eq!(value(&span, "nul\0 and \u{202e}"), Some(&"\0".into()));
        let events: Vec<_> = span.events.iter().map(|event| (&*event.name, &event.attributes[..])).collect();
        let pair = |key: &'static str, value: Value| [opentelemetry::KeyValue::new(key, value)];
        let (plain, made) = (pair("a", Value::I64(1)), pair("b", Value::Array(Array::Bool(vec![true]))));
        assert_eq!(events, [("plain", &plain[..]), ("made", &made[..]), ("", &[][..])]);
        assert_eq!(span.links.iter().next().map(|link| link.span_context.clone()), Some(other_span(3)));
        assert_eq!(span.dropped_attributes_count, 1, "the one without a key");
    }
}

#[test]
fn texts_that_fail_are_kept_as_far_as_they_go_and_sensitive_ones_are_not_shown() {
    fixture::start();
    plugin::texts(Sensitive::new("hunter2"));
    let span = named("attributes", "texts");
    assert_eq!(value(&span, "text"), Some(&"a".into()));
    assert_eq!(value(&span, "secret"), Some(&"[redacted]".into()));
}

#[backstage_plugin(id = "attributes-async-trait")]
mod async_trait_order {
    use super::*;
    use async_trait::async_trait;

    #[async_trait]
    pub(super) trait Store {
        async fn method(&self, key: u32, label: &str) -> u32;
        async fn above(&self, key: u32) -> u32;
    }

    #[async_trait]
    pub(super) trait Below {
        async fn below(&self, key: u32) -> u32;
    }

    pub(super) struct Memory;

    #[traced]
    #[async_trait]
    impl Store for Memory {
        #[traced(name = "method", attributes(length = label.len()))]
        async fn method(
            &self,
            #[attribute] key: u32,
            #[cfg_attr(all(), attribute("text"))] label: &str,
        ) -> u32 {
            std::future::ready(label.len()).await;
            key
        }

        async fn above(&self, #[attribute("the.key")] key: u32) -> u32 {
            key
        }
    }

    #[async_trait]
    #[traced]
    impl Below for Memory {
        async fn below(&self, #[attribute("the.key")] key: u32) -> u32 {
            key
        }
    }
}

#[test]
fn parameters_of_async_traits_can_be_attributes_whatever_the_order() {
    use async_trait_order::{Below, Memory, Store};
    const PLUGIN: &str = "attributes-async-trait";
    fixture::start();
    let ready = |future: std::pin::Pin<Box<dyn Future<Output = u32> + Send + '_>>| {
        let mut future = future;
        let polled = future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
        assert!(matches!(polled, std::task::Poll::Ready(7)));
    };
    ready(Memory.method(7, "abc"));
    ready(Memory.above(7));
    ready(Memory.below(7));
    let method = named(PLUGIN, "method");
    for (key, expected) in [("key", Value::I64(7)), ("text", "abc".into()), ("length", Value::I64(3))] {
        assert_eq!(value(&method, key), Some(&expected), "{key}");
    }
    for name in ["Memory::above", "Memory::below"] {
        assert_eq!(value(&named(PLUGIN, name), "the.key"), Some(&Value::I64(7)), "{name}");
    }
}
