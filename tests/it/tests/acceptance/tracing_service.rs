//! Cases 15 to 20, 26 to 28, 36 to 39, 61 to 63 and 67: the spans of one plugin's tracing service.

use std::fmt;

use opentelemetry::KeyValue;
use opentelemetry::trace::{
    Link, SpanKind as ExportedKind, Status, TraceContextExt as _, TraceId, TraceState,
};
use opentelemetry_sdk::trace::{SamplingDecision, SamplingResult, ShouldSample};
use telemetry_runtime::services::{Principal, SpanOptions};
use telemetry_runtime::trace::SpanKind;
use telemetry_runtime::{TelemetryError, TracingService, context};

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

#[test]
fn case_15_name_version_and_schema_url_of_the_configuration_are_the_tracers() {
    let running = fixture::yaml(
        "backend: {tracing: {plugin: {my-plugin: {tracer: {name: mine, version: '2', schemaUrl: 'https://example.org/2'}}}}}",
    )
    .otlp()
    .start();
    service(&running).start_active_span("fifteen", SpanOptions::new(), |_| ());
    let scope = running.span("fifteen").instrumentation_scope;
    assert_eq!((scope.name(), scope.version()), ("mine", Some("2")));
    assert_eq!(scope.schema_url(), Some("https://example.org/2"));
    let spans = running.otlp().wait_for_spans(1);
    assert_eq!((&*spans[0].scope.name, &*spans[0].scope.version), ("mine", "2"));
}

#[test]
fn case_16_a_sampler_sees_the_start_attributes_and_the_kind() {
    let running = fixture::defaults().build(|builder| builder.sampler(OnlyWanted)).start();
    let tracing = service(&running);
    tracing.start_active_span("unwanted", SpanOptions::new().attribute("wanted", false), |_| ());
    let options = SpanOptions::new().kind(SpanKind::Server).attribute("wanted", true);
    tracing.start_active_span("wanted", options, |_| ());
    let names: Vec<_> = running.all_spans().into_iter().map(|span| span.name).collect();
    assert_eq!(names, ["wanted"]);
}

/// Records server spans that start with `wanted`, and with the id of their plugin.
#[derive(Clone, Debug)]
struct OnlyWanted;

impl ShouldSample for OnlyWanted {
    fn should_sample(
        &self,
        _: Option<&opentelemetry::Context>,
        _: TraceId,
        _: &str,
        kind: &ExportedKind,
        attributes: &[KeyValue],
        _: &[Link],
    ) -> SamplingResult {
        let has = |wanted: KeyValue| attributes.contains(&wanted);
        let is_wanted =
            has(KeyValue::new("wanted", true)) && has(KeyValue::new("backstage.plugin.id", "my-plugin"));
        let decision = if is_wanted && *kind == ExportedKind::Server {
            SamplingDecision::RecordAndSample
        } else {
            SamplingDecision::Drop
        };
        SamplingResult { decision, attributes: Vec::new(), trace_state: TraceState::default() }
    }
}

#[test]
fn case_36_without_configuration_the_tracer_is_the_plugins_and_nothing_is_captured() {
    let running = fixture::defaults().start();
    let options = SpanOptions::new().credentials(&Principal::user("user:default/mock"));
    service(&running).start_active_span("thirty-six", options, |_| ());
    let span = running.span("thirty-six");
    let scope = &span.instrumentation_scope;
    assert_eq!(
        (scope.name(), scope.version(), scope.schema_url()),
        ("backstage-plugin-my-plugin", None, None)
    );
    assert_eq!(attribute(&span, "backstage.plugin.id").as_deref(), Some("my-plugin"));
    assert_eq!(attribute(&span, "enduser.id"), None);
}

#[test]
fn case_37_a_configured_tracer_name_is_used() {
    let running =
        fixture::yaml("backend: {tracing: {plugin: {my-plugin: {tracer: {name: custom}}}}}").start();
    service(&running).start_active_span("thirty-seven", SpanOptions::new(), |_| ());
    let scope = running.span("thirty-seven").instrumentation_scope;
    assert_eq!((scope.name(), scope.version()), ("custom", None));
}

#[test]
fn case_38_version_and_schema_url_also_apply_to_the_default_name() {
    let running = fixture::yaml(
        "backend: {tracing: {plugin: {my-plugin: {tracer: {version: '3', schemaUrl: 'https://example.org/3'}}}}}",
    )
    .start();
    service(&running).start_active_span("thirty-eight", SpanOptions::new(), |_| ());
    let scope = running.span("thirty-eight").instrumentation_scope;
    assert_eq!((scope.name(), scope.version()), ("backstage-plugin-my-plugin", Some("3")));
    assert_eq!(scope.schema_url(), Some("https://example.org/3"));
}

#[test]
fn case_39_the_configuration_turns_the_capture_of_end_users_on() {
    let running = fixture::yaml("backend: {tracing: {capture: {endUser: true}}}").start();
    let options = SpanOptions::new().credentials(&Principal::user("user:default/mock"));
    service(&running).start_active_span("thirty-nine", options, |_| ());
    assert_eq!(attribute(&running.span("thirty-nine"), "enduser.id").as_deref(), Some("user:default/mock"));
}

#[test]
fn case_61_an_error_that_says_nothing_still_ends_the_span() {
    /// The nearest thing to a thrown `null`: an error with an empty text.
    #[derive(Debug)]
    struct Nothing;

    impl fmt::Display for Nothing {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            Ok(())
        }
    }

    let running = fixture::defaults().start();
    let result: Result<(), Nothing> =
        service(&running).start_active_span("sixty-one", SpanOptions::new(), |_| Err(Nothing));
    assert!(result.is_err());
    assert_eq!(running.span("sixty-one").status, Status::error(""));
}

