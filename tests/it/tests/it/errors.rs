//! Errors of every kind, as an exporter sees them.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use futures_util::stream::{self, Stream, StreamExt};
use opentelemetry::trace::{Event, Status};
use opentelemetry_sdk::trace::SpanData;
use telemetry_runtime::{TelemetryError, backstage_plugin, metric, traced};

use crate::fixture;

/// The only span of this name.
fn span(plugin: &str, name: &str) -> SpanData {
    let mut spans = fixture::spans(plugin);
    spans.retain(|span| span.name == name);
    assert_eq!(spans.len(), 1, "one span `{name}` of {plugin}");
    spans.remove(0)
}

fn exceptions(span: &SpanData) -> Vec<&Event> {
    span.events.iter().filter(|event| event.name == "exception").collect()
}

fn text(event: &Event, key: &str) -> Option<String> {
    event.attributes.iter().find(|pair| pair.key.as_str() == key).map(|pair| pair.value.to_string())
}

mod classified {
    use super::*;

    #[derive(Debug, TelemetryError)]
    pub(super) enum StoreError {
        Timeout,
        #[telemetry(type = "unavailable")]
        ConnectionLost,
    }

    #[derive(TelemetryError)]
    pub(super) enum CatalogError<'a> {
        #[telemetry(expected)]
        NotFound(#[expect(dead_code, reason = "what an error holds is never looked at")] &'a str),
        Conflict {
            _version: u64,
        },
        #[telemetry(transparent)]
        Store(StoreError),
    }

    #[derive(Debug, TelemetryError)]
    #[telemetry(type = "wrapped")]
    pub(super) struct Wrapped;

    impl fmt::Display for Wrapped {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the inner text")
        }
    }

    impl Error for Wrapped {}

    #[backstage_plugin(id = "errors-classified")]
    pub(super) mod plugin {
        use super::*;

        #[traced(name = "find")]
        #[metric(
            counter("entities.found", unit = "{entity}"),
            histogram = "entities.duration",
            in_flight = "entities.active",
            counter("entities.failed", unit = "{entity}", on = "error")
        )]
        pub(in super::super) fn find<'a>(how: &'a str) -> Result<u32, CatalogError<'a>> {
            match how {
                "ok" => Ok(1),
                "missing" => Err(CatalogError::NotFound(how)),
                "conflict" => Err(CatalogError::Conflict { _version: 7 }),
                "timeout" => Err(CatalogError::Store(StoreError::Timeout)),
                _ => Err(CatalogError::Store(StoreError::ConnectionLost)),
            }
        }

        #[traced]
        pub(in super::super) fn boxed() -> Result<(), Box<Wrapped>> {
            Err(Box::new(Wrapped))
        }

        #[traced]
        pub(in super::super) async fn shared() -> Result<(), Arc<Wrapped>> {
            Err(Arc::new(Wrapped))
        }

        #[traced]
        pub(in super::super) fn borrowed(error: &Wrapped) -> Result<(), &Wrapped> {
            Err(error)
        }

        #[traced(name = "listed")]
        #[metric(counter = "entities.listed")]
        pub(in super::super) fn list(fails: bool) -> impl Stream<Item = Result<u8, CatalogError<'static>>> {
            let missing = Err(CatalogError::NotFound("a"));
            let failed = fails.then_some(Err(CatalogError::Store(StoreError::Timeout)));
            stream::iter([Ok(1), missing].into_iter().chain(failed))
        }

        #[traced]
        #[metric(counter = "generic.calls")]
        pub(in super::super) fn generic<E: TelemetryError>(error: E) -> Result<(), E> {
            Err(error)
        }
    }
}

