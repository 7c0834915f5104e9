//! What leads to a row with free parts: its attributes as they were written.

use std::mem::discriminant;

use super::texts::{SHORT, is_same, is_same_short};
use crate::metrics::attributes::{AttributeRef, MetricAttributes};

/// Keys and texts.
type Texts = Box<[(Box<str>, Box<str>)]>;

/// An attribute set that was seen.
#[derive(Debug)]
pub(super) enum Key {
    /// The index of the closed values, and the texts by position.
    Typed(usize, Box<[(usize, Box<str>)]>),
    /// Keys and texts in the order in which they were written, all of them short.
    Short(Texts),
    /// Any other keys and values in that order.
    Free(Box<[(Box<str>, Value)]>),
}

/// The value of an attribute whose key is free.
#[derive(Debug)]
pub(super) enum Value {
    Text(Box<str>),
    /// What is no text.
    Plain(AttributeRef<'static>),
}

impl Key {
    pub(super) fn of<A: MetricAttributes>(attributes: &A) -> Self {
        if let Some(pairs) = attributes.free() {
            match short_texts(pairs) {
                Some(texts) => Self::Short(texts),
                None => {
                    Self::Free(pairs.iter().map(|(key, value)| ((*key).into(), Value::of(value))).collect())
                }
            }
        } else {
            let mut labels = Vec::new();
            attributes.labels(&mut |position, text| labels.push((position, text.into())));
            Self::Typed(attributes.index(), labels.into())
        }
    }

    #[inline]
    pub(super) fn is_of<A: MetricAttributes>(&self, attributes: &A) -> bool {
        match self {
            Self::Typed(index, labels) => {
                let mut rest = labels.iter();
                let mut same = *index == attributes.index();
                attributes.labels(&mut |position, text| {
                    same = same && rest.next().is_some_and(|(p, t)| *p == position && is_same(t, text));
                });
                same && rest.next().is_none()
            }
            Self::Short(_) => attributes.free().is_some_and(|pairs| self.is_short(pairs)),
            Self::Free(_) => attributes.free().is_some_and(|pairs| self.is_free(pairs)),
        }
    }

    /// The same for attributes whose keys are free, if this is of short texts.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as a function it costs a fourth of itself again")]
    pub(super) fn is_short(&self, pairs: &[(&str, AttributeRef<'_>)]) -> bool {
        let Self::Short(known) = self else {
            return false;
        };
        if known.len() != pairs.len() {
            return false;
        }
        // A loop, because the closure of `all` would become a function.
        for ((known_key, known), (key, value)) in known.iter().zip(pairs) {
            let AttributeRef::String(text) = value else { return false };
            if !is_same_short(known, text) || !is_same_short(known_key, key) {
                return false;
            }
        }
        true
    }

    /// The same if this is of any others.
    pub(super) fn is_free(&self, pairs: &[(&str, AttributeRef<'_>)]) -> bool {
        let Self::Free(known) = self else {
            return false;
        };
        known.len() == pairs.len()
            && known.iter().zip(pairs).all(|((known_key, known), (key, value))| {
                let same = match (known, value) {
                    (Value::Text(known), AttributeRef::String(text)) => is_same(known, text),
                    (Value::Plain(known), value) => {
                        discriminant(known) == discriminant(value) && bits_of(known) == bits_of(value)
                    }
                    _ => false,
                };
                same && is_same(known_key, key)
            })
    }
}

/// Keys and values that are nothing but short texts.
fn short_texts(pairs: &[(&str, AttributeRef<'_>)]) -> Option<Texts> {
    let pair = |(key, value): &(&str, AttributeRef<'_>)| match *value {
        AttributeRef::String(text) if key.len() <= SHORT && text.len() <= SHORT => {
            Some(((*key).into(), text.into()))
        }
        _ => None,
    };
    pairs.iter().map(pair).collect()
}

impl Value {
    fn of(value: &AttributeRef<'_>) -> Self {
        match *value {
            AttributeRef::String(text) => Self::Text(text.into()),
            AttributeRef::Bool(value) => Self::Plain(AttributeRef::Bool(value)),
            AttributeRef::I64(value) => Self::Plain(AttributeRef::I64(value)),
            AttributeRef::F64(value) => Self::Plain(AttributeRef::F64(value)),
        }
    }
}

/// The bits of what is no text.
#[inline]
pub(super) fn bits_of(value: &AttributeRef<'_>) -> u64 {
    match *value {
        AttributeRef::String(_) => 0,
        AttributeRef::Bool(value) => value.into(),
        AttributeRef::I64(value) => value.cast_unsigned(),
        AttributeRef::F64(value) => value.to_bits(),
    }
}