#[test]
fn case_62_ok_and_then_a_failure_stays_ok_with_the_failure_told() {
    let running = fixture::defaults().start();
    let result: Result<(), _> =
        service(&running).start_active_span("sixty-two", SpanOptions::new(), |span| {
            span.set_status(Status::Ok);
            Err(NotFound)
        });
    assert!(result.is_err());
    let span = running.span("sixty-two");
    assert_eq!((span.status.clone(), span.events.events.len()), (Status::Ok, 1));
    assert!(attribute(&span, "error.type").is_some());
}

#[test]
fn case_63_an_error_and_then_a_failure_shows_the_failure() {
    let running = fixture::defaults().start();
    let result: Result<(), _> =
        service(&running).start_active_span("sixty-three", SpanOptions::new(), |span| {
            span.set_status(Status::error("a longer text that was set by hand"));
            Err(NotFound)
        });
    assert!(result.is_err());
    assert_eq!(running.span("sixty-three").status, Status::error("no such entity"));
}

#[test]
fn case_67_a_service_that_is_made_before_the_start_records_after_it() {
    let _alone = fixture::alone();
    let early = telemetry_runtime::plugin("late-tracer").expect("a plugin id").tracing();
    let running = fixture::defaults().start();
    early.start_active_span("sixty-seven", SpanOptions::new(), |_| ());
    assert_eq!(running.spans("late-tracer").len(), 1);
}

#[test]
fn modules_attach_to_a_plugin_without_a_conflict_and_agree_with_it_on_names() {
    let running = fixture::defaults().start();
    let catalog = running.telemetry().plugin("with-modules").expect("a plugin id");
    let github = catalog.module("github").expect("a module id");
    for (telemetry, value) in
        [(&catalog, 1), (&github, 2), (&catalog.module("github").expect("a module id"), 3)]
    {
        telemetry.metrics().create_counter::<u64>("entities.read").build().expect("no conflict").add(value);
    }
    github.tracing().start_active_span("by module", SpanOptions::new(), |_| ());
    let scrape = running.scrape();
    let of =
        |labels: &[(&str, &str)]| scrape.sum("backstage_plugin_with_modules_entities_read_total", labels);
    assert_eq!(of(&[("otel_scope_backstage_module_id", "github")]), Some(5.0));
    assert_eq!(of(&[]), Some(6.0));
    let scope = running.span("by module").instrumentation_scope;
    assert_eq!(scope.name(), "backstage-plugin-with-modules");
    assert!(scope.attributes().any(|pair| *pair == KeyValue::new("backstage.module.id", "github")));
    let conflict = github.metrics().create_gauge::<f64>("entities.read").build().expect_err("another kind");
    assert_eq!(conflict.kind(), telemetry_runtime::ErrorKind::Conflict);
    assert_eq!(catalog.module("No Module").expect_err("a bad id").kind(), telemetry_runtime::ErrorKind::Name);
}

#[test]
fn the_ways_out_give_opentelemetrys_own_meter_and_tracer() {
    use opentelemetry::metrics::MeterProvider as _;
    use opentelemetry::trace::{Span as _, Tracer as _};

    let running = fixture::defaults().start();
    let otel = running.telemetry().plugin("way-out").expect("a plugin id").otel();
    otel.meter().u64_counter("raw.counter").build().add(1, &[]);
    service(&running).in_span("ours", SpanOptions::new(), |_| otel.tracer().start("raw span").end());
    let (scope, _) = running.metric("raw.counter");
    assert_eq!(scope.scope.name, "backstage-plugin-way-out");
    assert_eq!(running.span("raw span").parent_span_id, running.span("ours").span_context.span_id());
    let provider = running.telemetry().sdk_meter_provider().expect("telemetry runs");
    provider.meter("sdk").u64_counter("sdk.counter").build().add(1, &[]);
    assert_eq!(running.total("sdk.counter"), 1);
    assert!(running.telemetry().sdk_tracer_provider().is_some());
}

#[test]
fn errors_with_a_derived_class_say_their_kind_and_whether_they_are_expected() {
    #[derive(Clone, Copy, Debug, TelemetryError)]
    enum Search {
        #[telemetry(expected)]
        Nothing,
        Broken,
    }

    impl fmt::Display for Search {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the index is broken")
        }
    }

    let running = fixture::defaults().start();
    for (name, error) in [("nothing", Search::Nothing), ("broken", Search::Broken)] {
        let result: Result<(), _> =
            service(&running).start_active_span(name, SpanOptions::new(), move |_| Err(error));
        assert!(result.is_err());
    }
    let (nothing, broken) = (running.span("nothing"), running.span("broken"));
    assert_eq!((nothing.status.clone(), nothing.events.events.len()), (Status::Unset, 0));
    assert_eq!(attribute(&nothing, "error.type").as_deref(), Some("nothing"));
    assert_eq!(broken.status, Status::error("the index is broken"));
    assert_eq!(attribute(&broken, "error.type").as_deref(), Some("broken"));
}

#[test]
fn the_sources_of_a_boxed_error_are_told() {
    let running = fixture::defaults().start();
    let result: Result<(), Box<dyn std::error::Error + Send + Sync>> =
        service(&running)
            .start_active_span("boxed", SpanOptions::new(), |_| Err(std::io::Error::other(NotFound).into()));
    assert!(result.is_err());
    let span = running.span("boxed");
    assert_eq!(span.status, Status::error("no such entity"));
    assert_eq!(span.events.events.len(), 1);
}