#[test]
fn an_error_has_the_type_of_its_variant_on_its_span_and_its_metrics() {
    use classified::plugin::find;
    const PLUGIN: &str = "errors-classified";
    fixture::start();
    for how in ["ok", "missing", "conflict", "timeout", "lost", "lost"] {
        assert_eq!(find(how).is_ok(), how == "ok");
    }
    let mut spans = fixture::spans(PLUGIN);
    spans.retain(|span| span.name == "find");
    let ends: Vec<_> = spans
        .iter()
        .map(|span| (fixture::attribute(span, "error.type"), span.status.clone(), exceptions(span).len()))
        .collect();
    let failed = |kind: &str| (Some(kind.to_owned()), Status::error(""), 1);
    assert_eq!(
        ends,
        [
            (None, Status::Unset, 0),
            // Expected: it can be found, and is no error.
            (Some("not_found".to_owned()), Status::Unset, 0),
            failed("conflict"),
            failed("timeout"),
            failed("unavailable"),
            failed("unavailable"),
        ]
    );
    let exception = text(exceptions(&spans[2])[0], "exception.type").expect("the type of the exception");
    assert!(exception.contains("CatalogError"), "{exception}");

    let scrape = fixture::scrape();
    let total = |labels: &[(&str, &str)]| {
        scrape.sum("backstage_plugin_errors_classified_entities_found_total", labels)
    };
    assert_eq!(total(&[]), Some(6.0));
    assert_eq!(total(&[("outcome", "ok")]), Some(2.0), "an expected error is counted as ok");
    assert_eq!(total(&[("outcome", "error")]), Some(4.0));
    assert_eq!(total(&[("outcome", "error"), ("error_type", "conflict")]), Some(1.0));
    assert_eq!(total(&[("outcome", "error"), ("error_type", "unavailable")]), Some(2.0));
    assert_eq!(total(&[("outcome", "ok"), ("error_type", "not_found")]), None);
    let durations = "backstage_plugin_errors_classified_entities_duration_seconds_count";
    assert_eq!(scrape.sum(durations, &[("error_type", "timeout")]), Some(1.0));
    let on_error = "backstage_plugin_errors_classified_entities_failed_total";
    assert_eq!(scrape.sum(on_error, &[]), Some(4.0));
    assert_eq!(scrape.sum(on_error, &[("error_type", "unavailable")]), Some(2.0));
    assert_eq!(scrape.sum("backstage_plugin_errors_classified_entities_active", &[]), Some(0.0));
}

#[test]
fn pointers_to_an_error_say_what_it_says_and_keep_its_texts() {
    use classified::{Wrapped, plugin};
    const PLUGIN: &str = "errors-classified";
    fixture::start();
    assert!(plugin::boxed().is_err());
    assert!(futures_ready(plugin::shared()).is_err());
    assert!(plugin::borrowed(&Wrapped).is_err());
    assert!(plugin::generic(&Wrapped).is_err());
    for name in ["boxed", "shared", "borrowed", "generic"] {
        let span = span(PLUGIN, name);
        assert_eq!(fixture::attribute(&span, "error.type").as_deref(), Some("wrapped"), "{name}");
        // Of a type parameter no more is known than its bounds.
        let message = if name == "generic" { "" } else { "the inner text" };
        assert_eq!(span.status, Status::error(message), "{name}");
    }
    let calls = "backstage_plugin_errors_classified_generic_calls_total";
    assert_eq!(fixture::scrape().sum(calls, &[("error_type", "wrapped")]), Some(1.0));
}

#[test]
fn a_stream_fails_by_an_item_that_is_an_error_and_not_by_an_expected_one() {
    const PLUGIN: &str = "errors-classified";
    fixture::start();
    for (fails, items) in [(false, 2), (true, 3)] {
        assert_eq!(futures_ready(classified::plugin::list(fails).count()), items);
    }
    let mut spans = fixture::spans(PLUGIN);
    spans.retain(|span| span.name == "listed");
    let kinds: Vec<_> = spans.iter().map(|span| fixture::attribute(span, "error.type")).collect();
    assert_eq!(kinds, [None, Some("timeout".to_owned())]);
    let listed = "backstage_plugin_errors_classified_entities_listed_total";
    assert_eq!(fixture::scrape().sum(listed, &[("outcome", "ok")]), Some(1.0));
    assert_eq!(fixture::scrape().sum(listed, &[("error_type", "timeout")]), Some(1.0));
}

/// The output of a future that is ready at once.
fn futures_ready<F: Future>(future: F) -> F::Output {
    match std::pin::pin!(future).poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => panic!("the future is not ready"),
    }
}

mod any_type {
    use super::*;

    /// Nothing is known of it.
    pub(super) struct Bare;

    #[derive(Debug)]
    pub(super) struct OnlyDebug;

    pub(super) struct OnlyText;

