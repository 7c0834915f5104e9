//! The seam for a tracing service of an organisation's own.

use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use opentelemetry::trace::{Link, Status, TraceContextExt};
use opentelemetry::{Context, KeyValue};

use crate::call::CallEnd;
use crate::clock::Moment;
use crate::outcome::{ErrorInfo, Outcome};
use crate::plugin::Scope;
use crate::principal::{Principal, is_reserved};
use crate::trace::{EXCEPTION, SpanKind, attributes_of, panic_since};

/// What makes the spans of all [`TracingService`](super::TracingService)s in place of our recorder; given to
/// [`TelemetryBuilder::tracing_backend`](crate::TelemetryBuilder::tracing_backend).
///
/// Plugins do not notice: a service that was made before telemetry started goes to the backend from the start on. What
/// `#[traced]` records goes to the recorder in any case, and reaches a backend by a
/// [`SpanSink`](crate::export::SpanSink).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tracing backend",
    note = "implement `TracingBackend` for it: it starts the spans of all tracing services"
)]
pub trait TracingBackend: Send + Sync {
    /// Starts a span below the one of `parent`, and gives a context in which it is current: `parent` with a span of one's
    /// own (`TraceContextExt::with_span`). What is written to the span goes to that one.
    fn start(&self, span: SpanStart, parent: &Context) -> Context;

    /// Ends the span of a context that [`TracingBackend::start`] gave; called exactly once. Unless it is implemented, the
    /// outcome is written on the span as the macros do it, and the span ends.
    fn end(&self, context: &Context, ending: &SpanEnding) {
        ending.write(context);
        context.span().end();
    }
}

/// What a span starts with, as a [`TracingBackend`] gets it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SpanStart {
    /// The plugin or core service that it belongs to.
    pub owner: Scope,
    /// The name.
    pub name: Cow<'static, str>,
    /// The kind.
    pub kind: SpanKind,
    /// The attributes: that of the owner, those that were asked for, and what may be known of the principal.
    pub attributes: Vec<KeyValue>,
    /// The links.
    pub links: Vec<Link>,
}

/// How a span of a [`TracingBackend`] ended.
#[derive(Clone, Debug)]
pub struct SpanEnding {
    outcome: Outcome,
    error: Option<ErrorInfo>,
}

impl SpanEnding {
    pub(super) fn new(end: &CallEnd, started: Moment) -> Self {
        let error = match end.outcome() {
            Outcome::Panic => Some(panic_since(started, true)),
            _ => end.error().cloned(),
        };
        Self { outcome: end.outcome(), error }
    }

    /// How it ended.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// The kind of error; also of one that was expected, where the outcome is ok.
    pub fn error_type(&self) -> Option<&'static str> {
        self.error.as_ref().map(ErrorInfo::error_type)
    }

    /// The text of the error or panic.
    pub fn message(&self) -> Option<&str> {
        self.error.as_ref()?.message()
    }

    /// Writes it on the span of a context as the macros do on theirs: `error.type`, the event `exception` and the status
    /// for an error or panic, and `outcome` for a future that was dropped.
    pub fn write(&self, context: &Context) {
        let span = context.span();
        match self.outcome {
            Outcome::Cancelled => span.set_attribute(KeyValue::new("outcome", self.outcome.as_str())),
            Outcome::Ok | Outcome::Error | Outcome::Panic => {}
        }
        let Some(error) = &self.error else { return };
        span.set_attribute(KeyValue::new("error.type", error.error_type()));
        if !matches!(self.outcome, Outcome::Error | Outcome::Panic) {
            return;
        }
        if let Some(attributes) = attributes_of(error) {
            span.add_event(EXCEPTION, attributes);
        }
        span.set_status(Status::error(error.message().unwrap_or_default().to_owned()));
    }
}

impl SpanStart {
    /// The attributes of a principal, in place of what a caller would like to say of it.
    pub(super) fn tell(&mut self, principal: Option<&Principal>, capture_end_user: bool) {
        self.attributes.retain(|attribute| !is_reserved(attribute.key.as_str(), capture_end_user));
        let Some(principal) = principal else { return };
        let kind = Some(principal.kind()).filter(|kind| !kind.is_empty());
        let id = principal.end_user().filter(|_| capture_end_user);
        for (key, value) in [("backstage.principal.type", kind), ("enduser.id", id)] {
            if let Some(value) = value {
                self.attributes.retain(|attribute| attribute.key.as_str() != key);
                self.attributes.push(KeyValue::new(key, value.to_owned()));
            }
        }
    }
}

/// A backend at work.
pub(super) struct Installed {
    pub(super) backend: Box<dyn TracingBackend>,
    pub(super) capture_end_user: bool,
}

/// Whether there is one; most programs never ask further.
static REPLACED: AtomicBool = AtomicBool::new(false);
static INSTALLED: RwLock<Option<Arc<Installed>>> = RwLock::new(None);

/// Has this backend make the spans of services from now on, or with `None` our recorder.
pub(crate) fn install(backend: Option<Box<dyn TracingBackend>>, capture_end_user: bool) {
    let replaced = backend.is_some();
    let installed = backend.map(|backend| Arc::new(Installed { backend, capture_end_user }));
    let before = {
        let mut current = INSTALLED.write().unwrap_or_else(PoisonError::into_inner);
        REPLACED.store(replaced, Ordering::Release);
        std::mem::replace(&mut *current, installed)
    };
    // Outside the lock: what the backend does when it goes is its own affair.
    drop(before);
}

/// The backend at work; `None` for our recorder.
#[inline]
pub(super) fn installed() -> Option<Arc<Installed>> {
    if !REPLACED.load(Ordering::Acquire) {
        return None;
    }
    INSTALLED.read().unwrap_or_else(PoisonError::into_inner).clone()
}

impl fmt::Debug for Installed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Installed").field("capture_end_user", &self.capture_end_user).finish_non_exhaustive()
    }
}
