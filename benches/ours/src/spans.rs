//! Functions with `#[traced]`.

use std::fmt;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bench_harness::{Row, Run, Started};
use telemetry_runtime::TelemetryBuilder;

use crate::exporters::{self, Exporters, Spans};

/// Spans in a trace, beside its root.
const CHILDREN: u64 = 99;

/// Traces under callgrind; two thousand of its threads' spans fit into the queue many times.
const TRACES: u64 = 20;

pub const ROWS: &[Row] = &[
    Row::new("traced_off", "loop_call", || off(|run| run.each(work::child))),
    Row::new("traced_off_4", "loop_call", || off(|run| run.each(work::four))),
    Row::new("unsampled_child", "loop_call", || unsampled(|run| children(run, work::child))),
    Row::new("unsampled_root", "loop_call", || unsampled(|run| run.each(work::child))),
    child("child_0", || sampled("child", CHILD, |run| children(run, work::child))),
    child("child_4", || sampled("four", Spans { attributes: 4, ..CHILD }, |run| children(run, work::four))),
    child("root_0", || sampled("child", ROOT, |run| run.each(work::child))),
    child("child_metric", || sampled("counted", CHILD, |run| children(run, work::counted))),
    Row::new("child_error", "child_0", || {
        sampled("failing", Spans { events: 1, ..CHILD }, |run| children(run, work::failing))
    })
    .count(TRACES * CHILDREN),
];

/// The same rows in the other modes of `telemetry.tracing.context`.
pub const CONTEXTS: &[Row] = &[
    child("eager_child", || in_mode("eager", CHILD, |run| children(run, work::child))),
    child("permanent_child", || in_mode("permanent", CHILD, |run| children(run, work::child))),
    child("permanent_root", || in_mode("permanent", ROOT, |run| run.each(work::child))),
    Row::new("permanent_unsampled_root", "loop_call", || {
        unsampled_in("permanent", |run| run.each(work::child))
    }),
    child("lean_child", || in_mode("lean", CHILD, |run| children(run, work::child))),
    child("lean_root", || in_mode("lean", ROOT, |run| run.each(work::child))),
    Row::new("lean_unsampled_child", "loop_call", || unsampled_in("lean", |run| children(run, work::child))),
    Row::new("lean_unsampled_root", "loop_call", || unsampled_in("lean", |run| run.each(work::child))),
];

const MODE: &str = "telemetry.tracing.context";

fn in_mode(mode: &'static str, each: Spans, operate: fn(&mut Run)) -> Started {
    let exporters = exporters::start_with(|builder| builder.config_value(MODE, mode));
    sampled_by(exporters, "child", each, operate)
}

fn unsampled_in(mode: &'static str, operate: fn(&mut Run)) -> Started {
    silent(&[("telemetry.tracing.sampler.type", "always_off"), (MODE, mode)], operate)
}

const fn child(name: &'static str, start: fn() -> Started) -> Row {
    Row::new(name, "loop_call", start).count(TRACES * CHILDREN)
}

/// One span of each kind.
const CHILD: Spans = Spans { count: 1, children: 1, attributes: 0, events: 0 };
const ROOT: Spans = Spans { children: 0, ..CHILD };

/// What the functions do, without an annotation.
#[inline]
pub fn plain(index: u64) -> u64 {
    black_box(index)
}

/// How often attributes were asked for.
static EVALUATED: AtomicU64 = AtomicU64::new(0);

fn evaluated(index: u64) -> u64 {
    // Written on the way of attributes only where none should be asked for.
    if cfg!(debug_assertions) || OFF.load(Ordering::Relaxed) == 1 {
        EVALUATED.fetch_add(1, Ordering::Relaxed);
    }
    index
}

/// Whether spans are off, and no attribute may be evaluated.
static OFF: AtomicU64 = AtomicU64::new(0);

#[derive(Debug)]
pub struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the entity was refused")
    }
}

impl std::error::Error for Refused {}

#[telemetry_runtime::backstage_plugin(id = "bench")]
mod work {
    use bench_harness::run::Group;
    use telemetry_runtime::{metric, traced};

    use super::{Refused, evaluated, plain};

    /// The root of a trace.
    #[traced]
    pub fn root(work: impl FnOnce()) {
        work();
    }

    #[traced]
    pub fn child(index: u64) -> u64 {
        plain(index)
    }

    #[traced(attributes(
        bench.index = evaluated(index),
        bench.changed = index & 1 == 0,
        bench.ratio = 0.5,
        bench.stage = 7
    ))]
    pub fn four(index: u64) -> u64 {
        plain(index)
    }

    #[traced]
    #[metric(counter("work.done", unit = "{call}"), histogram = "work.duration", in_flight = "work.active")]
    pub fn counted(index: u64) -> u64 {
        plain(index)
    }

    #[traced]
    pub fn failing(index: u64) -> Result<u64, Refused> {
        plain(index);
        Err(Refused)
    }

    /// A group of operations inside of a span.
    pub fn group<T>(group: &mut Group<'_>, operation: impl Fn(u64) -> T) {
        root(|| group.each(operation));
    }
}

/// Traces of a root, which is not measured, and its children.
pub fn children<T>(run: &mut Run, operation: impl Fn(u64) -> T) {
    run.groups(CHILDREN, |group| work::group(group, &operation));
}

/// So many spans are exported before any is measured that none of those has to make room for itself: what spans are kept in
/// is used again.
const BEFORE: u64 = 3 * TRACES * (CHILDREN + 1);

/// Spans that are exported, all of them, each with what `each` says.
fn sampled(name: &'static str, each: Spans, operate: fn(&mut Run)) -> Started {
    sampled_by(exporters::start(), name, each, operate)
}

fn sampled_by(exporters: Arc<Exporters>, name: &'static str, each: Spans, operate: fn(&mut Run)) -> Started {
    for _ in 0..BEFORE {
        work::root(|| ());
    }
    exporters.flush();
    started(exporters, operate, move |exporters, operations| {
        let expected = Spans {
            count: operations,
            children: each.children * operations,
            attributes: each.attributes * operations,
            events: each.events * operations,
        };
        assert_eq!(exporters.spans(name), expected, "spans named `{name}`");
    })
}

fn unsampled(operate: fn(&mut Run)) -> Started {
    silent(&[("telemetry.tracing.sampler.type", "always_off")], operate)
}

fn off(operate: fn(&mut Run)) -> Started {
    OFF.store(1, Ordering::Relaxed);
    silent(&[("telemetry.tracing.enabled", "false")], operate)
}

/// Spans that are not exported, by settings.
fn silent(settings: &[(&'static str, &'static str)], operate: fn(&mut Run)) -> Started {
    let exporters = exporters::start_with(|builder: TelemetryBuilder| {
        settings.iter().fold(builder, |builder, (key, value)| builder.config_value(*key, *value))
    });
    started(exporters, operate, |exporters, _| {
        for name in ["root", "child", "four"] {
            assert_eq!(exporters.spans(name), Spans::default(), "spans named `{name}`");
        }
        assert_eq!(EVALUATED.load(Ordering::Relaxed), 0, "attributes of nothing are not evaluated");
    })
}

fn started(
    exporters: Arc<Exporters>,
    operate: fn(&mut Run),
    check: impl FnOnce(&Exporters, u64) + 'static,
) -> Started {
    let settled = Arc::clone(&exporters);
    Started::new(operate)
        .settling(move || settled.flush())
        .checked(move |operations| check(&exporters, operations))
}
