use std::collections::HashMap;
use std::pin::pin;
use std::thread;

use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, Tracer, get_active_span,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::propagation::TraceContextPropagator;

use super::super::{Capture, INNER, MIDDLE, OUTER, TraceSettings, attribute, call, named, pause, poll, task};
use super::{each_mode, shown, traceparent};
use crate::context::propagate;
use crate::trace::settings::ContextMode;
use crate::trace::{Sampler, span};

#[test]
fn case_16_what_is_sent_names_the_current_span() {
    each_mode(|capture, _| {
        let sent = {
            let _outer = call(&OUTER);
            let _middle = call(&MIDDLE);
            let sent = (traceparent(&Context::current()), Context::map_current(traceparent));
            assert_eq!(sent.0, sent.1);
            sent.0
        };
        let spans = capture.spans();
        let middle = &named(&spans, "middle").span_context;
        assert_eq!(sent, format!("00-{}-{}-01", middle.trace_id(), middle.span_id()));
    });
}

#[test]
fn case_17_a_remote_parent_comes_in_and_its_trace_state_goes_out_again() {
    each_mode(|capture, _| {
        let state = TraceState::from_key_value([("vendor", "value")]).unwrap();
        let (trace, span) = (TraceId::from(7_u128), SpanId::from(9_u64));
        let remote = SpanContext::new(trace, span, TraceFlags::SAMPLED, true, state.clone());
        let mut headers = HashMap::new();
        {
            let _remote = Context::current().with_remote_span_context(remote).attach();
            let _outer = call(&OUTER);
            let _middle = call(&MIDDLE);
            let propagator = crate::context::propagator::Exact(TraceContextPropagator::new());
            propagator.inject_context(&Context::current(), &mut headers);
        }
        let spans = capture.spans();
        assert_eq!(named(&spans, "outer").parent_span_id, span);
        let middle = &named(&spans, "middle").span_context;
        assert_eq!(headers["traceparent"], format!("00-{trace}-{}-01", middle.span_id()));
        assert_eq!(headers["tracestate"], "vendor=value");
        assert_eq!(*middle.trace_state(), state);
    });
}

#[cfg(feature = "otlp-logs")]
#[test]
fn case_18_a_log_record_has_the_ids_of_the_span_in_which_it_is_made() {
    use opentelemetry::logs::{Logger, LoggerProvider};
    use opentelemetry::trace::mark_span_as_active;
    use opentelemetry_sdk::error::OTelSdkResult;
    use opentelemetry_sdk::logs::{LogProcessor, SdkLogRecord, SdkLoggerProvider};

    #[derive(Clone, Debug, Default)]
    struct Seen(std::sync::Arc<std::sync::Mutex<Vec<SpanId>>>);

    impl LogProcessor for Seen {
        fn emit(&self, record: &mut SdkLogRecord, _: &opentelemetry::InstrumentationScope) {
            self.0.lock().unwrap().push(record.trace_context().unwrap().span_id);
        }

        fn force_flush(&self) -> OTelSdkResult {
            Ok(())
        }
    }

    each_mode(|capture, _| {
        let seen = Seen::default();
        let provider = SdkLoggerProvider::builder()
            .with_log_processor(crate::context::LogSpans)
            .with_log_processor(seen.clone())
            .build();
        let logger = provider.logger("third-party");
        let log = || logger.emit(logger.create_log_record());
        {
            let _outer = call(&OUTER);
            let _middle = call(&MIDDLE);
            log();
            let _theirs = mark_span_as_active(capture.third_party().start("theirs"));
            log();
        }
        let spans = capture.spans();
        let ids = ["middle", "theirs"].map(|name| named(&spans, name).span_context.span_id());
        assert_eq!(*seen.0.lock().unwrap(), ids);
    });
}

#[test]
fn case_19_and_20_a_direct_reader_sees_the_trace_and_an_ancestor_or_the_span_itself() {
    each_mode(|capture, mode| {
        let (in_outer, in_middle, exact) = {
            let _outer = call(&OUTER);
            let in_outer = shown();
            let _middle = call(&MIDDLE);
            (in_outer, shown(), span().span_context())
        };
        let spans = capture.spans();
        let (outer, middle) = (&named(&spans, "outer").span_context, &named(&spans, "middle").span_context);
        assert_eq!(exact, *middle, "through our own function it is exact");
        let expected = match mode {
            ContextMode::Eager => (outer, middle),
            ContextMode::Permanent => (&SpanContext::NONE, &SpanContext::NONE),
            _ => (outer, outer),
        };
        assert_eq!((&in_outer, &in_middle), expected);
    });
}

#[test]
fn case_21_a_direct_reader_sees_the_trace_in_a_future_that_changed_its_thread() {
    each_mode(|capture, _| {
        let mut read = None;
        {
            let mut future = pin!(propagate(task(
                &OUTER,
                async {
                    pause().await;
                    read = Some(shown());
                },
                |(), _| (),
            )));
            assert!(poll(future.as_mut()).is_pending());
            let polled = thread::scope(|scope| scope.spawn(|| poll(future.as_mut()).is_ready()).join());
            assert!(polled.unwrap());
        }
        assert_eq!(read, Some(named(&capture.spans(), "outer").span_context.clone()));
    });
}

#[test]
fn case_22_suppression_silences_both_kinds_and_ends() {
    each_mode(|capture, _| {
        let tracer = capture.third_party();
        {
            let _outer = call(&OUTER);
            {
                let _quiet = Context::enter_telemetry_suppressed_scope();
                let _middle = call(&MIDDLE);
                drop(tracer.start("silent"));
                drop(call(&MIDDLE));
            }
            drop(tracer.start("loud"));
            drop(call(&INNER));
        }
        let mut names: Vec<_> = capture.spans().into_iter().map(|span| span.name).collect();
        names.sort_unstable();
        assert_eq!(names, ["inner", "loud", "outer"]);
    });
}

#[test]
fn case_23_what_third_parties_write_lands_on_the_current_span_unless_the_context_has_none() {
    each_mode(|capture, mode| {
        let is_there = mode != ContextMode::Permanent;
        let write = |value: &'static str| {
            Context::current().span().set_attribute(KeyValue::new("owned", value));
            get_active_span(|span| {
                assert_eq!(span.is_recording(), is_there);
                span.set_attribute(KeyValue::new("borrowed", value));
                span.add_event(value, Vec::new());
            });
        };
        {
            let _outer = call(&OUTER);
            write("outer before");
            {
                let _middle = call(&MIDDLE);
                write("middle");
            }
            write("outer");
        }
        let spans = capture.spans();
        for name in ["outer", "middle"] {
            let span = named(&spans, name);
            let written = is_there.then(|| name.into());
            assert_eq!(attribute(span, "owned"), written.as_ref());
            assert_eq!(attribute(span, "borrowed"), written.as_ref());
            let events = if name == "outer" { 2 } else { 1 };
            assert_eq!(span.events.len(), if is_there { events } else { 0 });
        }
    });
}

#[test]
fn case_33_an_unsampled_root_makes_third_parties_unsampled_and_says_so() {
    for context in [ContextMode::Observed, ContextMode::Permanent, ContextMode::Eager] {
        let sampler = Sampler::ParentBased(Box::new(Sampler::AlwaysOff));
        let capture = Capture::with(TraceSettings { sampler, context, ..TraceSettings::default() });
        let sent = {
            let _outer = call(&OUTER);
            let _middle = call(&MIDDLE);
            drop(capture.third_party().start("theirs"));
            traceparent(&Context::current())
        };
        assert!(capture.spans().is_empty());
        assert!(sent.ends_with("-00"), "{sent}");
    }
}
