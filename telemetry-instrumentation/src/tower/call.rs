//! One request from its arrival until its response has been sent.

use std::mem;
use std::time::Instant;

use http::{HeaderMap, Request, StatusCode};
use telemetry_runtime::Scope;
use telemetry_runtime::metrics::{AttributeRef, FreeAttributes};

use super::grpc::Status;
use super::metrics::{InFlight, Metrics};
use super::request::RequestInfo;
use crate::span::{End, OpenSpan};

const SCOPE: Scope = Scope::core("http-router");

/// The telemetry of one request. It is ended once: by [`ServerCall::end`], or as cancelled where it is dropped before.
#[derive(Debug)]
pub(super) struct ServerCall(Option<Open>);

#[derive(Debug)]
struct Open {
    span: OpenSpan,
    request: RequestInfo,
    started: Instant,
    status: Option<StatusCode>,
    grpc_status: Option<Status>,
    _in_flight: InFlight,
}

impl ServerCall {
    /// Begins with a request, whose headers say which span it belongs to.
    pub(super) fn begin<B>(request: &Request<B>, route: Option<String>) -> Self {
        let started = Instant::now();
        let info = RequestInfo::of(request, route);
        let in_flight = InFlight::enter(info.labels);
        let span = OpenSpan::start(SCOPE, info.span_name(), info.span_options(request));
        let open =
            Open { span, request: info, started, status: None, grpc_status: None, _in_flight: in_flight };
        Self(Some(open))
    }

    /// Runs `step` inside the span. If it unwinds, the request ends as a panic, and unwinding goes on.
    pub(super) fn run<R>(&mut self, step: impl FnOnce() -> R) -> R {
        struct Step<'a>(&'a mut ServerCall);

        impl Drop for Step<'_> {
            fn drop(&mut self) {
                self.0.end(&End::Panic);
            }
        }

        let Some(context) = self.0.as_ref().map(|open| open.span.context().clone()) else { return step() };
        let running = Step(self);
        let attached = context.attach();
        let result = step();
        drop(attached);
        mem::forget(running);
        result
    }

    /// Notes the head of the response.
    pub(super) fn respond(&mut self, status: StatusCode, headers: &HeaderMap) {
        let Some(open) = &mut self.0 else { return };
        open.status = Some(status);
        open.span.set_attribute("http.response.status_code", status.as_u16());
        if open.request.rpc_method.is_some() {
            // A response without a body has the status of gRPC in its head.
            open.grpc_status = Status::of(headers);
        }
    }

    /// Notes what follows the body.
    pub(super) fn trailers(&mut self, trailers: &HeaderMap) {
        if let Some(open) = &mut self.0
            && open.request.rpc_method.is_some()
        {
            open.grpc_status = Status::of(trailers).or(open.grpc_status);
        }
    }

    /// Whether a response with this head has no body, whatever its headers say.
    pub(super) fn has_no_body(&self) -> bool {
        self.0.as_ref().is_some_and(|open| {
            let bodiless = |status: StatusCode| {
                status.is_informational()
                    || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
            };
            open.request.is_head || open.status.is_some_and(bodiless)
        })
    }

    /// Ends it after the whole response: the status says whether the server failed.
    pub(super) fn complete(&mut self) {
        let end = self.0.as_ref().map(Open::outcome);
        self.end(end.as_ref().unwrap_or(&End::Ok));
    }

    /// Ends it, unless it has ended.
    pub(super) fn end(&mut self, end: &End) {
        if let Some(open) = self.0.take() {
            open.end(end);
        }
    }
}

impl Drop for ServerCall {
    /// What was not ended was not wanted any more: the client has gone.
    fn drop(&mut self) {
        self.end(&End::Cancelled);
    }
}

impl Open {
    fn outcome(&self) -> End {
        match (self.status, self.grpc_status) {
            (_, Some(status)) if status.is_server_error() => End::Error(status.name().into()),
            (Some(status), _) if status.is_server_error() => End::Error(status.as_u16().to_string().into()),
            _ => End::Ok,
        }
    }

    fn end(mut self, end: &End) {
        if self.grpc_status.is_some_and(Status::is_unimplemented) {
            self.forget_method();
        }
        if let Some(status) = self.grpc_status {
            self.span.set_attribute("rpc.response.status_code", status.name());
        }
        self.record(end);
        self.span.end(end);
    }

    /// Anybody can call methods that do not exist, under any name.
    fn forget_method(&mut self) {
        self.span.set_attribute("rpc.method", "_OTHER");
        self.span.set_attribute("rpc.method_original", self.request.rpc_method.take());
        self.span.set_name("_OTHER");
        self.request.route = None;
    }

    fn record(&self, end: &End) {
        let mut attributes: Vec<(&str, AttributeRef<'_>)> = vec![
            ("http.request.method", self.request.labels.method.as_str().into()),
            ("url.scheme", self.request.labels.scheme.as_str().into()),
            ("outcome", end.outcome().into()),
        ];
        let texts = [
            ("http.route", self.request.route.as_deref()),
            ("network.protocol.version", self.request.version),
            ("rpc.response.status_code", self.grpc_status.map(Status::name)),
            ("error.type", end.error_type()),
        ];
        attributes.extend(texts.into_iter().filter_map(|(key, text)| Some((key, text?.into()))));
        if let Some(status) = self.status {
            attributes.push(("http.response.status_code", status.as_u16().into()));
        }
        Metrics::get()
            .duration
            .record_with(self.started.elapsed().as_secs_f64(), FreeAttributes(&attributes));
    }
}
