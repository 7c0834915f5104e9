//! Errors of every kind, as an exporter sees them.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

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

/// The output of a future that is ready at once.
fn futures_ready<F: Future>(future: F) -> F::Output {
    match std::pin::pin!(future).poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => panic!("the future is not ready"),
    }
}
