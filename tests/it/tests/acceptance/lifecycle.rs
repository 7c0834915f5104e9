//! Registries, start, end and restart: cases 51 to 58, 60, 66, 67 and 78.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use it::process;
use it::sink::{Fault, Sink};
use it::work::STEPS;
use opentelemetry::trace::{
    Span as _, SpanContext, Status, TraceContextExt as _, TraceFlags, TraceState, Tracer as _,
};
use opentelemetry::{Context, KeyValue, global};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanExporter, SpanProcessor};
use telemetry_runtime::config::Settings;
use telemetry_runtime::export::{BoxFuture, ExportError, MetricSink, Receipt};
use telemetry_runtime::metrics::{Metric, MetricData, Number, Snapshot};
use telemetry_runtime::{
    Error, ErrorKind, Instrumentation, InstrumentationGuard, Telemetry, backstage_plugin,
};

use super::fixture::{self, attribute, defaults, yaml};

/// Code of a plugin that is there before telemetry.
#[backstage_plugin(id = "lifecycle")]
mod plugin {
    use telemetry_runtime::{Counter, MetricSet, traced};

    /// Metrics of the plugin.
    #[derive(MetricSet)]
    pub(super) struct Metrics {
        /// Calls, at any time.
        #[metric(counter = "calls.made", unit = "{call}")]
        pub(super) calls: Counter<u64>,
        /// Calls before the start.
        #[metric(counter = "calls.early", unit = "{call}")]
        pub(super) early: Counter<u64>,
        /// Calls in several telemetries.
        #[metric(counter = "calls.lasting", unit = "{call}")]
        pub(super) lasting: Counter<u64>,
    }

    #[traced]
    pub(super) fn call() {
        Metrics::get().calls.add(1);
    }

    #[traced(attributes(lifecycle.place = place))]
    pub(super) fn call_at(place: &str) -> Result<(), String> {
        if place.is_empty() { Err("no place".to_owned()) } else { Ok(()) }
    }
}

/// A destination that counts what it gets.
#[derive(Clone, Debug, Default)]
struct Counting {
    exports: Arc<AtomicUsize>,
    spans: Arc<Mutex<Vec<SpanData>>>,
    snapshot: Arc<Mutex<Option<Arc<Snapshot>>>>,
    ends: Arc<AtomicUsize>,
}

impl Counting {
    /// The metric of this full name in the last export, with the name of its scope.
    fn metric(&self, name: &str) -> (String, Metric) {
        let snapshot = self.snapshot.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let snapshot = snapshot.expect("metrics are exported");
        let mut found = snapshot.scopes.iter().flat_map(|scope| {
            let metrics = scope.metrics.iter().filter(|metric| &*metric.name == name);
            metrics.map(|metric| (scope.scope.name.to_string(), metric.clone()))
        });
        found.next().unwrap_or_else(|| panic!("`{name}` is exported"))
    }

    /// The sum over all series of a counter.
    fn total(&self, name: &str) -> Number {
        let (_, metric) = self.metric(name);
        let MetricData::Sum { points, .. } = &metric.data else { panic!("{metric:?}") };
        Number::F64(points.iter().map(|point| point.value.as_f64()).sum())
    }

    fn spans(&self) -> Vec<SpanData> {
        self.spans.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn span(&self, name: &str) -> SpanData {
        let spans = self.spans();
        spans.iter().rfind(|span| span.name == name).unwrap_or_else(|| panic!("{name} in {spans:?}")).clone()
    }

    fn exports(&self) -> usize {
        self.exports.load(Ordering::Relaxed)
    }

    fn ends(&self) -> usize {
        self.ends.load(Ordering::Relaxed)
    }

    fn names(&self) -> Vec<String> {
        self.spans().iter().map(|span| span.name.to_string()).collect()
    }
}

impl MetricSink for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }

    fn export<'a>(
        &'a self,
        snapshot: &'a Arc<Snapshot>,
        _: &'a Resource,
    ) -> BoxFuture<'a, Result<Receipt, ExportError>> {
        *self.snapshot.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(snapshot));
        self.exports.fetch_add(1, Ordering::Relaxed);
        Box::pin(async { Ok(Receipt::default()) })
    }

    fn shutdown(&self) -> BoxFuture<'_, ()> {
        self.ends.fetch_add(1, Ordering::Relaxed);
        Box::pin(async {})
    }
}

