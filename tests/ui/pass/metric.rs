//! Functions with metrics, in every form.

#![deny(warnings)]

use telemetry_runtime::{AttributeValue, Counter, Histogram, MetricAttributes, MetricSet, metric};

const BOUNDS: &[f64] = &[1.0, 2.0];
const TEXT: &str = "Entities stitched.";

#[derive(Clone, Copy, AttributeValue)]
enum Kind {
    Component,
    Location,
}

#[derive(Clone, Copy, MetricAttributes)]
struct Stitched {
    kind: Kind,
}

#[derive(MetricSet)]
struct Metrics {
    /// Entities processed.
    #[metric(counter = "entities.processed")]
    processed: Counter<u64>,
    /// Entities seen, by kind.
    #[metric(counter = "entities.seen")]
    seen: Counter<u64, Stitched>,
    /// Sizes.
    #[metric(histogram = "entities.size", unit = "By")]
    size: Histogram<f64>,
}

static METRICS: &Metrics = Metrics::get();

#[metric(counter = "entities.counted", unit = "{entity}", description = TEXT)]
fn counted() {}

#[metric(
    counter("entities.ok", unit = "{entity}", on = "ok"),
    counter("entities.failed", on = "error"),
    histogram = "stitching.duration",
    histogram("entities.length", unit = "{character}", value = |text: &Result<String, ()>| text.as_ref().map_or(0, String::len) as f64, buckets = BOUNDS),
    up_down_counter("entities.balance", value = -1),
    gauge("entities.last", value = text.len() as u64),
    in_flight = "stitching.active"
)]
fn several(text: &str) -> Result<String, ()> {
    Ok(text.to_owned())
}

#[metric(counter = "entities.attributed", attributes = Stitched { kind }, outcome = false)]
fn typed(kind: Kind) {
    let _ = kind;
}

#[metric(counter = "entities.bounded", attributes(entity.kind = kind, changed = true))]
fn bounded(kind: Kind) {
    let _ = kind;
}

#[metric(counter = METRICS.processed)]
fn declared() {}

#[metric(counter("Odd-Name.legal", allow(style)), plugin = "other")]
async fn asynchronous() -> Result<(), std::io::Error> {
    Ok(())
}

struct Stitcher;

impl Stitcher {
    #[metric(counter = "methods.called")]
    #[telemetry_runtime::metric(histogram = "methods.duration")]
    fn method(&self) -> Option<u8> {
        None
    }
}

fn main() {
    counted();
    assert_eq!(several("a").as_deref(), Ok("a"));
    typed(Kind::Component);
    bounded(Kind::Location);
    declared();
    drop(asynchronous());
    assert_eq!(Stitcher.method(), None);
    METRICS.seen.add_with(1, Stitched { kind: Kind::Component });
    METRICS.size.record(10.0);
}
