//! What a span can be told when it starts.

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::slice;

use opentelemetry::trace::{Link, SpanContext};
use opentelemetry::{Array, Key, KeyValue, StringValue, Value};

use super::attributes::Pair;
use super::cells::Writer;
use super::content::Content;
use super::install::Recorder;
use super::site::SpanKind;
use crate::principal::{self, Credentials, Principal, RequestHead, is_reserved};

/// A type whose values can be attributes of a span.
///
/// Numbers stay numbers and arrays stay arrays. A `None` leaves the attribute out. An integer beyond the 64 bits of
/// OpenTelemetry's integers becomes a text, as the specification's "Attribute Type Mapping" says.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an attribute of a span",
    label = "not an attribute value",
    note = "attributes are booleans, numbers, texts, and arrays and options of them; \
            for any type with a text, write `format_args!(\"{{}}\", value)`"
)]
pub trait SpanValue {
    /// The value as OpenTelemetry's, or `None` if the attribute is to be left out.
    fn to_value(&self) -> Option<Value>;

    /// As [`SpanValue::to_value`], without a copy where that is possible.
    fn into_value(self) -> Option<Value>
    where
        Self: Sized,
    {
        self.to_value()
    }

    /// As [`SpanValue::to_value`], where texts are cut to a number of characters anyway: what is beyond is not copied.
    fn to_value_within(&self, characters: usize) -> Option<Value> {
        let _ = characters;
        self.to_value()
    }

    /// The value, if it is one that is merely copied.
    #[doc(hidden)]
    #[inline]
    fn scalar(&self) -> Option<Scalar> {
        None
    }
}

/// A value that owns nothing and that no limit cuts.
#[derive(Clone, Copy, Debug)]
pub enum Scalar {
    /// A boolean.
    Bool(bool),
    /// A whole number.
    I64(i64),
    /// A number.
    F64(f64),
    /// A text that is a constant. By a reference, so that the others are not larger for it.
    Text(&'static &'static str),
}

impl From<Scalar> for Value {
    #[inline]
    fn from(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Bool(value) => Self::Bool(value),
            Scalar::I64(value) => Self::I64(value),
            Scalar::F64(value) => Self::F64(value),
            Scalar::Text(text) => Self::String((*text).into()),
        }
    }
}

/// The value as a span with this limit of characters keeps it.
pub(super) fn capture<V: SpanValue>(value: V, characters: Option<usize>) -> Option<Value> {
    match characters {
        None => value.into_value(),
        Some(characters) => value.to_value_within(characters),
    }
}

/// The start of a text, of at most so many characters.
fn start_of(text: &str, characters: usize) -> &str {
    // A text has at least as many bytes as characters: most need not be looked into.
    if text.len() <= characters {
        return text;
    }
    text.char_indices().nth(characters).map_or(text, |(end, _)| &text[..end])
}

/// A type that can be the element of an array attribute.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be in an array attribute of a span",
    label = "not an item of an array attribute",
    note = "the items are booleans, numbers or texts, all of one type; an array has no arrays and no `Option`s in it"
)]
pub trait SpanArrayItem: Sized {
    /// The items as one array.
    fn array(items: &[Self]) -> Array;

    /// As [`SpanArrayItem::array`], with texts of at most so many characters.
    fn array_within(items: &[Self], characters: usize) -> Array {
        let _ = characters;
        Self::array(items)
    }
}

macro_rules! number {
    ($variant:ident($target:ty): $($source:ty)*) => { $(
        impl SpanValue for $source {
            fn to_value(&self) -> Option<Value> {
                Some(Value::$variant(<$target>::from(*self)))
            }

            #[inline]
            fn scalar(&self) -> Option<Scalar> {
                Some(Scalar::$variant(<$target>::from(*self)))
            }
        }

        impl SpanArrayItem for $source {
            fn array(items: &[Self]) -> Array {
                Array::$variant(items.iter().map(|item| <$target>::from(*item)).collect())
            }
        }
    )* };
}

number!(Bool(bool): bool);
number!(I64(i64): i8 i16 i32 i64 u8 u16 u32);
number!(F64(f64): f32 f64);

macro_rules! wide_integer {
    ($($source:ty)*) => { $(
        impl SpanValue for $source {
            fn to_value(&self) -> Option<Value> {
                Some(match i64::try_from(*self) {
                    Ok(value) => Value::I64(value),
                    Err(_) => Value::String(self.to_string().into()),
                })
            }

            #[inline]
            fn scalar(&self) -> Option<Scalar> {
                i64::try_from(*self).ok().map(Scalar::I64)
            }
        }

        impl SpanArrayItem for $source {
            fn array(items: &[Self]) -> Array {
                match items.iter().map(|item| i64::try_from(*item)).collect() {
                    Ok(items) => Array::I64(items),
                    // The elements of an array have one type.
                    Err(_) => Array::String(items.iter().map(|item| item.to_string().into()).collect()),
                }
            }
        }
    )* };
}

wide_integer!(u64 usize isize i128 u128);

impl SpanValue for str {
    fn to_value(&self) -> Option<Value> {
        Some(Value::String(self.to_owned().into()))
    }

    fn to_value_within(&self, characters: usize) -> Option<Value> {
        start_of(self, characters).to_value()
    }
}

