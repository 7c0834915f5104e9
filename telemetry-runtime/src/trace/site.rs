//! What is known of an instrumented function before it is called.

use std::panic::Location;

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
    /// The path of the module, and the function in it; empty where they are not known.
    pub(crate) module: &'static str,
    pub(crate) function: &'static str,
    /// None where spans of many places share the site.
    pub(crate) location: Option<&'static Location<'static>>,
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
            module: "",
            function: "",
            location: Some(Location::caller()),
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
            module: "",
            function: "",
            location: None,
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

    /// The site of a function, whose name the spans have, in the module at this path (`code.function.name`).
    #[must_use]
    #[track_caller]
    pub const fn of_function(module: &'static str, function: &'static str, scope: Scope) -> Self {
        let mut site = Self::new(function, scope);
        site.module = module;
        site.function = function;
        site
    }

    /// Gives the spans another name than the function's.
    #[must_use]
    pub const fn named(mut self, name: &'static str) -> Self {
        self.name = name;
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
}
