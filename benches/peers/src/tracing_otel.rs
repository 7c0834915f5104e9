//! `tracing` with `tracing-opentelemetry`: `#[instrument(skip_all)]`, with a batch processor and default settings.

use bench_harness::{Row, Run, Started};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::Sampler;
use tracing::instrument;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::empty::plain;
use crate::otel_spans::{CHILD, CHILDREN, COUNT, ROOT, on, times};
use crate::sinks::{self, Spans};

pub const ROWS: &[Row] = &[
    // Without a subscriber.
    Row::new("tracing_otel/traced_off", "loop_call", || Started::new(|run| run.each(child))),
    Row::new("tracing_otel/traced_off_4", "loop_call", || Started::new(|run| run.each(four))),
    row("tracing_otel/unsampled_child", || started(Sampler::AlwaysOff, None, |run| children(run, child))),
    row("tracing_otel/unsampled_root", || started(Sampler::AlwaysOff, None, |run| run.each(child))),
    row("tracing_otel/child_0", || started(on(), Some(CHILD), |run| children(run, child))),
    row("tracing_otel/child_4", || {
        started(on(), Some(Spans { attributes: 4, ..CHILD }), |run| children(run, four))
    }),
    row("tracing_otel/root_0", || started(on(), Some(ROOT), |run| run.each(child))),
    Row::new("tracing_otel/child_error", "tracing_otel/child_0", || {
        started(on(), Some(Spans { events: 1, ..CHILD }), |run| children(run, failing))
    })
    .count(COUNT),
];

const fn row(name: &'static str, start: fn() -> Started) -> Row {
    Row::new(name, "loop_call", start).count(COUNT)
}

#[instrument(skip_all)]
fn child(index: u64) -> u64 {
    plain(index)
}

#[instrument(
    skip_all,
    name = "child",
    fields(bench.index = index, bench.changed = index & 1 == 0, bench.ratio = 0.5, bench.stage = 7)
)]
fn four(index: u64) -> u64 {
    plain(index)
}

#[instrument(skip_all, name = "child", err)]
fn failing(index: u64) -> Result<u64, std::fmt::Error> {
    plain(index);
    Err(std::fmt::Error)
}

/// Traces of a root, which is not measured, and its children.
fn children<T>(run: &mut Run, operation: impl Fn(u64) -> T) {
    run.groups(CHILDREN, |group| tracing::info_span!("root").in_scope(|| group.each(&operation)));
}

/// With spans that are exported, all of them, or not at all. Without `each`, only that nothing fails is checked.
pub fn started(sampler: Sampler, each: Option<Spans>, operate: fn(&mut Run)) -> Started {
    let (provider, sink) = sinks::tracer_provider(sampler);
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("bench"));
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))
        .expect("a process has one row");
    let settled = provider.clone();
    Started::new(operate).settling(move || settled.force_flush().expect("all are exported")).checked(
        move |operations| {
            provider.force_flush().expect("all are exported");
            if each.is_some() {
                assert_eq!(sink.spans("child"), times(each, operations));
            }
        },
    )
}