impl SpanExporter for Counting {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.exports.fetch_add(1, Ordering::Relaxed);
        self.spans.lock().unwrap_or_else(PoisonError::into_inner).extend(batch);
        Ok(())
    }
}

/// A factory that gives clones of `part`, and counts how often it was asked.
fn factory<T: Clone>(part: &T, made: &Arc<AtomicUsize>) -> impl Fn(&Settings) -> Result<T, Error> + use<T> {
    let (part, made) = (part.clone(), Arc::clone(made));
    move |_| {
        made.fetch_add(1, Ordering::Relaxed);
        Ok(part.clone())
    }
}

fn same<T: Clone>(part: &T) -> impl Fn(&Settings) -> Result<T, Error> + use<T> {
    factory(part, &Arc::default())
}

/// The time in which no telemetry runs: others wait for as long as the value lives.
fn nothing_runs() -> fixture::Running {
    let mut running = defaults().start();
    running.stop();
    running
}

/// Starts telemetry while [`nothing_runs`].
fn start(exporter: &Counting) -> Telemetry {
    Telemetry::builder()
        .without_config_files()
        .environment([("TELEMETRY_METRIC_READER", "none")].into_iter().collect())
        .span_exporter("counting", exporter.clone())
        .metric_sink(exporter.clone())
        .bootstrap()
        .expect("there is nothing to be wrong")
}

const LIMIT: Duration = Duration::from_secs(20);

// The original starts for `on` only; ours reads the spellings of a boolean that Backstage takes.
#[test]
fn case_51_telemetry_enabled_switches_everything() {
    for on in ["on", "ON", "true", "1", "yes"] {
        let running = defaults().otlp().env("TELEMETRY_ENABLED", on).start();
        plugin::call();
        assert_eq!(running.spans("lifecycle").len(), 1, "{on}");
        assert!(running.scrape_text().contains("calls_made_total"), "{on}");
    }
    for off in ["off", "false", "0", "no"] {
        let mut running = defaults().otlp().env("TELEMETRY_ENABLED", off).start();
        plugin::call();
        assert_eq!(running.telemetry().prometheus_address(), None, "{off}");
        running.stop();
        assert_eq!(running.otlp().attempts(), 0, "{off}");
    }
}

#[test]
fn case_52_before_the_start_everything_works_and_metrics_are_kept() {
    let _alone = nothing_runs();
    plugin::call();
    plugin::Metrics::get().early.add(3);
    telemetry_runtime::span().set_attribute("nothing", 1);
    assert!(!global::tracer("early").start("early").is_recording());
    global::meter("early").u64_counter("early").build().add(1, &[]);
    let exporter = Counting::default();
    start(&exporter).shutdown().expect("an end in time");
    assert!(exporter.spans().is_empty(), "a span has its place in time, and that is over");
    assert_eq!(exporter.total("backstage.plugin.lifecycle.calls.early"), 3);
}

