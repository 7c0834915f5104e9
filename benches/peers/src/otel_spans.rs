//! `opentelemetry` with `opentelemetry_sdk`: `Tracer::in_span`, with a batch processor and default settings.

use bench_harness::{Row, Run, Started};
use opentelemetry::trace::{Span as _, TraceContextExt as _, Tracer as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::Sampler;

use crate::empty::plain;
use crate::sinks::{self, Spans, tracer};

/// Spans in a trace, beside its root.
pub const CHILDREN: u64 = 99;

/// Twice as many spans as these, and their roots, fit into the queue of the batch processor.
pub const COUNT: u64 = 10 * CHILDREN;

/// One span of each kind.
pub const CHILD: Spans = Spans { count: 1, children: 1, attributes: 0, events: 0 };
pub const ROOT: Spans = Spans { children: 0, ..CHILD };

pub const ROWS: &[Row] = &[
    Row::new("otel/traced_off", "loop_call", || {
        // Without a provider.
        Started::new(|run| {
            let tracer = opentelemetry::global::tracer("bench");
            run.each(|index| tracer.in_span("child", |_| plain(index)));
        })
    }),
    row("otel/unsampled_child", || started(Sampler::AlwaysOff, None, |run| children(run, child))),
    row("otel/unsampled_root", || started(Sampler::AlwaysOff, None, |run| run.each(child))),
    row("otel/child_0", || started(on(), Some(CHILD), |run| children(run, child))),
    row("otel/child_4", || started(on(), Some(Spans { attributes: 4, ..CHILD }), |run| children(run, four))),
    row("otel/root_0", || started(on(), Some(ROOT), |run| run.each(child))),
    Row::new("otel/child_error", "otel/child_0", || {
        started(on(), Some(Spans { events: 1, ..CHILD }), |run| children(run, failing))
    })
    .count(COUNT),
];

const fn row(name: &'static str, start: fn() -> Started) -> Row {
    Row::new(name, "loop_call", start).count(COUNT)
}

pub fn on() -> Sampler {
    Sampler::ParentBased(Box::new(Sampler::AlwaysOn))
}

fn child(index: u64) -> u64 {
    tracer().in_span("child", |_| plain(index))
}

fn four(index: u64) -> u64 {
    let attributes = [
        KeyValue::new("bench.index", index as i64),
        KeyValue::new("bench.changed", index & 1 == 0),
        KeyValue::new("bench.ratio", 0.5),
        KeyValue::new("bench.stage", 7),
    ];
    let span = tracer().span_builder("child").with_attributes(attributes).start(tracer());
    let _active = Context::current_with_span(span).attach();
    plain(index)
}

fn failing(index: u64) -> Result<u64, std::fmt::Error> {
    let mut span = tracer().start("child");
    plain(index);
    let error = std::fmt::Error;
    span.record_error(&error);
    span.set_status(opentelemetry::trace::Status::error(error.to_string()));
    let _active = Context::current_with_span(span).attach();
    Err(error)
}

/// Traces of a root, which is not measured, and its children.
fn children<T>(run: &mut Run, operation: impl Fn(u64) -> T) {
    run.groups(CHILDREN, |group| tracer().in_span("root", |_| group.each(&operation)));
}

/// With spans that are exported, all of them, or not at all.
fn started(sampler: Sampler, each: Option<Spans>, operate: fn(&mut Run)) -> Started {
    let (provider, sink) = sinks::tracer_provider(sampler);
    sinks::set_tracer(&provider);
    let settled = provider.clone();
    Started::new(operate).settling(move || settled.force_flush().expect("all are exported")).checked(
        move |operations| {
            provider.force_flush().expect("all are exported");
            assert_eq!(sink.spans("child"), times(each, operations));
        },
    )
}

/// What so many spans come to.
pub fn times(each: Option<Spans>, operations: u64) -> Spans {
    let each = each.unwrap_or_default();
    Spans {
        count: each.count * operations,
        children: each.children * operations,
        attributes: each.attributes * operations,
        events: each.events * operations,
    }
}
