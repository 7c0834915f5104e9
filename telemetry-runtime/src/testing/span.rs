//! One captured span.

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, SystemTime};

use opentelemetry::trace::{Event, Link, SpanContext, SpanId, Status, TraceId};
use opentelemetry::{KeyValue, Value};

use crate::outcome::Outcome;
use crate::plugin::Scope;
use crate::trace::{Logged, SpanKind, SpanValue};

/// A span as it was when the capture was asked.
#[derive(Clone)]
pub struct Span(Logged);

/// Keys that every span of ours has; they say where it comes from, not what it did.
const ORIGIN: [&str; 5] = [
    "backstage.plugin.id",
    "backstage.core.service",
    "code.function.name",
    "code.file.path",
    "code.line.number",
];

impl Span {
    pub(super) fn new(logged: Logged) -> Self {
        Self(logged)
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.0.data.name
    }

    /// The kind.
    pub fn kind(&self) -> SpanKind {
        use opentelemetry::trace::SpanKind as Kind;
        match self.0.data.span_kind {
            Kind::Internal => SpanKind::Internal,
            Kind::Server => SpanKind::Server,
            Kind::Client => SpanKind::Client,
            Kind::Producer => SpanKind::Producer,
            Kind::Consumer => SpanKind::Consumer,
        }
    }

    /// The id of the plugin, or the name of the core service, that the span names as its owner.
    pub fn plugin(&self) -> Option<Cow<'_, str>> {
        ORIGIN[..2].iter().find_map(|key| self.attribute(key)).map(Value::as_str)
    }

    /// Who declared the span; `None` for a span of third-party code.
    pub fn scope(&self) -> Option<Scope> {
        self.0.scope
    }

    /// The name of the tracer's scope, such as `backstage-plugin-catalog`.
    pub fn tracer(&self) -> &str {
        self.0.data.instrumentation_scope.name()
    }

    /// The ids, flags and trace state.
    pub fn span_context(&self) -> &SpanContext {
        &self.0.data.span_context
    }

    /// The trace.
    pub fn trace_id(&self) -> TraceId {
        self.0.data.span_context.trace_id()
    }

    /// The id.
    pub fn span_id(&self) -> SpanId {
        self.0.data.span_context.span_id()
    }

    /// The id of the parent; `None` for the root of a trace.
    pub fn parent_id(&self) -> Option<SpanId> {
        Some(self.0.data.parent_span_id).filter(|id| *id != SpanId::INVALID)
    }

    /// The value of an attribute.
    pub fn attribute(&self, key: &str) -> Option<&Value> {
        self.attributes().iter().find(|attribute| attribute.key.as_str() == key).map(|found| &found.value)
    }

    /// All attributes.
    pub fn attributes(&self) -> &[KeyValue] {
        &self.0.data.attributes
    }

    /// Asserts the value of an attribute, its type too; `None::<&str>` asserts that it is absent.
    ///
    /// ```
    /// # use telemetry_runtime::testing::Capture;
    /// #[telemetry_runtime::traced(plugin = "search", attributes(search.terms = terms))]
    /// fn find(terms: u32) {}
    ///
    /// let capture = Capture::start();
    /// find(3);
    /// capture.span("find").assert_attribute("search.terms", 3).assert_attribute("search.page", None::<&str>);
    /// ```
    ///
    /// # Panics
    ///
    /// If it has another value, with all attributes in the text.
    #[track_caller]
    pub fn assert_attribute(&self, key: &str, value: impl SpanValue) -> &Self {
        let expected = value.into_value();
        let found = self.attribute(key);
        assert!(
            found == expected.as_ref(),
            "attribute `{key}` of span `{}` is {}, expected was {}; recorded was:\n{self:?}",
            self.name(),
            exact(found),
            exact(expected.as_ref())
        );
        self
    }

    /// The events, in the order in which they were added.
    pub fn events(&self) -> &[Event] {
        &self.0.data.events.events
    }

    /// The first event of this name.
    pub fn event(&self, name: &str) -> Option<&Event> {
        self.events().iter().find(|event| event.name == name)
    }

    /// The links.
    pub fn links(&self) -> &[Link] {
        &self.0.data.links.links
    }

    /// The status.
    pub fn status(&self) -> &Status {
        &self.0.data.status
    }

    pub(super) fn has_error_status(&self) -> bool {
        matches!(self.status(), Status::Error { .. })
    }

    /// How the call ended; `None` while it is open. Of third-party spans only ok and error are known, from their status.
    pub fn outcome(&self) -> Option<Outcome> {
        self.0.outcome
    }

    /// Whether it has not ended.
    pub fn is_open(&self) -> bool {
        self.0.outcome.is_none()
    }

    /// How long it took, or takes by now if it is open.
    pub fn duration(&self) -> Duration {
        self.0.took
    }

    /// When it started.
    pub fn start_time(&self) -> SystemTime {
        self.0.data.start_time
    }

    /// The end, or that there was none yet.
    pub(super) fn end(&self) -> &'static str {
        self.outcome().map_or("open", Outcome::as_str)
    }

    /// The attributes that say what the span did, in the order of their keys.
    pub(super) fn own_attributes(&self) -> Vec<&KeyValue> {
        let own = |attribute: &&KeyValue| !ORIGIN.contains(&attribute.key.as_str());
        let mut attributes: Vec<_> = self.attributes().iter().filter(own).collect();
        attributes.sort_by(|a, b| a.key.as_str().cmp(b.key.as_str()));
        attributes
    }
}

/// The value of an attribute in one word, in quotes where it would not be one.
pub(super) fn text(value: &Value) -> String {
    let text = value.to_string();
    let is_word = !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c == '"');
    if is_word { text } else { format!("{text:?}") }
}

/// A value such that values of two types do not look the same.
fn exact(value: Option<&Value>) -> String {
    match value {
        None => "absent".to_owned(),
        Some(Value::String(text)) => format!("{:?}", text.as_str()),
        Some(Value::F64(number)) => format!("{number:?}"),
        Some(other) => other.to_string(),
    }
}

pub(super) fn write_attributes<'a>(
    f: &mut impl fmt::Write,
    attributes: impl IntoIterator<Item = &'a KeyValue>,
) -> fmt::Result {
    attributes
        .into_iter()
        .try_for_each(|attribute| write!(f, " {}={}", attribute.key, text(&attribute.value)))
}

/// `name [end] key=value`, with the attributes that say what the span did.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.name(), self.end())?;
        write_attributes(f, self.own_attributes())
    }
}

/// One line of all there is, and one for each event.
impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} ({}, {:?}", self.plugin().unwrap_or(self.tracer().into()), self.duration())?;
        match self.status() {
            Status::Unset => {}
            Status::Ok => f.write_str(", status ok")?,
            Status::Error { description } => write!(f, ", status error {description:?}")?,
        }
        if !self.links().is_empty() {
            write!(f, ", {} links", self.links().len())?;
        }
        f.write_str(")")?;
        for event in self.events() {
            write!(f, "\n  * {}", event.name)?;
            write_attributes(f, &event.attributes)?;
        }
        Ok(())
    }
}