#[test]
fn case_53_an_unknown_name_is_an_error_that_lists_the_known_ones() {
    let start = |start: fixture::Start| {
        let start = start
            .build(|builder| builder.register_metric_exporter("audit", same(&Counting::default())))
            .build(|builder| builder.register_span_exporter("archive", same(&Counting::default())));
        let error = start.try_start().err().expect("the name is unknown");
        assert_eq!(error.kind(), ErrorKind::Config);
        error.to_string()
    };
    assert_eq!(
        start(defaults().env("TELEMETRY_METRIC_READER", "audti")),
        "TELEMETRY_METRIC_READER: expected one of `prometheus`, `otlp`, `console`, `audit`, `none`, got \"audti\" \
         (nearest: `audit`)"
    );
    assert_eq!(
        start(defaults().env("TELEMETRY_TRACE_PROCESSOR", "console,elsewhere")),
        "TELEMETRY_TRACE_PROCESSOR: expected one of `otlp`, `console`, `archive`, `none`, got \"elsewhere\""
    );
    let text = start(yaml("telemetry: { metrics: { exporters: [ { type: adit } ] } }"));
    assert!(
        text.ends_with(
            "app-config.yaml:1:46: telemetry.metrics.exporters[0].type: expected one of `prometheus`, `otlp`, \
             `console`, `audit`, got \"adit\" (nearest: `audit`)"
        ),
        "{text}"
    );
    let text = start(yaml("telemetry: { instrumentations: { procss: true } }"));
    assert!(text.contains("telemetry.instrumentations.procss: unknown instrumentation"), "{text}");
}

#[test]
fn case_54_names_are_trimmed_in_both_lists() {
    let (a, b, c, d) = (Counting::default(), Counting::default(), Counting::default(), Counting::default());
    let mut running = defaults()
        .env("TELEMETRY_METRIC_READER", " a,  b ,")
        .env("TELEMETRY_TRACE_PROCESSOR", "c, d")
        .build({
            let (a, b) = (a.clone(), b.clone());
            move |builder| {
                builder.register_metric_exporter("a", same(&a)).register_metric_exporter("b", same(&b))
            }
        })
        .build({
            let (c, d) = (c.clone(), d.clone());
            move |builder| builder.register_span_exporter("c", same(&c)).register_span_exporter("d", same(&d))
        })
        .start();
    plugin::call();
    running.stop();
    assert_eq!((a.exports(), b.exports()), (1, 1));
    assert_eq!((c.names(), d.names()), (vec!["call".to_owned()], vec!["call".to_owned()]));
}

#[test]
fn case_55_registering_again_is_an_error_and_replacing_is_not() {
    let twice = defaults()
        .build(|builder| builder.register_metric_exporter("a", same(&Counting::default())))
        .build(|builder| builder.register_metric_exporter("a", same(&Counting::default())))
        .build(|builder| builder.register_span_exporter("console", same(&Counting::default())))
        .build(|builder| builder.register_instrumentation(Observed::default()))
        .build(|builder| builder.register_instrumentation(Observed::default()))
        .build(|builder| builder.register_span_exporter("a,b", same(&Counting::default())));
    let error = twice.try_start().err().expect("a name is taken");
    assert_eq!(error.kind(), ErrorKind::Config);
    assert_eq!(
        error.to_string(),
        "the metric exporter `a` is registered twice; `replace_metric_exporter` registers in place of the first\n\
         the span exporter `console` comes with the toolkit; `replace_span_exporter` registers in place of it\n\
         the instrumentation `observed` is registered twice; `replace_instrumentation` registers in place of the first\n\
         the span exporter `a,b` must be letters, digits, `-`, `_`, `.` and `/`, and not `none`"
    );
    let (first, second) = (Counting::default(), Counting::default());
    let mut running =
        yaml("telemetry: { tracing: { exporters: [ { type: console, config: { any: thing } } ] } }")
            .build({
                let first = first.clone();
                move |builder| builder.replace_span_exporter("console", same(&first))
            })
            .build({
                let second = second.clone();
                move |builder| builder.replace_span_exporter("console", same(&second))
            })
            .start();
    plugin::call();
    running.stop();
    assert!(first.names().is_empty());
    assert_eq!(second.names(), ["call"]);
}

#[test]
fn case_56_a_second_start_is_an_error_and_readers_are_made_once() {
    let sink = Counting::default();
    let made = Arc::new(AtomicUsize::new(0));
    let mut running = defaults()
        .env("TELEMETRY_METRIC_READER", "a")
        .build({
            let audit = factory(&sink, &made);
            move |builder| builder.register_metric_exporter("a", audit)
        })
        .start();
    let second = Telemetry::builder()
        .without_config_files()
        .environment([("TELEMETRY_METRIC_READER", "a")].into_iter().collect())
        .register_metric_exporter("a", factory(&sink, &made))
        .bootstrap();
    assert_eq!(second.err().map(|error| error.kind()), Some(ErrorKind::AlreadyRunning));
    assert_eq!(made.load(Ordering::Relaxed), 1);
    running.stop();
    assert_eq!((sink.exports(), sink.ends()), (1, 1));
}

