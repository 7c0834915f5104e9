//! Rows 12 and 18: exporters that panic or block, and spans that are too much for anybody.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, SystemTime};

use it::sink::Sink;
use opentelemetry::trace::{Span as _, SpanBuilder, Tracer as _, TracerProvider as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use telemetry_runtime::config::Environment;
use telemetry_runtime::export::{BoxFuture, Diagnostics, ExportError, Receipt, SpanSink};
use telemetry_runtime::{Telemetry, TelemetryBuilder, backstage_plugin, span};

use crate::figures::{alone, count, whole_row};

/// Longer than anything here takes.
const ENOUGH: Duration = Duration::from_secs(30);

#[backstage_plugin(id = "isolation")]
mod plugin {
    use telemetry_runtime::traced;

    #[traced]
    pub(super) fn call(inside: impl FnOnce()) {
        inside();
    }
}

/// Telemetry without settings of the machine, and what it reports.
fn telemetry(variables: &[(&str, &str)]) -> (TelemetryBuilder, Arc<Mutex<Vec<String>>>) {
    let reports: Arc<Mutex<Vec<String>>> = Arc::default();
    let told = Arc::clone(&reports);
    let diagnostics = Diagnostics::to_hook(move |diagnostic| {
        told.lock().expect("no hook panics").push(diagnostic.to_string());
    });
    let own = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
    let environment: Environment = variables.iter().map(own).collect();
    let builder = Telemetry::builder()
        .without_config_files()
        .environment(environment)
        .prometheus_port(0)
        .diagnostics(diagnostics);
    (builder, reports)
}

/// An exporter that panics the first time, with each batch that it took afterwards.
struct PanicsOnce {
    calls: AtomicUsize,
    took: Arc<AtomicUsize>,
}

impl SpanSink for PanicsOnce {
    fn name(&self) -> &'static str {
        "panics once"
    }

    fn export<'a>(
        &'a self,
        batch: Vec<SpanData>,
        _: &'a Resource,
    ) -> BoxFuture<'a, Result<Receipt, ExportError>> {
        if self.calls.fetch_add(1, Ordering::Relaxed) == 0 {
            std::panic::resume_unwind(Box::new("as the test says"));
        }
        self.took.fetch_add(batch.len(), Ordering::Relaxed);
        Box::pin(async { Ok(Receipt::default()) })
    }
}

#[test]
fn an_exporter_that_panics_gets_the_next_batch_and_is_told_of_once() {
    let _alone = alone();
    let took = Arc::new(AtomicUsize::new(0));
    let (builder, reports) = telemetry(&[("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "100")]);
    let telemetry = builder
        .span_sink(PanicsOnce { calls: AtomicUsize::new(0), took: Arc::clone(&took) })
        .bootstrap()
        .expect("telemetry starts");
    (0..1_000).for_each(|_| plugin::call(|| {}));
    telemetry.flush(ENOUGH).expect_err("a batch was lost");
    // A batch that its time has made due is smaller than others.
    let lost = 1_000 - took.load(Ordering::Relaxed);
    assert!((1..=100).contains(&lost), "{lost}");
    (0..1_000).for_each(|_| plugin::call(|| {}));
    telemetry.flush(ENOUGH).expect("nothing was lost since");
    assert_eq!(took.load(Ordering::Relaxed), 2_000 - lost);
    let reports = reports.lock().expect("no hook panics");
    let warnings: Vec<_> = reports.iter().filter(|report| report.contains("lost")).collect();
    assert_eq!(warnings, [&format!("panics once lost {lost} spans: the exporter panicked")]);
    let delivered = 2_000 - lost;
    whole_row(
        12,
        format_args!(
            "2,000 spans made = {delivered} delivered + {lost} of the batch that panicked, 1 warning"
        ),
    );
}

/// An exporter that never comes back.
struct Blocks(Mutex<mpsc::Receiver<()>>);

impl SpanSink for Blocks {
    fn name(&self) -> &'static str {
        "blocks"
    }

    fn export<'a>(
        &'a self,
        _: Vec<SpanData>,
        _: &'a Resource,
    ) -> BoxFuture<'a, Result<Receipt, ExportError>> {
        // Until the test lets go of it.
        let _ = self.0.lock().expect("nobody panics").recv();
        Box::pin(async { Ok(Receipt::default()) })
    }
}

