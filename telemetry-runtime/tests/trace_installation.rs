//! The recorder of the process: before, during and after its installation. It is process-wide state, so the steps
//! are one test in a program of its own.

use opentelemetry::Context;
use opentelemetry::trace::{SpanId, TraceContextExt, Tracer, TracerProvider};
use opentelemetry_sdk::Resource;
use telemetry_runtime::__private::{Call, NoMetrics};
use telemetry_runtime::Scope;
use telemetry_runtime::trace::{self, SpanGuard, SpanSite, TraceSettings, queue};

static SITE: SpanSite = SpanSite::new("work", Scope::plugin("catalog"));

fn work() {
    let _call = Call::new(SpanGuard::enter(&SITE), NoMetrics);
}

#[test]
fn spans_count_as_early_then_are_recorded_then_pass_until_the_next_installation() {
    assert!(trace::tracer_provider(Resource::builder_empty().build()).is_none());
    work();
    work();
    let counts = queue::counts();
    assert_eq!((counts.early, counts.made), (2, 0));

    trace::install(TraceSettings::default());
    work();
    let open = Call::new(SpanGuard::enter(&SITE), NoMetrics);
    let provider = trace::tracer_provider(Resource::builder_empty().build()).unwrap();
    provider.tracer("theirs").start("third-party");
    let spans = queue::drain(10);
    assert_eq!(spans.len(), 2);
    assert_eq!(spans[0].name, "work");
    assert_eq!(spans[0].parent_span_id, SpanId::INVALID);
    assert_eq!(spans[1].parent_span_id, Context::current().span().span_context().span_id());

    // A span that was open at the end is still exported, a new one is not, and neither is early.
    trace::uninstall();
    drop(open);
    work();
    assert_eq!(queue::drain(10).len(), 1);
    queue::report_exported(2);
    queue::report_failed(1);
    let counts = queue::counts();
    assert_eq!((counts.early, counts.made, counts.taken), (2, 3, 3));
    assert_eq!((counts.exported, counts.failed), (2, 1));

    queue::close();
    trace::install(TraceSettings::default());
    work();
    assert_eq!(queue::waiting(), 1);
    assert_eq!(queue::drain(10).len(), 1);
}
