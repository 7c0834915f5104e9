use std::error::Error;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;

use opentelemetry::Value;
use opentelemetry::trace::{Event, Status};
use opentelemetry_sdk::trace::SpanData;

use super::{Capture, INNER, MIDDLE, OUTER, assert_parent, attribute, call, named, pause, poll, task};
use crate::call::*;
use crate::trace::{Parent, SpanGuard, TaskSpan, TraceSettings, span};

#[derive(Debug)]
struct Missing;

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such entity")
    }
}

impl Error for Missing {}

#[derive(Debug)]
struct Failed(Missing);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot stitch")
    }
}

impl Error for Failed {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

/// A function that returns `$value`, as `#[traced]` expands it.
macro_rules! returning {
    ($site:expr, $type:ty, $value:expr) => {{
        let mut call = Call::new(SpanGuard::enter($site), NoMetrics);
        let out: $type = call_once(|| -> $type { $value });
        tell!(&out, &mut call);
        out
    }};
}

fn event(span: &SpanData) -> &Event {
    let [event] = &span.events[..] else { panic!("not one event: {span:#?}") };
    assert_eq!(event.name, "exception");
    event
}

fn text(event: &Event, key: &str) -> Option<String> {
    let found = event.attributes.iter().find(|attribute| attribute.key.as_str() == key);
    found.map(|attribute| attribute.value.to_string())
}

#[test]
fn a_value_leaves_the_span_without_a_status() {
    let capture = Capture::new();
    returning!(&OUTER, Result<u8, Missing>, Ok(1)).unwrap();
    let span = capture.span();
    assert_eq!(span.status, Status::Unset);
    assert!(span.events.is_empty());
    assert_eq!(attribute(&span, "error.type"), None);
    assert_eq!(attribute(&span, "outcome"), None);
}

#[test]
fn an_error_sets_status_type_and_exception_with_its_sources() {
    let capture = Capture::new();
    assert!(returning!(&OUTER, Result<(), Failed>, Err(Failed(Missing))).is_err());
    let span = capture.span();
    let type_name = std::any::type_name::<Failed>();
    assert_eq!(span.status, Status::error("cannot stitch"));
    assert_eq!(attribute(&span, "error.type"), Some(&type_name.into()));
    let event = event(&span);
    assert_eq!(text(event, "exception.type").as_deref(), Some(type_name));
    assert_eq!(text(event, "exception.message").as_deref(), Some("cannot stitch"));
    assert_eq!(
        text(event, "exception.stacktrace"),
        Some(format!("{type_name}: cannot stitch\ncaused by: no such entity"))
    );
}

#[test]
fn every_error_type_works_with_what_it_can_do() {
    struct Bare;
    #[derive(Debug)]
    struct OnlyDebug;
    struct OnlyDisplay;
    impl fmt::Display for OnlyDisplay {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("only display")
        }
    }
    struct Lends(Failed);
    impl AsRef<dyn Error> for Lends {
        fn as_ref(&self) -> &(dyn Error + 'static) {
            &self.0
        }
    }
    fn status_of(capture: &Capture) -> Status {
        capture.span().status
    }
    let capture = Capture::new();
    let _ = returning!(&OUTER, Result<(), Bare>, Err(Bare));
    assert_eq!(status_of(&capture), Status::error(""));
    let _ = returning!(&OUTER, Result<(), OnlyDebug>, Err(OnlyDebug));
    assert_eq!(status_of(&capture), Status::error("OnlyDebug"));
    let _ = returning!(&OUTER, Result<(), OnlyDisplay>, Err(OnlyDisplay));
    assert_eq!(status_of(&capture), Status::error("only display"));
    let _ = returning!(&OUTER, Result<(), Lends>, Err(Lends(Failed(Missing))));
    let span = capture.span();
    assert_eq!(span.status, Status::error("cannot stitch"));
    assert!(text(event(&span), "exception.stacktrace").unwrap().ends_with("caused by: no such entity"));
    let _ = returning!(&OUTER, Result<(), Box<dyn Error + Send + Sync>>, Err(Box::new(Failed(Missing))));
    let span = capture.span();
    assert_eq!(span.status, Status::error("cannot stitch"));
    assert!(text(event(&span), "exception.stacktrace").unwrap().ends_with("caused by: no such entity"));
    let _ = returning!(&OUTER, Result<(), String>, Err("text".to_owned()));
    assert_eq!(status_of(&capture), Status::error("text"));
}

#[test]
fn errors_that_borrow_are_errors_too() {
    #[derive(Debug)]
    struct Near<'a>(&'a str);
    impl fmt::Display for Near<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "near `{}`", self.0)
        }
    }
    impl Error for Near<'_> {}
    fn parse(text: &str) -> Result<(), Near<'_>> {
        returning!(&INNER, Result<(), Near<'_>>, Err(Near(text)))
    }
    fn parse_boxed<'a>(text: &'a str) -> Result<(), Box<dyn Error + 'a>> {
        returning!(&OUTER, Result<(), Box<dyn Error + 'a>>, Err(Box::new(Near(text))))
    }
    let capture = Capture::new();
    let text = String::from("here");
    parse(&text).unwrap_err();
    parse_boxed(&text).unwrap_err();
    for span in capture.spans() {
        assert_eq!(span.status, Status::error("near `here`"));
    }
}