#[test]
fn an_exporter_and_a_hook_that_block_hold_up_neither_scrapes_nor_others() {
    let _alone = alone();
    let (release, held) = mpsc::channel::<()>();
    let (release_hook, held_hook) = mpsc::channel::<()>();
    let held_hook = Mutex::new(held_hook);
    let took = Arc::new(AtomicUsize::new(0));
    let (builder, _) = telemetry(&[("OTEL_BSP_SCHEDULE_DELAY", "10")]);
    let telemetry = builder
        .diagnostics(Diagnostics::to_hook(move |_| {
            let _ = held_hook.lock().expect("nobody panics").recv();
        }))
        .span_sink(Blocks(Mutex::new(held)))
        .span_sink(PanicsOnce { calls: AtomicUsize::new(0), took: Arc::clone(&took) })
        .shutdown_timeout(Duration::from_millis(500))
        .bootstrap()
        .expect("telemetry starts");
    plugin::call(|| {});
    let address = telemetry.prometheus_address().expect("the endpoint listens");
    it::wait::until("delivery by the other exporter", || {
        plugin::call(|| {});
        (took.load(Ordering::Relaxed) > 0).then_some(())
    });
    assert_eq!(it::http::get(address, "/metrics", &[]).status, 200);
    telemetry.shutdown().expect_err("one of the exporters does not end");
    drop((release, release_hook));
}

#[test]
fn a_span_that_is_too_much_is_cut_and_the_others_arrive() {
    let _alone = alone();
    let sink = Sink::start();
    let (builder, _) = telemetry(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &sink.url()),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OTEL_METRICS_EXPORTER", "none"),
    ]);
    let telemetry = builder.bootstrap().expect("telemetry starts");
    (0..50).for_each(|_| plugin::call(|| {}));
    plugin::call(|| span().set_attribute("body", "x".repeat(5 << 20)));
    plugin::call(|| {
        for number in 0..10_000 {
            span().set_attribute(format!("key.{number}"), i64::MIN + number);
            span().add_event("many", []);
        }
        span().set_attribute("utf8", String::from_utf8_lossy(&[b'a', 0xff, 0xfe]).into_owned());
    });
    plugin::call(|| {
        span().set_attribute("nan", f64::NAN);
        span().set_attribute("infinite", f64::INFINITY);
        span().set_attribute("largest", i64::MAX);
    });
    let tracer = telemetry.sdk_tracer_provider().expect("spans are on").tracer("third-party");
    let year = Duration::from_secs(365 * 86_400);
    let first = SystemTime::UNIX_EPOCH - year * 1969;
    let last = SystemTime::UNIX_EPOCH + year * 8029;
    tracer.build(SpanBuilder::from_name("ages").with_start_time(first)).end_with_timestamp(last);
    (0..50).for_each(|_| plugin::call(|| {}));
    telemetry.flush(ENOUGH).expect("nothing was lost");

    let spans = sink.spans();
    assert_eq!(spans.len(), 104);
    let body = spans.iter().find_map(|span| span.attribute("body")).expect("the long text arrives");
    assert!((1 << 20..4 << 20).contains(&body.len()), "{}", body.len());
    let many = spans.iter().find(|span| span.span.dropped_events_count > 0).expect("the full one arrives");
    assert_eq!((many.span.events.len(), many.span.dropped_events_count), (128, 9_872));
    assert_eq!(many.span.dropped_attributes_count, 9_873);
    let ages = spans.iter().find(|span| span.span.name == "ages").expect("the old one arrives");
    assert_eq!((ages.span.start_time_unix_nano, ages.span.end_time_unix_nano), (0, u64::MAX));
    whole_row(
        18,
        format_args!(
            "{} of 104 spans over gRPC; a text of 5 MiB cut to {} bytes; 10,000 attributes and events cut to 128 with {} and \
             {} counted as dropped",
            spans.len(),
            count(body.len() as u64),
            count(many.span.dropped_attributes_count),
            count(many.span.dropped_events_count),
        ),
    );
    telemetry.shutdown().expect("nothing was lost");
}
