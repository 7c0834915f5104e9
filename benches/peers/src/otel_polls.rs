//! Polls under a span: `FutureExt::with_context`, `tracing::Instrument`, and fastrace's `in_span`.

use bench_harness::{Row, Run, Started};
use fastrace::prelude::*;
use opentelemetry::trace::{FutureExt as _, TraceContextExt as _, Tracer as _};
use opentelemetry_sdk::trace::Sampler;
use tracing::Instrument as _;

use crate::empty::{Waiting, polls};
use crate::otel_spans::on;
use crate::sinks::{self, tracer};
use crate::{fastrace as fastrace_rows, tracing_otel};

pub const ROWS: &[Row] = &[
    Row::new("otel/poll_nested", "loop_poll", || otel(|run| tracer().in_span("root", |_| task(run)))),
    Row::new("otel/poll_root", "loop_poll", || otel(task)),
    Row::new("tracing_otel/poll_nested", "loop_poll", || {
        tracing_otel::started(on(), None, |run| tracing::info_span!("root").in_scope(|| instrumented(run)))
    }),
    Row::new("tracing_otel/poll_root", "loop_poll", || tracing_otel::started(on(), None, instrumented)),
    Row::new("fastrace/poll_nested", "loop_poll", || {
        fastrace_rows::started(None, |run| {
            let root = Span::root("root", SpanContext::random());
            let span = Span::enter_with_parent("task", &root);
            let _guard = root.set_local_parent();
            polls(run, Waiting.in_span(span));
        })
        .into_started()
    })
    .count(1_000),
    Row::new("fastrace/poll_root", "loop_poll", || {
        fastrace_rows::started(None, |run| {
            polls(run, Waiting.in_span(Span::root("task", SpanContext::random())));
        })
        .into_started()
    })
    .count(1_000),
];

fn otel(operate: fn(&mut Run)) -> Started {
    let (provider, sink) = sinks::tracer_provider(Sampler::AlwaysOn);
    sinks::set_tracer(&provider);
    Started::new(operate).checked(move |_| {
        provider.force_flush().expect("all are exported");
        assert!(sink.spans("task").count > 0, "the spans of the tasks are exported");
    })
}

fn task(run: &mut Run) {
    let span = tracer().start("task");
    polls(run, Waiting.with_context(opentelemetry::Context::current_with_span(span)));
}

fn instrumented(run: &mut Run) {
    polls(run, Waiting.instrument(tracing::info_span!("child")));
}