    impl fmt::Display for OnlyText {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("only a text")
        }
    }

    /// A text that panics, in an error that does.
    #[derive(Debug)]
    pub(super) struct Panics;

    impl fmt::Display for Panics {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("the text of an error")
        }
    }

    impl Error for Panics {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            panic!("the source of an error")
        }
    }

    /// As `anyhow::Error`: no error itself, but it lends one.
    pub(super) struct Wrapper(pub(super) Box<dyn Error + Send + Sync>);

    impl AsRef<dyn Error + 'static> for Wrapper {
        fn as_ref(&self) -> &(dyn Error + 'static) {
            &*self.0
        }
    }

    impl<E: Error + Send + Sync + 'static> From<E> for Wrapper {
        fn from(error: E) -> Self {
            Self(Box::new(error))
        }
    }

    /// A chain of this many errors.
    #[derive(Debug)]
    pub(super) struct Deep(pub(super) u32, pub(super) Option<Box<Deep>>);

    impl fmt::Display for Deep {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "level {}", self.0)
        }
    }

    impl Error for Deep {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_deref().map(|source| source as _)
        }
    }

    impl Drop for Deep {
        fn drop(&mut self) {
            let mut next = self.1.take();
            while let Some(mut deep) = next {
                next = deep.1.take();
            }
        }
    }

    /// What it says of itself panics.
    pub(super) struct Unspeakable;

    impl TelemetryError for Unspeakable {
        fn error_type(&self) -> &'static str {
            panic!("the type of an error")
        }
    }

    /// An error that borrows what it is about.
    #[derive(Debug)]
    pub(super) struct Borrowing<'a>(pub(super) &'a str);

    impl fmt::Display for Borrowing<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "no {}", self.0)
        }
    }

    impl Error for Borrowing<'_> {}
}

/// One function for each error, named after it, of the plugin `errors-any`.
macro_rules! failing {
    ($($name:ident($($parameter:ident: $given:ty),*) -> $error:ty = $value:expr;)*) => { $(
        #[traced(plugin = "errors-any")]
        fn $name($($parameter: $given),*) -> Result<(), $error> {
            Err($value)
        }
    )* };
}

use any_type::{Bare, Borrowing, Deep, OnlyDebug, OnlyText, Panics, Unspeakable, Wrapper};

failing! {
    bare() -> Bare = Bare;
    only_debug() -> OnlyDebug = OnlyDebug;
    only_text() -> OnlyText = OnlyText;
    panics() -> Panics = Panics;
    panics_in_a_box() -> Box<dyn Error + Send + Sync> = Box::new(Panics);
    unspeakable() -> Unspeakable = Unspeakable;
    wrapper() -> Wrapper = Wrapper::from(std::io::Error::other("disk full"));
    boxed() -> Box<dyn Error + Send + Sync> = "from a text".into();
    borrowing(text: &str) -> Borrowing<'_> = Borrowing(text);
    long() -> String = "é".repeat(10_000_000);
    deep() -> Deep = (1..10_000).fold(Deep(0, None), |deep, level| Deep(level, Some(Box::new(deep))));
    number() -> u8 = 7;
}

#[test]
fn any_type_can_be_an_error() {
    const PLUGIN: &str = "errors-any";
    fixture::start();
    let unformatted = "an error whose text cannot be formatted";
    assert!(bare().is_err() && only_debug().is_err() && only_text().is_err() && panics().is_err());
    assert!(panics_in_a_box().is_err() && unspeakable().is_err() && wrapper().is_err() && boxed().is_err());
    assert!(borrowing(&String::from("such entity")).is_err() && number().is_err());
    for (name, kind, message) in [
        ("bare", "Bare", ""),
        ("only_debug", "OnlyDebug", "OnlyDebug"),
        ("only_text", "OnlyText", "only a text"),
        ("panics", "Panics", unformatted),
        ("panics_in_a_box", "dyn core::error::Error", unformatted),
        ("unspeakable", "Unspeakable", ""),
        ("wrapper", "Wrapper", "disk full"),
        ("boxed", "dyn core::error::Error", "from a text"),
        ("borrowing", "Borrowing", "no such entity"),
        ("number", "u8", "7"),
    ] {
        let span = span(PLUGIN, name);
        assert_eq!(span.status, Status::error(message), "{name}");
        let error_type = fixture::attribute(&span, "error.type").expect("an error has a type");
        assert!(error_type.contains(kind), "{name} is {error_type}");
        let [event] = exceptions(&span)[..] else { panic!("not one event of {name}") };
        assert_eq!(text(event, "exception.type").as_ref(), Some(&error_type));
        assert_eq!(text(event, "exception.message").unwrap_or_default(), message, "{name}");
    }
}

