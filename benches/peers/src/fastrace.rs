//! `fastrace` with `fastrace-opentelemetry`: `#[fastrace::trace]` under a local root.

use std::borrow::Cow;

use bench_harness::{Row, Run, Started};
use fastrace::collector::Config;
use fastrace::prelude::*;
use fastrace_opentelemetry::OpenTelemetryReporter;
use opentelemetry::InstrumentationScope;
use opentelemetry_sdk::Resource;

use crate::empty::plain;
use crate::otel_spans::{CHILD, CHILDREN, ROOT, times};
use crate::sinks::{Sink, Spans};

pub const ROWS: &[Row] = &[
    // With a reporter and no root: nothing is recorded.
    Row::new("fastrace/traced_off", "loop_call", || started(None, |run| run.each(child)).into_started()),
    Row::new("fastrace/traced_off_4", "loop_call", || started(None, |run| run.each(four)).into_started()),
    row("fastrace/unsampled_child", || started(None, |run| children(run, false, child)).into_started()),
    row("fastrace/unsampled_root", || {
        started(None, |run| run.each(|index| root(index, false))).into_started()
    }),
    row("fastrace/child_0", || started(Some(CHILD), |run| children(run, true, child)).into_started()),
    row("fastrace/child_4", || {
        started(Some(Spans { attributes: 4, ..CHILD }), |run| children(run, true, four)).into_started()
    }),
    row("fastrace/root_0", || started(Some(ROOT), |run| run.each(|index| root(index, true))).into_started()),
    Row::new("fastrace/child_error", "fastrace/child_0", || {
        started(Some(Spans { events: 1, ..CHILD }), |run| children(run, true, failing)).into_started()
    })
    .count(20 * CHILDREN),
];

const fn row(name: &'static str, start: fn() -> Started) -> Row {
    Row::new(name, "loop_call", start).count(20 * CHILDREN)
}

#[fastrace::trace(short_name = true)]
fn child(index: u64) -> u64 {
    plain(index)
}

#[fastrace::trace(
    name = "child",
    properties = { "bench.index": "{index}", "bench.changed": "true", "bench.ratio": "0.5", "bench.stage": "7" }
)]
fn four(index: u64) -> u64 {
    plain(index)
}

#[fastrace::trace(name = "child")]
fn failing(index: u64) -> Result<u64, std::fmt::Error> {
    plain(index);
    let error = std::fmt::Error;
    LocalSpan::add_event(Event::new("exception").with_properties(|| {
        [("exception.message", error.to_string()), ("exception.type", "std::fmt::Error".to_owned())]
    }));
    Err(error)
}

fn root(index: u64, sampled: bool) -> u64 {
    let root = Span::root("child", SpanContext::random().sampled(sampled));
    let _guard = root.set_local_parent();
    plain(index)
}

/// Traces of a root, which is not measured, and its children.
fn children<T>(run: &mut Run, sampled: bool, operation: impl Fn(u64) -> T) {
    run.groups(CHILDREN, |group| {
        let root = Span::root("root", SpanContext::random().sampled(sampled));
        let _guard = root.set_local_parent();
        group.each(&operation);
    });
}

/// What is to be checked of spans that went through the reporter.
pub struct Reported {
    sink: Sink,
    each: Option<Spans>,
    operate: fn(&mut Run),
}

/// With spans that are exported, all of them, or not at all.
pub fn started(each: Option<Spans>, operate: fn(&mut Run)) -> Reported {
    let sink = Sink::default();
    let scope = InstrumentationScope::builder("bench").build();
    let reporter = OpenTelemetryReporter::new(sink.clone(), Cow::Owned(Resource::builder().build()), scope);
    fastrace::set_reporter(reporter, Config::default());
    Reported { sink, each, operate }
}

impl Reported {
    pub fn into_started(self) -> Started {
        Started::new(self.operate).settling(fastrace::flush).checked(move |operations| {
            fastrace::flush();
            if self.each.is_some() {
                assert_eq!(self.sink.spans("child"), times(self.each, operations));
            } else {
                assert_eq!(self.sink.spans("child").count, 0, "nothing is exported");
            }
        })
    }
}
