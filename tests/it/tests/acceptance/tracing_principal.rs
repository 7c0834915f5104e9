//! Cases 21 to 25, 64 and 65: on whose behalf a span is made.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use opentelemetry::KeyValue;
use opentelemetry::trace::TraceContextExt as _;
use opentelemetry_sdk::trace::SpanData;
use telemetry_runtime::services::{AuthenticationError, Authenticator, Principal, RequestHead, SpanOptions};
use telemetry_runtime::{TracingService, span, traced};

use crate::fixture::{self, Running, Start, attribute};

const CAPTURE: &str = "backend: {tracing: {capture: {endUser: true}}}";

fn service(running: &Running) -> TracingService {
    running.telemetry().plugin("my-plugin").expect("a plugin id").tracing()
}

/// Who the span says that the call was made for.
fn principal(span: &SpanData) -> (Option<String>, Option<String>) {
    (attribute(span, "backstage.principal.type"), attribute(span, "enduser.id"))
}

fn some(kind: &str, id: Option<&str>) -> (Option<String>, Option<String>) {
    (Some(kind.to_owned()), id.map(str::to_owned))
}

/// Knows the tokens of two principals, and counts how often it is asked.
#[derive(Clone, Default)]
struct Tokens(Arc<AtomicUsize>);

impl Authenticator for Tokens {
    fn authenticate(&self, request: &dyn RequestHead) -> Result<Principal, AuthenticationError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        match request.header("Authorization") {
            None => Ok(Principal::none()),
            Some("Bearer user") => Ok(Principal::user("user:default/mock")),
            Some("Bearer service") => Ok(Principal::service("plugin:catalog")),
            Some(_) => Err(AuthenticationError::new("the token is of nobody")),
        }
    }
}

/// Telemetry with an authenticator, and how often that was asked.
fn with_tokens(start: Start) -> (Running, Arc<AtomicUsize>) {
    let tokens = Tokens::default();
    let asked = Arc::clone(&tokens.0);
    (start.build(|builder| builder.authenticator(tokens)).start(), asked)
}

fn request(token: Option<&'static str>) -> http::Request<()> {
    let mut request = http::Request::new(());
    if let Some(token) = token {
        request.headers_mut().insert("authorization", http::HeaderValue::from_static(token));
    }
    request
}

#[test]
fn case_21_with_capture_off_a_user_is_a_type_and_no_id() {
    let running = fixture::defaults().start();
    let options = SpanOptions::new().credentials(&Principal::user("user:default/mock"));
    service(&running).start_active_span("twenty-one", options, |_| ());
    assert_eq!(principal(&running.span("twenty-one")), some("user", None));
}

#[test]
fn case_22_with_capture_on_a_user_is_its_entity_reference() {
    let running = fixture::yaml(CAPTURE).start();
    let options = SpanOptions::new().credentials(&Principal::user("user:default/mock"));
    service(&running).start_active_span("twenty-two", options, |_| ());
    assert_eq!(principal(&running.span("twenty-two")), some("user", Some("user:default/mock")));
}

#[test]
fn case_23_with_capture_on_a_service_is_its_subject() {
    let running = fixture::yaml(CAPTURE).start();
    let options = SpanOptions::new().credentials(&Principal::service("plugin:catalog"));
    service(&running).start_active_span("twenty-three", options, |_| ());
    assert_eq!(principal(&running.span("twenty-three")), some("service", Some("plugin:catalog")));
    // Neither nobody nor another type of principal has an id, and a call without credentials says nothing.
    let nobody = SpanOptions::new().credentials(&Principal::none());
    service(&running).start_active_span("nobody", nobody, |_| ());
    service(&running).start_active_span("not known", SpanOptions::new(), |_| ());
    assert_eq!(principal(&running.span("nobody")), some("none", None));
    assert_eq!(principal(&running.span("not known")), (None, None));
}

#[test]
fn case_24_of_a_request_alone_the_authenticator_is_asked_once() {
    let (running, asked) = with_tokens(fixture::yaml(CAPTURE));
    let request = request(Some("Bearer user"));
    let value =
        service(&running).start_active_span("twenty-four", SpanOptions::new().request(&request), |_| 24);
    assert_eq!(value, Ok(24));
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    assert_eq!(principal(&running.span("twenty-four")), some("user", Some("user:default/mock")));
}

#[test]
fn case_25_with_credentials_and_a_request_the_authenticator_is_never_asked() {
    let (running, asked) = with_tokens(fixture::defaults());
    let request = request(Some("Bearer user"));
    let service_credentials = Principal::service("plugin:catalog");
    let before = SpanOptions::new().credentials(&service_credentials).request(&request);
    let after = SpanOptions::new().request(&request).credentials(&service_credentials);
    for (name, options) in [("before", before), ("after", after)] {
        service(&running).start_active_span(name, options, |_| ()).expect("not refused");
        assert_eq!(principal(&running.span(name)), some("service", None));
    }
    assert_eq!(asked.load(Ordering::Relaxed), 0);
}

