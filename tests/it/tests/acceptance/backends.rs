//! Services of an organisation's own: what plugins record reaches them, and nothing of it the built-in ones.

use std::any::Any;
use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry::Context;
use opentelemetry::trace::{Status, TraceContextExt as _, Tracer as _, TracerProvider as _};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracer, SdkTracerProvider};
use telemetry_runtime::metrics::{AttributeRef, FreeAttributes, InstrumentKind, Number};
use telemetry_runtime::services::{
    InstrumentSpec, Measure, MetricsBackend, ObserverCallback, Principal, SpanEnding, SpanOptions, SpanStart,
    TracingBackend,
};
use telemetry_runtime::{Outcome, metric, plugin, traced};

use crate::fixture::{self, attribute};

/// What a backend was told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    fn say(&self, what: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Says everything to a list, and keeps the callbacks.
#[derive(Clone, Default)]
struct OwnMetrics {
    told: Told,
    callbacks: Arc<Mutex<Vec<ObserverCallback>>>,
}

struct OwnInstrument {
    told: Told,
    name: String,
}

/// Says when it is dropped.
struct Registration(Told);

impl Drop for Registration {
    fn drop(&mut self) {
        self.0.say("removed".to_owned());
    }
}

impl MetricsBackend for OwnMetrics {
    fn instrument(&self, instrument: &InstrumentSpec) -> Box<dyn Measure> {
        self.told.say(format!("{:?} {} [{}]", instrument.kind(), instrument.name(), instrument.unit()));
        Box::new(OwnInstrument { told: self.told.clone(), name: instrument.name().to_owned() })
    }

    fn observe(&self, instrument: &InstrumentSpec, callback: ObserverCallback) -> Box<dyn Any + Send + Sync> {
        assert_eq!(instrument.kind(), InstrumentKind::ObservableGauge);
        self.callbacks.lock().unwrap_or_else(PoisonError::into_inner).push(callback);
        Box::new(Registration(self.told.clone()))
    }
}

