//! What is known of an instrumented function before it is called.

use std::panic::Location;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::plugin::Scope;

/// The role of a span in a trace (OpenTelemetry specification, trace API, "`SpanKind`").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SpanKind {
    /// An operation inside the program.
    #[default]
    Internal,
    /// The handling of a request from another process.
    Server,
    /// A request to another process.
    Client,
    /// The sending of a message that is handled later.
    Producer,
    /// The handling of such a message.
    Consumer,
}

impl From<SpanKind> for opentelemetry::trace::SpanKind {
    fn from(kind: SpanKind) -> Self {
        match kind {
            SpanKind::Internal => Self::Internal,
            SpanKind::Server => Self::Server,
            SpanKind::Client => Self::Client,
            SpanKind::Producer => Self::Producer,
            SpanKind::Consumer => Self::Consumer,
        }
    }
}

/// A place in the program that makes spans: what the macros know of it, as a constant.
#[derive(Debug)]
pub struct SpanSite {
    pub(crate) name: &'static str,
    pub(crate) scope: Scope,
    pub(crate) kind: SpanKind,
    pub(crate) root: bool,
    /// The path of the function; empty where it is not known.
    pub(crate) function: &'static str,
    /// None where spans of many places share the site.
    pub(crate) location: Option<&'static Location<'static>>,
    seen: AtomicBool,
}

/// The sites that made a span. They register when they do so first: an entry per function at link time would cost
/// every build more than it gives.
static SITES: Mutex<Vec<&'static SpanSite>> = Mutex::new(Vec::new());

/// Every site that has recorded a span so far, in the order of its first one.
pub fn sites() -> Vec<&'static SpanSite> {
    SITES.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

impl SpanSite {
    /// A site at the caller's place whose spans have this name.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str, scope: Scope) -> Self {
        Self {
            name,
            scope,
            kind: SpanKind::Internal,
            root: false,
            function: "",
            location: Some(Location::caller()),
            seen: AtomicBool::new(false),
        }
    }

    /// A site for spans that get their name when they start ([`StartAttributes::name`]), and of which nothing is known
    /// before.
    ///
    /// [`StartAttributes::name`]: super::StartAttributes::name
    #[must_use]
    pub const fn unnamed(scope: Scope) -> Self {
        Self {
            name: "",
            scope,
            kind: SpanKind::Internal,
            root: false,
            function: "",
            location: None,
            seen: AtomicBool::new(false),
        }
    }

    /// Sets the kind of the spans.
    #[must_use]
    pub const fn kind(mut self, kind: SpanKind) -> Self {
        self.kind = kind;
        self
    }

    /// Makes every span the root of a trace of its own.
    #[must_use]
    pub const fn root(mut self) -> Self {
        self.root = true;
        self
    }

    /// Sets the path of the function (`code.function.name`).
    #[must_use]
    pub const fn function(mut self, path: &'static str) -> Self {
        self.function = path;
        self
    }

    /// The name of the spans.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The plugin or core service that the spans belong to.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// The file and line of the site; `None` for a site without a place of its own.
    pub fn location(&self) -> Option<&'static Location<'static>> {
        self.location
    }

    pub(crate) fn register(&'static self) {
        if !self.seen.load(Ordering::Relaxed) && !self.seen.swap(true, Ordering::Relaxed) {
            SITES.lock().unwrap_or_else(PoisonError::into_inner).push(self);
        }
    }
}