#[test]
fn an_explicit_replacement_ends_what_ran() {
    let mut running = defaults().start();
    plugin::call();
    let sink = Counting::default();
    let replacement = || {
        Telemetry::builder()
            .without_config_files()
            .environment([("TELEMETRY_METRIC_READER", "a")].into_iter().collect())
    };
    // A mistake leaves what runs as it is.
    assert!(replacement().replace().bootstrap().is_err());
    assert_eq!(running.spans("lifecycle").len(), 1);
    plugin::call();
    let second =
        replacement().register_metric_exporter("a", same(&sink)).replace().bootstrap().expect("it starts");
    assert!(!running.telemetry().traces());
    assert_eq!(running.spans("lifecycle").len(), 2, "the first has exported everything");
    running.stop();
    second.flush(LIMIT).expect("the second goes on");
    assert_eq!(sink.exports(), 1);
    drop(second);
}

// There is no step between making telemetry and starting it that could be forgotten. What the original's error is for, a
// telemetry that is half there, cannot be had either: a start that fails leaves nothing behind.
#[test]
fn case_57_a_start_that_fails_leaves_nothing_half_started() {
    let failing = defaults().env("TELEMETRY_METRIC_READER", "a").build(|builder| {
        builder.register_metric_exporter("a", |settings: &Settings| -> Result<Counting, Error> {
            Err(settings.error("there is no table"))
        })
    });
    let error = failing.try_start().err().expect("the factory fails");
    assert_eq!(error.to_string(), "the configuration of `a`: there is no table");
    let running = defaults().start();
    plugin::call();
    assert_eq!(running.spans("lifecycle").len(), 1);
}

#[test]
fn case_58_a_shutdown_exports_once_and_is_bounded_and_handles_live_on() {
    let _alone = nothing_runs();
    let counter = global::meter("third-party").u64_counter("library.calls").build();
    let tracer = global::tracer("third-party");
    let lasting = &plugin::Metrics::get().lasting;
    let exporter = Counting::default();
    for round in 1..=3 {
        let telemetry = start(&exporter);
        lasting.add(1);
        counter.add(1, &[]);
        tracer.in_span("library", |_| plugin::call());
        telemetry.shutdown().expect("an end in time");
        assert_eq!((exporter.ends(), exporter.names().len()), (round, 2 * round), "each is exported once");
        // What is ours counts for the whole process, a third party's for one telemetry.
        assert_eq!(
            exporter.total("backstage.plugin.lifecycle.calls.lasting"),
            u64::try_from(round).expect("small")
        );
        assert_eq!(exporter.total("library.calls"), 1);
    }
    // The times in between have no spans, and metrics of ours miss nothing.
    lasting.add(1);
    counter.add(1, &[]);
    tracer.in_span("between", |_| ());
    start(&exporter).shutdown().expect("an end in time");
    assert_eq!(exporter.total("backstage.plugin.lifecycle.calls.lasting"), 4);
    assert!(!exporter.names().contains(&"between".to_owned()));
}