#[test]
fn case_64_with_capture_off_nobody_smuggles_an_end_user_in() {
    let running = fixture::defaults().start();
    let options = SpanOptions::new().attribute("enduser.id", "start").attribute("kept", 1);
    service(&running).start_active_span("sixty-four", options, |current| {
        current.set_attribute("enduser.id", "by handle");
        span().set_attribute("enduser.id", "by the current span");
        opentelemetry::Context::current().span().set_attribute(KeyValue::new("enduser.id", "third party"));
    });
    let span = running.span("sixty-four");
    assert_eq!(principal(&span), (None, None));
    assert_eq!(attribute(&span, "kept").as_deref(), Some("1"));
}

#[test]
fn the_type_of_the_principal_is_the_services_own_and_with_capture_on_callers_may_name_the_user() {
    let running = fixture::yaml(CAPTURE).start();
    let options = SpanOptions::new()
        .attribute("backstage.principal.type", "admin")
        .attribute("enduser.id", "mine")
        .credentials(&Principal::other("none"));
    service(&running).start_active_span("owned", options, |span| {
        span.set_attribute("backstage.principal.type", "admin");
    });
    assert_eq!(principal(&running.span("owned")), some("none", Some("mine")));
}

#[test]
fn case_65_a_request_that_proves_nobody_refuses_the_call_before_its_span() {
    let (running, _) = with_tokens(fixture::defaults());
    let stolen = request(Some("Bearer stolen"));
    let mut called = false;
    let refused =
        service(&running)
            .start_active_span("sixty-five", SpanOptions::new().request(&stolen), |_| called = true);
    assert_eq!(refused, Err(AuthenticationError::new("the token is of nobody")));
    assert!(!called);
    assert!(running.all_spans().is_empty());
}

#[tokio::test]
async fn case_65_the_same_for_async_closures_and_without_the_principal_where_that_is_asked_for() {
    let (running, _) = with_tokens(fixture::defaults());
    let stolen = request(Some("Bearer stolen"));
    let tracing = service(&running);
    let options = SpanOptions::new().request(&stolen);
    let refused = tracing.start_active_span_async("refused", options, async |_| ()).await;
    assert!(refused.is_err());
    let options = SpanOptions::new().request(&stolen).or_without_principal();
    tracing.start_active_span_async("goes on", options, async |_| ()).await;
    let spans = running.all_spans();
    assert_eq!(spans.len(), 1);
    assert_eq!(principal(&spans[0]), (None, None));
}

#[test]
fn a_request_without_an_authenticator_says_nothing_and_is_reported() {
    let running = fixture::defaults().start();
    let request = request(Some("Bearer user"));
    let options = SpanOptions::new().request(&request);
    service(&running).start_active_span("not asked", options, |_| ()).expect("nobody refuses");
    assert_eq!(principal(&running.span("not asked")), (None, None));
    assert!(running.diagnostics().iter().any(|report| report.contains("no authenticator")));
}

#[traced(credentials = user, plugin = "my-plugin")]
fn by_credentials(user: &Principal) {
    let _ = user;
}

#[traced(request = request, plugin = "my-plugin")]
async fn by_request(request: http::Request<()>) -> usize {
    request.headers().len()
}

#[traced(request = headers, credentials = Principal::service("plugin:catalog"), plugin = "my-plugin")]
fn by_both(headers: &http::HeaderMap) {
    let _ = headers;
}

#[tokio::test]
async fn annotated_functions_say_on_whose_behalf_they_run() {
    let (running, asked) = with_tokens(fixture::yaml(CAPTURE));
    by_credentials(&Principal::user("user:default/guest"));
    assert_eq!(by_request(request(Some("Bearer service"))).await, 1);
    by_both(request(Some("Bearer user")).headers());
    assert_eq!(asked.load(Ordering::Relaxed), 1, "credentials win");
    assert_eq!(principal(&running.span("by_credentials")), some("user", Some("user:default/guest")));
    assert_eq!(principal(&running.span("by_request")), some("service", Some("plugin:catalog")));
    assert_eq!(principal(&running.span("by_both")), some("service", Some("plugin:catalog")));
}

#[tokio::test]
async fn a_request_that_proves_nobody_leaves_the_principal_of_an_annotated_function_out() {
    let (running, _) = with_tokens(fixture::defaults());
    assert_eq!(by_request(request(Some("Bearer stolen"))).await, 1, "the function runs");
    assert_eq!(principal(&running.span("by_request")), (None, None));
}

#[test]
fn credentials_are_evaluated_only_where_the_span_is_recorded() {
    #[traced(credentials = { asked.fetch_add(1, Ordering::Relaxed); Principal::none() }, plugin = "my-plugin")]
    fn counted(asked: &AtomicUsize) {
        let _ = asked;
    }

    let asked = AtomicUsize::new(0);
    let running = fixture::defaults().env("OTEL_TRACES_SAMPLER", "always_off").start();
    counted(&asked);
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    drop(running);
    let running = fixture::defaults().start();
    counted(&asked);
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    assert_eq!(principal(&running.span("counted")), some("none", None));
}