impl Measure for OwnInstrument {
    fn record(&self, value: Number, attributes: &[(&str, AttributeRef<'_>)]) {
        self.told.say(format!("{} {value} {attributes:?}", self.name));
    }
}

#[test]
fn a_metrics_backend_gets_what_services_record_from_the_start_to_the_end() {
    let _alone = fixture::alone();
    let backend = OwnMetrics::default();
    let metrics = plugin("own-metrics").expect("a plugin id").metrics();
    let counter = metrics.create_counter::<u64>("calls.made").unit("{call}").build().expect("a new metric");
    let gauge = metrics.create_observable_gauge::<u64>("level.seen").build().expect("a new metric");
    let token = gauge.add_callback(|observer| observer.observe_with(7, FreeAttributes(&[("a", 1.into())])));
    let install = backend.clone();
    let mut running = fixture::yaml("backend: {metrics: {serviceName: acme}}")
        .build(|builder| builder.metrics_backend(install))
        .start();

    counter.add(1);
    counter.add_with(2, [("kind", "api".into())]);
    let expected = [
        "Counter acme.plugin.own-metrics.calls.made [{call}]",
        "acme.plugin.own-metrics.calls.made 1 []",
        "acme.plugin.own-metrics.calls.made 2 [(\"kind\", String(\"api\"))]",
    ];
    assert_eq!(backend.told.all(), expected, "by a handle from before the start");
    // Nothing of it is in the store, and its observables are not asked by our collections.
    assert_eq!(running.total("acme.plugin.own-metrics.calls.made"), 0);
    assert_eq!(running.scrape().sum("acme_plugin_own_metrics_level_seen", &[]), None);
    let callbacks = backend.callbacks.lock().expect("no panic").clone();
    let mut seen = Vec::new();
    callbacks[0](&mut |value, attributes| seen.push(format!("{value} {}", attributes.len())));
    assert_eq!(seen, ["7 1"]);

    running.stop();
    assert_eq!(backend.told.all().last().map(String::as_str), Some("removed"));
    counter.add(4);
    drop(running);
    let running = fixture::defaults().start();
    assert_eq!(running.total("backstage.plugin.own-metrics.calls.made"), 4, "the store again");
    assert_eq!(running.total("backstage.plugin.own-metrics.level.seen"), 7);
    drop(token);
}

/// Spans of an SDK's tracer.
struct OwnTracing {
    tracer: SdkTracer,
    outcomes: Arc<Mutex<Vec<Outcome>>>,
}

impl TracingBackend for OwnTracing {
    fn start(&self, span: SpanStart, parent: &Context) -> Context {
        let builder = self.tracer.span_builder(span.name).with_kind(span.kind.into());
        let builder = builder.with_attributes(span.attributes).with_links(span.links);
        parent.with_span(self.tracer.build_with_context(builder, parent))
    }

    fn end(&self, context: &Context, ending: &SpanEnding) {
        self.outcomes.lock().unwrap_or_else(PoisonError::into_inner).push(ending.outcome());
        ending.write(context);
        context.span().end();
    }
}

#[tokio::test]
async fn a_tracing_backend_makes_the_spans_of_services_and_hears_once_how_each_ended() {
    let _alone = fixture::alone();
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let outcomes = Arc::new(Mutex::new(Vec::new()));
    let backend = OwnTracing { tracer: provider.tracer("own"), outcomes: Arc::clone(&outcomes) };
    let tracing = plugin("own-tracing").expect("a plugin id").tracing();
    let running = fixture::defaults().build(|builder| builder.tracing_backend(backend)).start();

    let options = SpanOptions::new()
        .attribute("enduser.id", "smuggled")
        .attribute("a.key", 1)
        .credentials(&Principal::user("user:default/mock"));
    let failed: Result<(), String> = tracing
        .start_active_span_async("outer", options, async |span| {
            tokio::task::yield_now().await;
            span.set_attribute("later", true);
            tracing.in_span("inner", SpanOptions::new(), |_| ());
            Err("it failed".to_owned())
        })
        .await;
    assert!(failed.is_err());
    drop(tracing.start_span("by handle", SpanOptions::new()));
    let panicked = std::panic::catch_unwind(|| {
        tracing.in_span("panics", SpanOptions::new(), |_| panic!("out of luck"));
    });
    assert!(panicked.is_err());

    let spans = exporter.get_finished_spans().expect("not shut down");
    let span = |name: &str| spans.iter().find(|span| span.name == name).expect("the span ended").clone();
    assert_eq!(spans.len(), 4);
    let (outer, inner) = (span("outer"), span("inner"));
    assert_eq!(inner.parent_span_id, outer.span_context.span_id());
    assert_eq!(outer.status, Status::error("it failed"));
    assert_eq!(outer.events.events.len(), 1);
    for (key, value) in [
        ("backstage.plugin.id", Some("own-tracing")),
        ("backstage.principal.type", Some("user")),
        ("enduser.id", None),
        ("a.key", Some("1")),
        ("later", Some("true")),
    ] {
        assert_eq!(attribute(&outer, key).as_deref(), value, "{key}");
    }
    assert_eq!(attribute(&span("panics"), "error.type").as_deref(), Some("panic"));
    let heard = outcomes.lock().expect("no panic").clone();
    assert_eq!(heard, [Outcome::Ok, Outcome::Error, Outcome::Ok, Outcome::Panic]);
    assert!(running.all_spans().is_empty(), "nothing of it is our recorder's");
}

#[test]
fn what_attributes_record_reaches_a_backend_as_finished_spans_and_snapshots() {
    #[traced(plugin = "own-both")]
    #[metric(counter = "calls.made", plugin = "own-both")]
    fn work() {}

    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let backend = OwnTracing { tracer: provider.tracer("own"), outcomes: Arc::default() };
    let metrics = OwnMetrics::default();
    let told = metrics.told.clone();
    let running = fixture::defaults()
        .build(|builder| builder.tracing_backend(backend).metrics_backend(metrics))
        .start();
    plugin("own-both").expect("a plugin id").tracing().in_span("around", SpanOptions::new(), |_| work());
    // The fixture's sinks stand for the organisation's: they get the macros' part, and the services' part goes by the traits.
    let work = running.span("work");
    assert_eq!(running.total("backstage.plugin.own-both.calls.made"), 1);
    let around = exporter.get_finished_spans().expect("not shut down");
    assert_eq!(around.len(), 1);
    assert_eq!(work.parent_span_id, around[0].span_context.span_id(), "one trace of both");
    assert!(told.all().is_empty(), "the macros' metrics are no instruments of the service");
}