#[test]
fn long_texts_and_deep_chains_are_cut() {
    fixture::start();
    assert!(long().is_err() && deep().is_err());
    let long = span("errors-any", "long");
    let Status::Error { description } = &long.status else { panic!("an error") };
    assert!(description.len() <= 16 * 1024 && description.len() > 16_000, "{}", description.len());
    assert!(description.starts_with("éé"));
    let deep = span("errors-any", "deep");
    assert_eq!(deep.status, Status::error("level 9999"));
    let chain = text(exceptions(&deep)[0], "exception.stacktrace").expect("a chain");
    assert!(chain.contains("level 9999") && chain.contains("caused by: level 9998"), "{chain}");
    assert_eq!(chain.lines().count(), 65);
}

mod travelling {
    use super::*;

    #[derive(Debug)]
    pub(super) struct Low;

    #[derive(Debug)]
    pub(super) struct High;

    impl From<Low> for High {
        fn from(_: Low) -> Self {
            Self
        }
    }

    #[backstage_plugin(id = "errors-travelling")]
    #[traced]
    pub(super) mod plugin {
        use super::*;
        use telemetry_runtime::context;

        pub(in super::super) fn one() -> Result<(), Low> {
            two()
        }

        fn two() -> Result<(), Low> {
            three()?;
            Ok(())
        }

        fn three() -> Result<(), Low> {
            four()
        }

        fn four() -> Result<(), Low> {
            five()
        }

        fn five() -> Result<(), Low> {
            Err(Low)
        }

        pub(in super::super) fn converts() -> Result<(), High> {
            Ok(converted()?)
        }

        fn converted() -> Result<(), Low> {
            Err(Low)
        }

        pub(in super::super) async fn outer_task() -> Result<(), Low> {
            tokio::task::yield_now().await;
            middle_task().await
        }

        async fn middle_task() -> Result<(), Low> {
            let task = tokio::spawn(context::propagate(inner_task()));
            task.await.expect("the task ends")
        }

        async fn inner_task() -> Result<(), Low> {
            tokio::task::yield_now().await;
            Err(Low)
        }

        pub(in super::super) fn outer_thread() -> Result<(), Low> {
            std::thread::spawn(context::wrap(inner_thread)).join().expect("the thread ends")
        }

        fn inner_thread() -> Result<(), Low> {
            Err(Low)
        }

        pub(in super::super) fn handles() -> Result<(), Low> {
            let first = handled();
            assert!(first.is_err());
            Ok(())
        }

        fn handled() -> Result<(), Low> {
            Err(Low)
        }
    }
}

#[test]
fn an_error_on_its_way_up_has_one_event_at_the_innermost_span() {
    use travelling::plugin;
    const PLUGIN: &str = "errors-travelling";
    fixture::start();
    assert!(plugin::one().is_err());
    assert!(plugin::converts().is_err());
    assert!(plugin::outer_thread().is_err());
    assert!(plugin::handles().is_ok());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    assert!(runtime.block_on(plugin::outer_task()).is_err());
    for (name, events) in [
        ("one", 0),
        ("two", 0),
        ("three", 0),
        ("four", 0),
        ("five", 1),
        ("outer_thread", 0),
        ("inner_thread", 1),
        ("outer_task", 0),
        ("middle_task", 0),
        ("inner_task", 1),
        // Another type is another error.
        ("converts", 1),
        ("converted", 1),
    ] {
        let span = span(PLUGIN, name);
        assert_eq!(exceptions(&span).len(), events, "{name}");
        assert!(matches!(span.status, Status::Error { .. }), "{name}");
        assert!(fixture::attribute(&span, "error.type").is_some(), "{name}");
    }
    assert_eq!(span(PLUGIN, "handles").status, Status::Unset);
}