#[test]
fn generic_code_sees_only_what_its_bounds_say() {
    fn fails<E>(error: E) -> Result<(), E> {
        returning!(&OUTER, Result<(), E>, Err(error))
    }
    let capture = Capture::new();
    fails(Missing).unwrap_err();
    let span = capture.span();
    assert_eq!(span.status, Status::error(""));
    assert_eq!(attribute(&span, "error.type"), Some(&std::any::type_name::<Missing>().into()));
}

#[test]
fn values_that_are_no_results_are_no_errors() {
    let capture = Capture::new();
    let _ = returning!(&OUTER, Option<u8>, None);
    returning!(&OUTER, (), ());
    assert!(capture.spans().iter().all(|span| span.status == Status::Unset));
}

#[test]
fn five_references_are_enough_for_all_levels() {
    let capture = Capture::new();
    let mut call = Call::new(SpanGuard::enter(&OUTER), NoMetrics);
    let out: Result<(), Failed> = Err(Failed(Missing));
    tell!(&out, &mut call);
    drop(call);
    assert_eq!(capture.span().status, Status::error("cannot stitch"));
}

#[test]
fn an_error_whose_text_panics_is_recorded_without_it() {
    struct Angry;
    impl fmt::Display for Angry {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("not for you")
        }
    }
    let capture = Capture::new();
    let _ = returning!(&OUTER, Result<(), Angry>, Err(Angry));
    assert_eq!(capture.span().status, Status::error("an error whose text cannot be formatted"));
}

#[test]
fn an_error_that_goes_up_has_one_event_at_the_innermost_span() {
    let capture = Capture::new();
    let _ = returning!(&OUTER, Result<(), Missing>, {
        returning!(&MIDDLE, Result<(), Missing>, returning!(&INNER, Result<(), Missing>, Err(Missing)))
    });
    let spans = capture.spans();
    event(named(&spans, "inner"));
    for outer in ["middle", "outer"] {
        let span = named(&spans, outer);
        assert!(span.events.is_empty(), "{span:#?}");
        assert_eq!(span.status, Status::error("no such entity"));
        assert!(attribute(span, "error.type").is_some());
    }
}

#[test]
fn another_error_than_the_childs_has_an_event_of_its_own() {
    let capture = Capture::new();
    let _ = returning!(&OUTER, Result<(), Failed>, {
        let inner = returning!(&INNER, Result<(), Missing>, Err(Missing));
        inner.map_err(Failed)
    });
    let spans = capture.spans();
    event(named(&spans, "inner"));
    event(named(&spans, "outer"));
}

#[test]
fn the_same_error_in_a_sibling_has_an_event_of_its_own() {
    let capture = Capture::new();
    {
        let _outer = call(&OUTER);
        let _ = returning!(&INNER, Result<(), Missing>, Err(Missing));
        let _ = returning!(&MIDDLE, Result<(), Missing>, Err(Missing));
    }
    let spans = capture.spans();
    event(named(&spans, "inner"));
    event(named(&spans, "middle"));
}

#[test]
fn a_panic_sets_its_text_and_place() {
    let capture = Capture::new();
    let payload = catch_unwind(AssertUnwindSafe(|| {
        let _outer = call(&OUTER);
        let _inner = call(&INNER);
        let what = String::from("cheese");
        panic!("out of {what}");
    }))
    .unwrap_err();
    assert_eq!(payload.downcast_ref::<String>().unwrap(), "out of cheese");
    let spans = capture.spans();
    for span in &spans {
        assert_eq!(span.status, Status::error("out of cheese"));
        assert_eq!(attribute(span, "error.type"), Some(&"panic".into()));
    }
    let event = event(named(&spans, "inner"));
    assert_eq!(text(event, "exception.message").as_deref(), Some("out of cheese"));
    assert!(text(event, "exception.stacktrace").unwrap().starts_with(&format!("panicked at {}:", file!())));
    assert!(named(&spans, "outer").events.is_empty());
}

#[test]
fn a_call_that_ends_well_while_the_thread_unwinds_did_not_panic() {
    struct CallsOnDrop;
    impl Drop for CallsOnDrop {
        fn drop(&mut self) {
            drop(call(&INNER));
        }
    }
    let capture = Capture::new();
    let _ = catch_unwind(AssertUnwindSafe(|| {
        let _calls = CallsOnDrop;
        panic!("boom");
    }));
    assert_eq!(capture.span().status, Status::Unset);
}

#[test]
fn a_panic_that_was_caught_before_is_not_reported_again() {
    let capture = Capture::new();
    let _ = catch_unwind(|| panic!("old"));
    let _ = catch_unwind(AssertUnwindSafe(|| {
        let _outer = call(&OUTER);
        std::panic::resume_unwind(Box::new("without the hook"));
    }));
    assert_eq!(capture.span().status, Status::error(""));
}