impl SpanValue for char {
    fn to_value(&self) -> Option<Value> {
        Some(Value::String(self.to_string().into()))
    }
}

impl SpanValue for fmt::Arguments<'_> {
    fn to_value(&self) -> Option<Value> {
        self.to_value_within(usize::MAX)
    }

    fn to_value_within(&self, characters: usize) -> Option<Value> {
        let mut writer = Within { text: String::new(), room: characters };
        // An error is that the text is full, or that a `Display` of the user's has failed: what there is counts.
        let _ = writer.write_fmt(*self);
        Some(Value::String(writer.text.into()))
    }
}

/// A text with room for so many characters more. Writing stops where it is full.
struct Within {
    text: String,
    room: usize,
}

impl fmt::Write for Within {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let part_within = start_of(part, self.room);
        self.text.push_str(part_within);
        if part_within.len() < part.len() {
            self.room = 0;
            return Err(fmt::Error);
        }
        self.room -= part.chars().count();
        Ok(())
    }
}

impl SpanValue for String {
    fn to_value(&self) -> Option<Value> {
        self.as_str().to_value()
    }

    fn into_value(self) -> Option<Value> {
        Some(Value::String(self.into()))
    }

    fn to_value_within(&self, characters: usize) -> Option<Value> {
        self.as_str().to_value_within(characters)
    }
}

impl SpanValue for Cow<'_, str> {
    fn to_value(&self) -> Option<Value> {
        self.as_ref().to_value()
    }

    fn into_value(self) -> Option<Value> {
        self.into_owned().into_value()
    }

    fn to_value_within(&self, characters: usize) -> Option<Value> {
        self.as_ref().to_value_within(characters)
    }
}

impl SpanArrayItem for String {
    fn array(items: &[Self]) -> Array {
        Array::String(items.iter().map(|item| StringValue::from(item.clone())).collect())
    }

    fn array_within(items: &[Self], characters: usize) -> Array {
        array_of_texts(items, characters)
    }
}

impl SpanArrayItem for &str {
    fn array(items: &[Self]) -> Array {
        Array::String(items.iter().map(|item| StringValue::from((*item).to_owned())).collect())
    }

    fn array_within(items: &[Self], characters: usize) -> Array {
        array_of_texts(items, characters)
    }
}

fn array_of_texts(items: &[impl AsRef<str>], characters: usize) -> Array {
    let cut = |item| start_of(AsRef::as_ref(item), characters).to_owned();
    Array::String(items.iter().map(|item| StringValue::from(cut(item))).collect())
}

impl SpanValue for Value {
    fn to_value(&self) -> Option<Value> {
        Some(self.clone())
    }

    fn into_value(self) -> Option<Value> {
        Some(self)
    }
}

impl<T: SpanValue> SpanValue for Option<T> {
    fn to_value(&self) -> Option<Value> {
        self.as_ref().and_then(SpanValue::to_value)
    }

    fn into_value(self) -> Option<Value> {
        self.and_then(SpanValue::into_value)
    }

    fn to_value_within(&self, characters: usize) -> Option<Value> {
        self.as_ref().and_then(|value| value.to_value_within(characters))
    }

    #[inline]
    fn scalar(&self) -> Option<Scalar> {
        self.as_ref().and_then(SpanValue::scalar)
    }
}

impl<T: SpanArrayItem> SpanValue for [T] {
    fn to_value(&self) -> Option<Value> {
        Some(Value::Array(T::array(self)))
    }

    fn to_value_within(&self, characters: usize) -> Option<Value> {
        Some(Value::Array(T::array_within(self, characters)))
    }
}

impl<T: SpanArrayItem, const N: usize> SpanValue for [T; N] {
    fn to_value(&self) -> Option<Value> {
        self.as_slice().to_value()
    }

    fn to_value_within(&self, characters: usize) -> Option<Value> {
        self.as_slice().to_value_within(characters)
    }
}

impl<T: SpanArrayItem> SpanValue for Vec<T> {
    fn to_value(&self) -> Option<Value> {
        self.as_slice().to_value()
    }

    fn to_value_within(&self, characters: usize) -> Option<Value> {
        self.as_slice().to_value_within(characters)
    }
}

macro_rules! array_of_pointers_to_texts {
    ($($text:ty)*) => { $(
        impl SpanArrayItem for $text {
            fn array(items: &[Self]) -> Array {
                array_of_texts(items, usize::MAX)
            }

            fn array_within(items: &[Self], characters: usize) -> Array {
                array_of_texts(items, characters)
            }
        }
    )* };
}

array_of_pointers_to_texts!(&String Cow<'_, str> Box<str> std::sync::Arc<str>);

macro_rules! pointer {
    ($($pointer:ty)*) => { $(
        impl<T: SpanValue + ?Sized> SpanValue for $pointer {
            fn to_value(&self) -> Option<Value> {
                (**self).to_value()
            }

            fn to_value_within(&self, characters: usize) -> Option<Value> {
                (**self).to_value_within(characters)
            }

            #[inline]
            fn scalar(&self) -> Option<Scalar> {
                (**self).scalar()
            }
        }
    )* };
}

pointer!(&T &mut T Box<T> std::rc::Rc<T> std::sync::Arc<T>);

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
