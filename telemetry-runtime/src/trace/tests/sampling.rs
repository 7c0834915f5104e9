use std::cell::Cell;
use std::pin::pin;
use std::thread;

use opentelemetry::trace::{
    Link, SpanContext, SpanId, SpanKind, TraceContextExt, TraceFlags, TraceId, TraceState, Tracer,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{SamplingDecision, SamplingResult, ShouldSample};

use super::{Capture, INNER, MIDDLE, OUTER, assert_parent, attribute, call, named, pause, poll, task};
use crate::call::{Call, NoMetrics};
use crate::trace::{Sampler, SpanGuard, TraceSettings, span};

fn sampled_by(sampler: Sampler) -> Capture {
    Capture::with(TraceSettings { sampler, ..TraceSettings::default() })
}

fn remote(flags: TraceFlags) -> Context {
    let remote =
        SpanContext::new(TraceId::from(5_u128), SpanId::from(6_u64), flags, true, TraceState::default());
    Context::current().with_remote_span_context(remote)
}

#[derive(Clone, Debug)]
struct ByAttribute;

impl ShouldSample for ByAttribute {
    fn should_sample(
        &self,
        _: Option<&Context>,
        _: TraceId,
        name: &str,
        _: &SpanKind,
        attributes: &[KeyValue],
        _: &[Link],
    ) -> SamplingResult {
        let wanted = KeyValue::new("wanted", true);
        SamplingResult {
            decision: match name {
                "middle" => SamplingDecision::RecordOnly,
                _ if attributes.contains(&wanted) => SamplingDecision::RecordAndSample,
                _ => SamplingDecision::Drop,
            },
            attributes: vec![KeyValue::new("sampler", i64::try_from(attributes.len()).unwrap())],
            trace_state: TraceState::from_key_value([("by", "sampler")]).unwrap(),
        }
    }
}

#[test]
fn an_unsampled_span_evaluates_no_attribute_and_makes_third_parties_unsampled() {
    let capture = sampled_by(Sampler::ParentBased(Box::new(Sampler::AlwaysOff)));
    let evaluated = Cell::new(false);
    {
        let _outer = Call::new(SpanGuard::enter_with(&OUTER, |_| evaluated.set(true)), NoMetrics);
        let current = span().span_context();
        assert!(current.is_valid() && !current.is_sampled());
        assert!(!span().is_recording());
        drop(capture.third_party().start("theirs"));
        let _inner = call(&INNER);
        assert_eq!(span().span_context(), current, "an unsampled child needs no ids of its own");
    }
    assert!(!evaluated.get());
    assert!(capture.spans().is_empty());
    assert_eq!(capture.counts().made, 0);
}

#[test]
fn parent_based_samplers_follow_a_remote_parent() {
    let capture = sampled_by(Sampler::ParentBased(Box::new(Sampler::AlwaysOff)));
    {
        let _remote = remote(TraceFlags::SAMPLED).attach();
        drop(call(&OUTER));
    }
    assert_eq!(capture.span().name, "outer");
    let capture = sampled_by(Sampler::ParentBased(Box::new(Sampler::AlwaysOn)));
    {
        let _remote = remote(TraceFlags::default()).attach();
        let _outer = call(&OUTER);
        assert!(!span().span_context().is_remote(), "the local span stands for the remote one");
        drop(call(&INNER));
    }
    assert!(capture.spans().is_empty());
}

#[test]
fn always_on_records_under_an_unsampled_parent() {
    let capture = sampled_by(Sampler::AlwaysOn);
    let _remote = remote(TraceFlags::default()).attach();
    drop(call(&OUTER));
    assert!(capture.span().span_context.is_sampled());
}

#[test]
fn a_ratio_takes_whole_traces_ours_and_third_party_spans_alike() {
    let capture = sampled_by(Sampler::TraceIdRatio(0.5));
    let tracer = capture.third_party();
    for _ in 0..200 {
        let _outer = call(&OUTER);
        drop(tracer.start("theirs"));
    }
    let spans = capture.spans();
    let ours: Vec<_> = spans.iter().filter(|span| span.name == "outer").collect();
    let theirs: Vec<_> = spans.iter().filter(|span| span.name == "theirs").collect();
    assert!((40..160).contains(&ours.len()), "{} of 200", ours.len());
    assert_eq!(ours.len(), theirs.len());
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert_parent(theirs, ours);
    }
}

#[test]
fn a_custom_sampler_sees_start_attributes_and_adds_its_own() {
    let capture = sampled_by(Sampler::Custom(Box::new(ByAttribute)));
    drop(call(&OUTER));
    drop(Call::new(SpanGuard::enter_with(&INNER, |start| start.set("wanted", true)), NoMetrics));
    let span = capture.span();
    assert_eq!(span.name, "inner");
    // The plugin's id and the attribute of the call.
    assert_eq!(attribute(&span, "sampler"), Some(&2.into()));
    assert_eq!(span.span_context.trace_state().get("by"), Some("sampler"));
}

#[test]
fn a_span_that_is_recorded_only_is_written_to_and_not_exported() {
    let capture = sampled_by(Sampler::Custom(Box::new(ByAttribute)));
    {
        let _middle = call(&MIDDLE);
        assert!(span().is_recording());
        assert!(!span().span_context().is_sampled());
    }
    assert!(capture.spans().is_empty());
}

#[test]
fn an_unsampled_future_keeps_its_trace_on_other_threads() {
    let capture = sampled_by(Sampler::ParentBased(Box::new(Sampler::AlwaysOff)));
    let outer = call(&OUTER);
    let current = span().span_context();
    let future = task(
        &INNER,
        async {
            pause().await;
            span().span_context()
        },
        |_, _| (),
    );
    let seen = thread::spawn(move || {
        let mut future = pin!(future);
        assert!(poll(future.as_mut()).is_pending());
        match poll(future) {
            std::task::Poll::Ready(seen) => seen,
            std::task::Poll::Pending => panic!("still pending"),
        }
    });
    assert_eq!(seen.join().unwrap(), current);
    drop(outer);
    assert!(capture.spans().is_empty());
}

#[test]
fn where_nothing_is_installed_the_parent_is_passed_on() {
    // Without a capture: the recorder of the process is off in unit tests.
    let tracer_parent = remote(TraceFlags::SAMPLED);
    let _remote = tracer_parent.clone().attach();
    let _outer = Call::new(SpanGuard::enter_with(&OUTER, |_| panic!("evaluated")), NoMetrics);
    assert_eq!(&span().span_context(), tracer_parent.span().span_context());
}

#[test]
fn children_of_a_sampled_parent_stay_sampled_under_a_ratio_of_zero() {
    let capture = sampled_by(Sampler::ParentBased(Box::new(Sampler::TraceIdRatio(0.0))));
    {
        let _remote = remote(TraceFlags::SAMPLED).attach();
        let _outer = call(&OUTER);
        drop(call(&INNER));
    }
    drop(call(&MIDDLE));
    let spans = capture.spans();
    assert_eq!(spans.len(), 2);
    assert_parent(named(&spans, "inner"), named(&spans, "outer"));
}