#[test]
fn a_finished_future_says_how_it_ended() {
    let capture = Capture::new();
    let mut future = pin!(traced_lazily(
        Parent::current(),
        |parent| {
            let span = TaskSpan::start_with(&OUTER, parent, |start| start.set("kind", "api"));
            let future = async move {
                pause().await;
                Err(Missing)
            };
            (Prepared::new(span, NoMetrics), future)
        },
        |out: &Result<(), Missing>, call: &mut Call<_, _>| tell!(out, call),
    ));
    assert!(poll(future.as_mut()).is_pending());
    assert!(capture.spans().is_empty(), "an open span was exported");
    assert!(poll(future.as_mut()).is_ready());
    let span = capture.span();
    assert_eq!(span.status, Status::error("no such entity"));
    assert_eq!(attribute(&span, "kind"), Some(&"api".into()));
    event(&span);
}

#[test]
fn a_dropped_future_is_cancelled_after_the_spans_inside_it() {
    struct EndsLate;
    impl Drop for EndsLate {
        fn drop(&mut self) {
            drop(call(&INNER));
        }
    }
    let capture = Capture::new();
    {
        let mut future = Box::pin(task(
            &OUTER,
            async {
                let _ends_late = EndsLate;
                task(&MIDDLE, pause(), |(), _| ()).await;
            },
            |(), _| (),
        ));
        assert!(poll(future.as_mut()).is_pending());
    }
    let spans = capture.spans();
    let names: Vec<_> = spans.iter().map(|span| &*span.name).collect();
    assert_eq!(names, ["middle", "inner", "outer"]);
    assert_parent(named(&spans, "inner"), named(&spans, "outer"));
    for name in ["middle", "outer"] {
        let span = named(&spans, name);
        assert_eq!(span.status, Status::Unset);
        assert_eq!(attribute(span, "outcome"), Some(&"cancelled".into()));
    }
}

#[test]
fn a_future_that_panics_ends_with_the_panic() {
    let capture = Capture::new();
    let mut future = Box::pin(task(
        &OUTER,
        async {
            pause().await;
            panic!("mid-flight");
        },
        |(), _| (),
    ));
    assert!(poll(future.as_mut()).is_pending());
    let _ = catch_unwind(AssertUnwindSafe(|| poll(future.as_mut())));
    drop(future);
    assert_eq!(capture.span().status, Status::error("mid-flight"));
}

#[test]
fn the_wrapper_is_send_and_sync_where_the_future_is() {
    fn assert_send_sync<T: Send + Sync>(_: &T) {}
    let future = task(&OUTER, std::future::ready(1), |_, _| ());
    assert_send_sync(&future);
}

#[test]
fn texts_of_errors_and_panics_stay_out_on_request() {
    let capture = Capture::with(TraceSettings { error_texts: false, ..TraceSettings::default() });
    let _ = returning!(&OUTER, Result<(), Failed>, Err(Failed(Missing)));
    let _ = catch_unwind(AssertUnwindSafe(|| {
        let _inner = call(&INNER);
        panic!("secret");
    }));
    let spans = capture.spans();
    for span in &spans {
        assert_eq!(span.status, Status::error(""));
        assert_eq!(text(event(span), "exception.message"), None);
    }
    assert_eq!(text(event(named(&spans, "outer")), "exception.stacktrace"), None);
    assert!(text(event(named(&spans, "inner")), "exception.stacktrace").unwrap().contains(file!()));
}

#[test]
fn exception_events_stay_out_on_request() {
    let capture = Capture::with(TraceSettings { exception_events: false, ..TraceSettings::default() });
    let _ = returning!(&OUTER, Result<(), Missing>, Err(Missing));
    let span = capture.span();
    assert!(span.events.is_empty());
    assert_eq!(span.status, Status::error("no such entity"));
}

#[test]
fn an_ok_set_by_hand_is_final_and_of_errors_the_last_one_stays() {
    let capture = Capture::new();
    let _ = returning!(&OUTER, Result<(), Missing>, {
        span().set_status(Status::Ok);
        Err(Missing)
    });
    let _ = returning!(&INNER, Result<(), Missing>, {
        span().set_status(Status::error("by hand"));
        span().set_status(Status::Unset);
        Err(Missing)
    });
    let spans = capture.spans();
    assert_eq!(named(&spans, "outer").status, Status::Ok);
    assert!(matches!(attribute(named(&spans, "outer"), "error.type"), Some(Value::String(_))));
    assert_eq!(named(&spans, "inner").status, Status::error("no such entity"));
}

#[test]
fn the_wrapper_of_a_future_adds_at_most_56_bytes() {
    let plain = async {
        pause().await;
    };
    let size = size_of_val(&plain);
    let wrapped = task(&OUTER, plain, |(), _| ());
    let added = size_of_val(&wrapped) - size;
    assert!(added <= 56, "{added} bytes");
}
