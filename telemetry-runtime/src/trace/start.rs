//! What a span is told when it starts.

use std::borrow::Cow;
use std::slice;

use opentelemetry::trace::{Link, SpanContext};
use opentelemetry::{Key, KeyValue};

use super::attributes::Pair;
use super::cells::Writer;
use super::content::Content;
use super::install::Recorder;
use super::site::SpanKind;
use super::value::{Scalar, SpanValue, capture};
use crate::principal::{self, Credentials, Principal, RequestHead, is_reserved};

/// What a span starts with: the attributes of `#[traced(attributes(..))]`, links, and a name and kind of its own.
///
/// It exists only where a span is recorded, so what is not recorded is not evaluated either.
#[derive(Debug)]
pub struct StartAttributes<'a> {
    /// Where the next scalars go; none once another attribute was written, so that the order stays.
    room: slice::IterMut<'a, Pair>,
    content: Filled,
    recorder: &'static Recorder,
    /// Whether it is known on whose behalf the call is made.
    has_principal: bool,
}

/// Where the rest is written.
#[derive(Debug)]
enum Filled {
    /// Into the cell of a span, from the first thing on that is written.
    Cell(Writer),
    /// Beside, for a span that starts later.
    Apart(Box<Content>),
}

/// What a span will start with, evaluated before.
#[derive(Debug)]
pub(super) struct Start {
    content: Box<Content>,
    has_principal: bool,
}

impl<'a> StartAttributes<'a> {
    /// For a span that has this cell, and room for scalars.
    #[inline]
    pub(super) fn of(room: slice::IterMut<'a, Pair>, cell: Writer, recorder: &'static Recorder) -> Self {
        Self { room, content: Filled::Cell(cell), recorder, has_principal: false }
    }

    /// Evaluates it for a span that starts later.
    pub(super) fn apart(recorder: &'static Recorder, fill: impl FnOnce(&mut Self)) -> Start {
        let content = Filled::Apart(Box::default());
        let mut start = Self { room: slice::IterMut::default(), content, recorder, has_principal: false };
        fill(&mut start);
        match start.content {
            Filled::Apart(content) => Start { content, has_principal: start.has_principal },
            Filled::Cell(_) => Start { content: Box::default(), has_principal: false },
        }
    }

    #[inline]
    fn content(&mut self) -> &mut Content {
        match &mut self.content {
            Filled::Cell(writer) => writer.content(),
            Filled::Apart(content) => content,
        }
    }

    /// The content, for attributes that are no scalars, or that come after such.
    #[inline]
    fn content_in_order(&mut self) -> &mut Content {
        self.room = slice::IterMut::default();
        self.content()
    }

    /// Names the span, in place of its site.
    pub fn name(&mut self, name: impl Into<Cow<'static, str>>) {
        self.content().seldom().name = Some(name.into());
    }

    /// Sets the span's kind, in place of its site.
    pub fn kind(&mut self, kind: SpanKind) {
        self.content().seldom().kind = Some(kind);
    }

    /// Sets an attribute; the last value of a key stays.
    pub fn set(&mut self, key: impl Into<Key>, value: impl SpanValue) {
        if let Some(value) = capture(value, self.recorder.limits.attribute_value_length) {
            self.attribute(KeyValue::new(key, value));
        }
    }

    /// As [`StartAttributes::set`], with a key that is a constant.
    // In the caller's code, where it is known what the key and the type of the value come to.
    #[doc(hidden)]
    #[inline]
    pub fn put(&mut self, key: &'static &'static str, value: impl SpanValue) {
        match value.scalar().and_then(|scalar| self.room_for(key).map(|pair| (pair, scalar))) {
            Some((pair, scalar)) => *pair = (key, scalar),
            None => self.put_otherwise(key, value),
        }
    }

    /// As [`StartAttributes::put`], with a text that is a constant and needs no copy.
    #[doc(hidden)]
    #[inline]
    pub fn put_text(&mut self, key: &'static &'static str, text: &'static &'static str) {
        match self.recorder.limits.attribute_value_length {
            // It has at least as many bytes as characters.
            Some(characters) if text.len() > characters => self.put_otherwise(key, *text),
            _ => match self.room_for(key) {
                Some(pair) => *pair = (key, Scalar::Text(text)),
                None => self.put_otherwise(key, *text),
            },
        }
    }

    /// Where a scalar with this key goes, if that is all there is to do.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "in the caller's code the key is a constant")]
    fn room_for(&mut self, key: &'static str) -> Option<&mut Pair> {
        let is_plain = !key.is_empty() && !is_reserved(key, self.recorder.capture_end_user);
        if is_plain { self.room.next() } else { None }
    }

    // Apart, and with the value as it is, so that the code of the others is small.
    #[inline(never)]
    fn put_otherwise(&mut self, key: &'static str, value: impl SpanValue) {
        self.set(key, value);
    }

    /// Sets an attribute that was made before.
    #[inline]
    pub(crate) fn attribute(&mut self, attribute: KeyValue) {
        if !is_reserved(attribute.key.as_str(), self.recorder.capture_end_user) {
            let limits = &self.recorder.limits;
            self.content_in_order().set_attribute(attribute, limits);
        }
    }

    /// Says on whose behalf the call is made; what was said before stays.
    pub fn credentials(&mut self, credentials: impl Credentials) {
        if !self.has_principal {
            self.principal(&credentials.principal());
        }
    }

    /// Asks the application's authenticator on whose behalf the call is made, unless it is known. A request that proves
    /// nobody leaves it open.
    pub fn request(&mut self, request: impl RequestHead) {
        if !self.has_principal
            && let Ok(Some(principal)) = principal::authenticate(&request)
        {
            self.principal(&principal);
        }
    }

    pub(crate) fn principal(&mut self, principal: &Principal) {
        self.has_principal = true;
        let Recorder { capture_end_user, limits, .. } = self.recorder;
        let content = self.content_in_order();
        let mut set = |key: &'static str, value: &str| {
            content.set_attribute(KeyValue::new(key, value.to_owned()), limits);
        };
        if !principal.kind().is_empty() {
            set("backstage.principal.type", principal.kind());
        }
        if let Some(id) = principal.end_user().filter(|_| *capture_end_user) {
            set("enduser.id", id);
        }
    }

    /// Links the span to another one, of this or another trace.
    pub fn link(&mut self, to: SpanContext) {
        self.add_link(Link::with_context(to));
    }

    pub(crate) fn add_link(&mut self, link: Link) {
        let limits = &self.recorder.limits;
        self.content().add_link(link, limits);
    }

    /// Adds what was evaluated before.
    pub(super) fn extend(&mut self, evaluated: Start) {
        self.has_principal |= evaluated.has_principal;
        self.absorb(*evaluated.content);
    }

    /// The same of what is known to be allowed.
    pub(super) fn absorb(&mut self, evaluated: Content) {
        let limits = &self.recorder.limits;
        self.content_in_order().absorb(evaluated, limits);
    }
}