#[test]
fn case_58_a_receiver_that_hangs_holds_the_end_up_for_the_configured_time_only() {
    let running = yaml("telemetry: { shutdown: { timeoutMillis: 100 } }").otlp().start();
    running.otlp().fail(Fault::Hang);
    plugin::call();
    let begun = Instant::now();
    drop(running);
    // One export alone may take ten seconds.
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn case_60_the_resource_is_what_was_configured_and_what_the_environment_adds() {
    let mut running = yaml(
        "telemetry: { resource: { serviceName: shop, serviceVersion: 1.2.3, attributes: { app.name: main } } }",
    )
    .otlp()
    .env("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test%20bed,app.name=other")
    .start();
    plugin::call();
    running.stop();
    let spans = running.otlp().spans();
    let of = |key: &str| spans[0].resource_attribute(key);
    assert_eq!(of("service.name").as_deref(), Some("shop"));
    assert_eq!(of("service.version").as_deref(), Some("1.2.3"));
    assert_eq!(of("app.name").as_deref(), Some("other"), "the environment beats files");
    assert_eq!(of("deployment.environment.name").as_deref(), Some("test bed"));
    assert_eq!(of("telemetry.sdk.language").as_deref(), Some("rust"));
    assert_eq!(of("telemetry.sdk.name").as_deref(), Some("telemetry-runtime"));
    assert!(of("telemetry.sdk.version").is_some());
}

// The original's early instruments measure nothing for ever.
#[test]
fn case_66_an_early_counter_becomes_live() {
    let _alone = nothing_runs();
    Telemetry::prepare();
    let meter = global::meter("early-library");
    let counter = meter.u64_counter("early.calls").with_unit("{call}").with_description("Calls.").build();
    let asked = Arc::new(AtomicUsize::new(0));
    let _observed = meter
        .u64_observable_gauge("early.observed")
        .with_callback({
            let asked = Arc::clone(&asked);
            move |observer| observer.observe(asked.fetch_add(1, Ordering::Relaxed) as u64 + 1, &[])
        })
        .build();
    counter.add(100, &[]);
    let exporter = Counting::default();
    for round in 1..=2 {
        let telemetry = start(&exporter);
        counter.add(3, &[KeyValue::new("kind", "late")]);
        telemetry.shutdown().expect("an end in time");
        let (scope, metric) = exporter.metric("early.calls");
        assert_eq!(scope, "early-library");
        assert_eq!((&*metric.unit, &*metric.description), ("{call}", "Calls."));
        assert_eq!(exporter.total("early.calls"), 3, "each telemetry counts from its start");
        exporter.metric("early.observed");
        assert_eq!(asked.load(Ordering::Relaxed), round, "one call for each collection");
    }
}

#[test]
fn case_67_a_tracer_that_was_taken_early_makes_spans_after_the_start() {
    let _alone = nothing_runs();
    Telemetry::prepare();
    let tracer = global::tracer("early-library");
    // Without telemetry a span stands for its parent.
    let remote =
        SpanContext::new(0x1234_u128.into(), 0x56_u64.into(), TraceFlags::SAMPLED, true, TraceState::NONE);
    let parent = Context::new().with_remote_span_context(remote.clone());
    let passing = tracer.start_with_context("early", &parent);
    assert_eq!((passing.span_context(), passing.is_recording()), (&remote, false));
    let exporter = Counting::default();
    for _ in 0..2 {
        let telemetry = start(&exporter);
        tracer.in_span("late", |context| {
            assert!(context.span().is_recording());
            plugin::call();
        });
        telemetry.shutdown().expect("an end in time");
        let (late, call) = (exporter.span("late"), exporter.span("call"));
        assert_eq!(late.instrumentation_scope.name(), "early-library");
        assert_eq!(call.parent_span_id, late.span_context.span_id());
    }
    assert_eq!(exporter.spans().len(), 4);
    assert!(!tracer.start("after").is_recording());
}

#[test]
fn case_78_a_signal_loses_nothing() {
    let sink = Sink::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut child = process::command(env!("CARGO_BIN_EXE_owned"))
        .arg("wait")
        .current_dir(folder.path())
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", sink.url())
        .env("OTEL_METRICS_EXPORTER", "otlp")
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut line = String::new();
    let output = child.stdout.take().expect("a pipe");
    BufReader::new(output).read_line(&mut line).expect("the program says that it is ready");
    let sent = Command::new("kill").arg("-TERM").arg(child.id().to_string()).status().expect("`kill` runs");
    assert!(sent.success());
    assert_eq!(child.wait().expect("it ends").signal(), Some(15));
    assert_eq!(sink.spans().len(), STEPS);
    assert!(sink.metrics().iter().any(|metric| metric.metric.name == "backstage.plugin.ending.steps.done"));
}

/// A processor that writes to spans at their start, and notes their ends.
#[derive(Clone, Debug, Default)]
struct Noting {
    ended: Arc<Mutex<Vec<SpanData>>>,
    ends: Arc<AtomicUsize>,
}

impl Noting {
    fn ended(&self, name: &str) -> Vec<SpanData> {
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.iter().filter(|span| span.name == name).cloned().collect()
    }
}

impl SpanProcessor for Noting {
    fn on_start(&self, span: &mut Span, parent: &Context) {
        let started = span.exported_data().expect("a span that is recorded");
        let places = started.attributes.iter().filter(|pair| pair.key.as_str() == "lifecycle.place").count();
        span.set_attribute(KeyValue::new("noted.places", places.to_string()));
        span.set_attribute(KeyValue::new("noted.parent", parent.span().span_context().span_id().to_string()));
        span.set_attribute(KeyValue::new("noted.id", started.span_context.span_id().to_string()));
        span.add_event("noted", Vec::new());
    }

    fn on_end(&self, span: SpanData) {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).push(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        self.ends.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

#[test]
fn a_registered_span_processor_sees_every_span_start_and_end() {
    let noting = Noting::default();
    let mut running = yaml("telemetry: { tracing: { exporters: [ { type: noting } ] } }")
        .build({
            let noting = noting.clone();
            move |builder| builder.register_span_processor("noting", same(&noting))
        })
        .start();
    assert!(
        running.diagnostics().iter().any(|text| text.starts_with("a span processor is at work")),
        "{:?}",
        running.diagnostics()
    );
    global::tracer("third-party").in_span("theirs", |_| plugin::call_at("here").expect("a place"));
    drop(plugin::call_at(""));
    let spans = running.all_spans();
    assert_eq!(spans.len(), 3);
    let theirs = running.span("theirs");
    for span in &spans {
        assert_eq!(
            attribute(span, "noted.id"),
            Some(span.span_context.span_id().to_string()),
            "{}",
            span.name
        );
        assert_eq!(attribute(span, "noted.parent"), Some(span.parent_span_id.to_string()), "{}", span.name);
        assert_eq!(span.events.events[0].name, "noted");
        // What ended is what is exported, to the last field.
        assert!(noting.ended(&span.name).contains(span), "{span:?}");
    }
    assert_eq!(attribute(&theirs, "noted.places").as_deref(), Some("0"));
    let ours = noting.ended("call_at");
    assert_eq!(ours.len(), 2);
    assert_eq!(ours[0].parent_span_id, theirs.span_context.span_id());
    assert_eq!(attribute(&ours[0], "noted.places").as_deref(), Some("1"));
    assert_eq!(ours[1].status, Status::error("no place"));
    running.stop();
    assert_eq!(noting.ends.load(Ordering::Relaxed), 1, "it is shut down once");
}

#[test]
fn a_span_processor_may_be_all_that_takes_spans() {
    let _alone = nothing_runs();
    let noting = Noting::default();
    let exporter = Counting::default();
    let telemetry = Telemetry::builder()
        .without_config_files()
        .environment([("TELEMETRY_METRIC_READER", "none")].into_iter().collect())
        .span_processor(noting.clone())
        .metric_sink(exporter.clone())
        .bootstrap()
        .expect("there is nothing to be wrong");
    assert!(telemetry.traces());
    plugin::call();
    global::tracer("third-party").in_span("theirs", |_| ());
    telemetry.shutdown().expect("an end in time");
    assert_eq!((noting.ended("call").len(), noting.ended("theirs").len()), (1, 1));
    // Nobody would take them out of the queue.
    assert_eq!(exporter.total("otel.sdk.processor.span.queue.size"), 0);
    plugin::call();
    assert_eq!(noting.ended("call").len(), 1);
}

/// An instrumentation that notes when it runs, and whose observable is in the last export.
#[derive(Clone, Default)]
struct Observed {
    log: Arc<Mutex<Vec<&'static str>>>,
}

impl Observed {
    fn log(&self) -> Vec<&'static str> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Instrumentation for Observed {
    fn name(&self) -> &'static str {
        "observed"
    }

    fn start(&self, telemetry: &Telemetry) -> Result<InstrumentationGuard, Error> {
        assert!(telemetry.collect().is_some(), "everything runs by now");
        let log = Arc::clone(&self.log);
        log.lock().unwrap_or_else(PoisonError::into_inner).push("start");
        Ok(InstrumentationGuard::new(move || {
            log.lock().unwrap_or_else(PoisonError::into_inner).push("stop");
        }))
    }
}

#[test]
fn an_instrumentation_runs_from_the_start_to_the_end_unless_it_is_switched_off() {
    let register = |observed: &Observed| {
        let observed = observed.clone();
        move |builder: telemetry_runtime::TelemetryBuilder| builder.register_instrumentation(observed)
    };
    let observed = Observed::default();
    let mut running = defaults().build(register(&observed)).start();
    assert_eq!(observed.log(), ["start"]);
    running.stop();
    assert_eq!(observed.log(), ["start", "stop"]);
    drop(running);

    let observed = Observed::default();
    drop(yaml("telemetry: { instrumentations: { observed: false } }").build(register(&observed)).start());
    drop(defaults().env("TELEMETRY_ENABLED", "off").build(register(&observed)).start());
    assert!(observed.log().is_empty());
}

/// An instrumentation that does not work.
struct Broken;

impl Instrumentation for Broken {
    fn name(&self) -> &'static str {
        "broken"
    }

    fn start(&self, _: &Telemetry) -> Result<InstrumentationGuard, Error> {
        Err(Error::new(ErrorKind::System, "there is no /proc"))
    }
}

#[test]
fn an_instrumentation_that_fails_is_reported_and_the_rest_runs() {
    let running = defaults().build(|builder| builder.register_instrumentation(Broken)).start();
    assert_eq!(running.diagnostics(), ["the instrumentation `broken` does not run: there is no /proc"]);
    plugin::call();
    assert_eq!(running.spans("lifecycle").len(), 1);
}

/// Starts telemetry that something is wrong with outside the program, and asserts that all else works.
fn assert_goes_on(start: fixture::Start, loses_spans: bool, reported: &str) {
    let running = start.start();
    plugin::call();
    // What one destination does not take is told, and the others get it.
    let kind = running.telemetry().flush(LIMIT).err().map(|error| error.kind());
    assert_eq!(kind, loses_spans.then_some(ErrorKind::Export));
    assert_eq!(running.exported("call"), 1);
    let diagnostics = running.diagnostics();
    assert!(diagnostics.iter().any(|text| text.contains(reported)), "{diagnostics:?}");
}

#[test]
fn a_port_in_use_does_not_stop_the_host() {
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let port = taken.local_addr().expect("an address").port();
    assert_goes_on(defaults().build(move |builder| builder.prometheus_port(port)), false, "cannot be opened");
}

#[test]
fn an_unreachable_collector_does_not_stop_the_host() {
    let text = "telemetry: { tracing: { exporters: [ { type: otlp, config: { endpoint: 'http://127.0.0.1:1', timeoutMillis: 100 } } ] } }";
    assert_goes_on(yaml(text), true, "OTLP/http/protobuf to 127.0.0.1:1 lost 1 spans");
}

#[test]
fn a_bad_certificate_does_not_stop_the_host() {
    for protocol in ["http/protobuf", "grpc"] {
        let text = format!(
            "telemetry: {{ tracing: {{ exporters: [ {{ type: otlp, config: {{ protocol: {protocol}, \
             endpoint: 'https://127.0.0.1:1', tls: {{ caFile: absent.pem }} }} }} ] }} }}"
        );
        assert_goes_on(yaml(&text), true, "spans cannot be sent over OTLP: cannot read `");
    }
}
