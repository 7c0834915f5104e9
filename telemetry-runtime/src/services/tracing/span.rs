//! A span by hand while it is open.

use std::borrow::Cow;
use std::future::Future;
use std::ops::Deref;
use std::sync::Arc;
use std::thread;

use opentelemetry::Context;

use super::backend::{self, Installed, SpanEnding};
use super::options::SpanOptions;
use crate::call::{CallEnd, CallPart};
use crate::clock::Moment;
use crate::context::{self, Attached, Propagated};
use crate::trace::{CurrentSpan, Parent, SpanSite, TaskSpan};

/// A span that was started by hand. Dropping it ends the span; while the thread unwinds, as a panic.
///
/// It is a [`CurrentSpan`], so it can be written to. It is not current by itself: [`SpanHandle::run`],
/// [`SpanHandle::run_async`] and [`SpanHandle::context`] make it so where that is wanted. It may be sent to another thread.
#[derive(Debug)]
#[must_use = "a span ends when its handle is dropped"]
pub struct SpanHandle {
    /// In which the span is current; without a span of our own, that of the parent.
    context: Context,
    /// Where is written to: nowhere, if nothing is recorded.
    current: CurrentSpan,
    maker: Maker,
    /// Whether the thread was unwinding at the start already: then it is not this span's work that panics.
    unwinding: bool,
}

/// Who made the span, and ends it.
#[derive(Debug)]
enum Maker {
    Recorder(TaskSpan),
    /// None once it has ended.
    Backend(Option<(Arc<Installed>, Moment)>),
}

impl SpanHandle {
    pub(super) fn start(
        site: &'static SpanSite,
        parent: Parent,
        name: Cow<'static, str>,
        mut options: SpanOptions,
    ) -> Self {
        let given = options.take_parent();
        if let Some(installed) = backend::installed() {
            let parent = given.or_else(|| context::current().map(|current| parent.resolve(current)));
            return Self::start_at_backend(installed, &parent.unwrap_or_default(), site, name, options);
        }
        let parent = given.as_ref().map_or(parent, Parent::of);
        let around = given.or_else(|| parent.known().cloned());
        let span = TaskSpan::start_with(site, parent, |start| {
            start.name(name);
            options.fill(start);
        });
        let context = span.context();
        let current = match &context {
            Some(context) if span.is_recorded() => CurrentSpan(context.clone()),
            _ => CurrentSpan(Context::new()),
        };
        let context = context.or(around).or_else(context::current).unwrap_or_default();
        Self { context, current, maker: Maker::Recorder(span), unwinding: thread::panicking() }
    }

    fn start_at_backend(
        installed: Arc<Installed>,
        parent: &Context,
        site: &'static SpanSite,
        name: Cow<'static, str>,
        options: SpanOptions,
    ) -> Self {
        let started = Moment::now();
        let start = options.into_start(site.scope(), name, installed.capture_end_user);
        let context = installed.backend.start(start, parent);
        let current = CurrentSpan(context.clone());
        let maker = Maker::Backend(Some((installed, started)));
        Self { context, current, maker, unwinding: thread::panicking() }
    }

    /// The context in which the span is current: attach it, give it to a future, or name it as the parent of another span.
    ///
    /// Of a span that is not recorded, it is the one in which the context of the parent passes on.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The span as something to write to, which may outlive the handle.
    pub fn current(&self) -> &CurrentSpan {
        &self.current
    }

    /// Runs `f` with the span as the current one. The span does not end with it.
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> R {
        let _attached = Attached::new(self.context.clone());
        f()
    }

    /// A future that is polled with the span as the current one. The span does not end with it.
    pub fn run_async<F: Future>(&self, future: F) -> Propagated<F> {
        context::with_async(&self.context, future)
    }

    /// Ends the span, as dropping the handle does.
    pub fn end(self) {}
}

impl Deref for SpanHandle {
    type Target = CurrentSpan;

    fn deref(&self) -> &CurrentSpan {
        &self.current
    }
}

impl CallPart for SpanHandle {
    fn started(&self) -> Option<Moment> {
        match &self.maker {
            Maker::Recorder(span) => span.started(),
            Maker::Backend(open) => open.as_ref().map(|(_, started)| *started),
        }
    }

    fn is_timed(&self) -> bool {
        self.started().is_some()
    }

    fn wants_texts(&self) -> bool {
        match &self.maker {
            Maker::Recorder(span) => span.wants_texts(),
            Maker::Backend(open) => open.is_some(),
        }
    }

    fn attach(&mut self) -> Attached {
        Attached::new(self.context.clone())
    }

    fn finish(&mut self, end: &mut CallEnd) {
        match &mut self.maker {
            Maker::Recorder(span) => span.finish(end),
            Maker::Backend(open) => {
                if let Some((installed, started)) = open.take() {
                    installed.backend.end(&self.context, &SpanEnding::new(end, started));
                }
            }
        }
    }
}

impl Drop for SpanHandle {
    fn drop(&mut self) {
        if let Some(started) = self.started() {
            let mut end = CallEnd::now(started, thread::panicking() && !self.unwinding);
            self.finish(&mut end);
        }
    }
}
