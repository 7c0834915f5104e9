//! What a span by hand starts with.

use std::borrow::Cow;

use opentelemetry::trace::{Link, SpanContext};
use opentelemetry::{Context, Key, KeyValue};

use super::backend::SpanStart;
use super::request::RequestOptions;
use crate::context;
use crate::plugin::Scope;
use crate::principal::{Credentials, Principal, RequestHead};
use crate::trace::{Parent, SpanKind, SpanParent, SpanValue, StartAttributes, owner_key};

/// What a span starts with; given to [`TracingService::start_span`](super::TracingService::start_span) and the others.
///
/// Attributes that are set here are start attributes: a sampler sees them.
///
/// ```
/// use telemetry_runtime::services::SpanOptions;
/// use telemetry_runtime::trace::SpanKind;
///
/// let options = SpanOptions::new()
///     .kind(SpanKind::Server)
///     .attribute("catalog.entity.kind", "component")
///     .attribute("catalog.entity.owner", None::<&str>); // a `None` sets nothing
/// # let _ = options;
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "options are for a span"]
pub struct SpanOptions {
    kind: Option<SpanKind>,
    attributes: Vec<KeyValue>,
    links: Vec<Link>,
    parent: Option<ParentOption>,
    principal: Option<Principal>,
}

#[derive(Clone, Debug)]
enum ParentOption {
    /// In this context.
    In(Context),
    /// In the context that is current, as the root of a trace of its own.
    Root,
}

impl SpanOptions {
    /// A span of kind internal without attributes and links, below the one that is current.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the kind.
    pub fn kind(mut self, kind: SpanKind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Sets a start attribute; the last value of a key stays. A `None` sets nothing.
    pub fn attribute(mut self, key: impl Into<Key>, value: impl SpanValue) -> Self {
        if let Some(value) = value.into_value() {
            self.attributes.push(KeyValue::new(key, value));
        }
        self
    }

    /// Sets start attributes; the last value of a key stays.
    pub fn attributes(mut self, attributes: impl IntoIterator<Item = KeyValue>) -> Self {
        self.attributes.extend(attributes);
        self
    }

    /// Links the span to another one, of this or another trace.
    pub fn link(self, to: SpanContext) -> Self {
        self.link_with(to, [])
    }

    /// The same with attributes on the link.
    pub fn link_with(mut self, to: SpanContext, attributes: impl IntoIterator<Item = KeyValue>) -> Self {
        self.links.push(Link::new(to, attributes.into_iter().collect(), 0));
        self
    }

    /// Starts the span below this parent: a `Context`, a [`SpanContext`], a [`CurrentSpan`](crate::trace::CurrentSpan), or
    /// an `Option` of one.
    pub fn parent(mut self, parent: impl SpanParent) -> Self {
        if let Some(context) = parent.context() {
            self.parent = Some(ParentOption::In(context));
        }
        self
    }

    /// Makes the span the root of a trace of its own; baggage still passes.
    pub fn root(mut self) -> Self {
        self.parent = Some(ParentOption::Root);
        self
    }

    /// Says on whose behalf the call is made: the span gets `backstage.principal.type`, and `enduser.id` where that may be
    /// captured.
    pub fn credentials(mut self, credentials: &(impl Credentials + ?Sized)) -> Self {
        self.principal = Some(credentials.principal());
        self
    }

    /// Says which request the call is for, whose principal the application's
    /// [`Authenticator`](crate::services::Authenticator) tells, unless credentials are given. The call may be refused then:
    /// it gives a `Result`.
    pub fn request(self, request: &dyn RequestHead) -> RequestOptions<'_> {
        RequestOptions::new(self, request)
    }

    pub(super) fn has_principal(&self) -> bool {
        self.principal.is_some()
    }

    /// The context that the options name as the parent's.
    pub(super) fn take_parent(&mut self) -> Option<Context> {
        Some(match self.parent.take()? {
            ParentOption::In(context) => context,
            ParentOption::Root => Parent::without_span(&context::current().unwrap_or_default()),
        })
    }

    /// Writes what the span starts with.
    pub(super) fn fill(self, start: &mut StartAttributes<'_>) {
        if let Some(kind) = self.kind {
            start.kind(kind);
        }
        for attribute in self.attributes {
            start.attribute(attribute);
        }
        for link in self.links {
            start.add_link(link);
        }
        if let Some(principal) = self.principal {
            start.principal(&principal);
        }
    }

    /// What a backend of an organisation's own starts the span with.
    pub(super) fn into_start(
        self,
        owner: Scope,
        name: Cow<'static, str>,
        capture_end_user: bool,
    ) -> SpanStart {
        let mut attributes = vec![KeyValue::new(owner_key(owner), owner.id())];
        for attribute in self.attributes {
            attributes.retain(|known| known.key != attribute.key);
            attributes.push(attribute);
        }
        let kind = self.kind.unwrap_or_default();
        let mut start = SpanStart { owner, name, kind, attributes, links: self.links };
        start.tell(self.principal.as_ref(), capture_end_user);
        start
    }
}