#[test]
fn a_panic_keeps_its_payload_and_its_hook_is_called_once() {
    thread_local! {
        static CALLS: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
    }

    #[derive(Debug, PartialEq)]
    struct Payload(u32);

    #[traced(plugin = "errors-panic")]
    fn outer() {
        let _ = inner();
    }

    #[traced(plugin = "errors-panic")]
    fn inner() -> Result<(), Bare> {
        std::panic::panic_any(Payload(7))
    }

    fixture::start();
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        CALLS.set(CALLS.get() + 1);
        before(info);
    }));
    let payload = std::panic::catch_unwind(outer).expect_err("it panics");
    assert_eq!(payload.downcast_ref(), Some(&Payload(7)));
    assert_eq!(CALLS.get(), 1);
    let (outer, inner) = (span("errors-panic", "outer"), span("errors-panic", "inner"));
    for span in [&outer, &inner] {
        assert_eq!(fixture::attribute(span, "error.type").as_deref(), Some("panic"));
        assert_eq!(span.status, Status::error("a panic whose payload is not a text"));
    }
    let [event] = exceptions(&inner)[..] else { panic!("not one event") };
    assert!(text(event, "exception.stacktrace").is_some_and(|place| place.contains("errors.rs")));
    assert!(exceptions(&outer).is_empty(), "the panic only passes through");
}

mod none {
    use super::*;

    #[backstage_plugin(id = "errors-none")]
    pub(super) mod plugin {
        use super::*;

        #[traced(none = "error")]
        #[metric(counter("entities.looked_up", unit = "{entity}"))]
        pub(in super::super) fn find(found: bool) -> Option<u8> {
            found.then_some(1)
        }

        #[traced]
        #[metric(counter = "tasks.taken", none = "error")]
        pub(in super::super) async fn take(
            found: Result<Option<u8>, OnlyText>,
        ) -> Result<Option<u8>, OnlyText> {
            found
        }

        #[traced]
        pub(in super::super) fn plain() -> Option<u8> {
            None
        }

        type Found = Option<u8>;

        pub(in super::super) struct Store;

        #[traced(none = "error")]
        impl Store {
            pub(in super::super) fn get() -> Option<u8> {
                None
            }

            #[traced(none = "ok")]
            pub(in super::super) fn peek() -> Option<u8> {
                None
            }

            // By its words it could be anything, so what is said of the block does not hold.
            pub(in super::super) fn alias() -> Found {
                None
            }

            #[traced(none = "error")]
            pub(in super::super) fn own() -> Found {
                None
            }

            pub(in super::super) fn size() -> usize {
                0
            }
        }
    }
}

#[test]
fn a_none_is_an_error_where_that_is_asked_for() {
    use none::plugin::{self, Store};
    const PLUGIN: &str = "errors-none";
    fixture::start();
    assert_eq!((plugin::find(true), plugin::find(false), plugin::plain()), (Some(1), None, None));
    assert_eq!(
        (Store::get(), Store::peek(), Store::alias(), Store::own(), Store::size()),
        (None, None, None, None, 0)
    );
    for found in [Ok(Some(1)), Ok(None), Err(OnlyText)] {
        let _ = futures_ready(plugin::take(found));
    }
    let ends = |name: &str| -> Vec<(Option<String>, bool, usize)> {
        let mut spans = fixture::spans(PLUGIN);
        spans.retain(|span| span.name == name);
        let end = |span: &SpanData| {
            let is_error = matches!(span.status, Status::Error { .. });
            (fixture::attribute(span, "error.type"), is_error, span.events.len())
        };
        spans.iter().map(end).collect()
    };
    let ok = (None, false, 0);
    let none = (Some("none".to_owned()), true, 0);
    assert_eq!(ends("find"), [ok.clone(), none.clone()]);
    let take = ends("take");
    assert_eq!(take[..2], [ok.clone(), none.clone()]);
    assert!(take[2].0.as_ref().is_some_and(|kind| kind.contains("OnlyText")) && take[2].2 == 1);
    for name in ["plain", "Store::peek", "Store::alias", "Store::size"] {
        assert_eq!(ends(name), std::slice::from_ref(&ok), "{name}");
    }
    for name in ["Store::get", "Store::own"] {
        assert_eq!(ends(name), std::slice::from_ref(&none), "{name}");
    }
    let scrape = fixture::scrape();
    let found = "backstage_plugin_errors_none_entities_looked_up_total";
    assert_eq!(scrape.sum(found, &[("outcome", "ok")]), Some(1.0));
    assert_eq!(scrape.sum(found, &[("outcome", "error"), ("error_type", "none")]), Some(1.0));
    let taken = "backstage_plugin_errors_none_tasks_taken_total";
    assert_eq!(scrape.sum(taken, &[("error_type", "none")]), Some(1.0));
    assert_eq!(scrape.sum(taken, &[("outcome", "error")]), Some(2.0));
}
