//! The attributes of a span: the first few in place if they are scalars, since most spans have no others.

use std::slice;

use opentelemetry::{KeyValue, Value};

use super::value::Scalar;

/// Up to so many of anything are not compared with one another when they are written.
const FEW: usize = 4;

/// A scalar under a key that is a constant.
pub(super) type Pair = (&'static &'static str, Scalar);

/// What a span starts with, in the form in which it is written with the fewest instructions: nothing but scalars under constant
/// keys, of which the first that is empty is behind the last one. A key may be there more than once, and its last value is
/// the one that counts: to compare keys is the work of whoever reads them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scalars([Pair; FEW]);

impl Scalars {
    pub(super) const NONE: Self = Self([(&"", Scalar::Bool(false)); FEW]);

    /// Where they are written, the first one first. No key may be empty.
    #[inline]
    pub(super) fn room(&mut self) -> slice::IterMut<'_, Pair> {
        self.0.iter_mut()
    }

    /// Takes all out, for another span.
    pub(super) fn clear(&mut self) {
        if !self.is_empty() {
            *self = Self::NONE;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0[0].0.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.iter().count()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = KeyValue> {
        let written = self.0.iter().take_while(|(key, _)| !key.is_empty());
        written.map(|(key, value)| KeyValue::new(**key, Value::from(*value)))
    }
}

/// What was written to a span as it went on, or could not start with in place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attributes(Vec<KeyValue>);

impl Attributes {
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    /// One of each key, in the order in which the keys came.
    pub(super) fn into_vec(mut self) -> Vec<KeyValue> {
        let mut index = 0;
        while self.0.len() <= FEW && index < self.0.len() {
            let (before, rest) = self.0.split_at_mut(index);
            if let Some(known) = before.iter_mut().find(|known| known.key == rest[0].key) {
                std::mem::swap(&mut known.value, &mut rest[0].value);
                self.0.remove(index);
            } else {
                index += 1;
            }
        }
        self.0
    }

    /// Sets an attribute, in place of one with the same key. Whether there was room for it.
    #[inline]
    pub(crate) fn set(&mut self, attribute: KeyValue, limit: usize) -> bool {
        if self.0.len() < limit.min(FEW) {
            self.0.push(attribute);
            return true;
        }
        self.set_compared(attribute, limit)
    }

    #[inline(never)]
    fn set_compared(&mut self, attribute: KeyValue, limit: usize) -> bool {
        if self.0.len() <= FEW {
            self.0 = std::mem::take(self).into_vec();
        }
        if let Some(known) = self.0.iter_mut().find(|known| known.key == attribute.key) {
            known.value = attribute.value;
            return true;
        }
        let has_room = self.0.len() < limit;
        if has_room {
            self.0.push(attribute);
        }
        has_room
    }
}

#[cfg(test)]
mod tests {
    use super::super::content::Content;
    use super::super::settings::SpanLimits;
    use super::*;

    /// The plain rule: the last value of a key, in the place of its first. Whether there was room.
    fn set(known: &mut Vec<(usize, i64)>, (key, value): (usize, i64), limit: usize) -> bool {
        let has_room = known.len() < limit;
        match known.iter_mut().find(|known| known.0 == key) {
            Some(known) => known.1 = value,
            None if has_room => known.push((key, value)),
            None => return false,
        }
        true
    }

    #[test]
    fn the_last_value_of_a_key_stays_in_the_place_of_the_first() {
        // Every program of up to six writes of five keys, with every limit. The first of them may be what a span starts with.
        static KEYS: [&str; 5] = ["a", "b", "c", "d", "e"];
        for (limit, at_start) in (0..6).flat_map(|limit| [(limit, 0), (limit, 2), (limit, 4)]) {
            for program in (0..6_usize.pow(6)).step_by(if cfg!(miri) { 1_999 } else { 1 }) {
                let writes: Vec<_> = (0..6)
                    .map(|at| program / 6_usize.pow(at) % 6)
                    .filter(|key| *key > 0)
                    .map(|key| key - 1)
                    .zip(0_i64..)
                    .collect();
                let (first, later) = writes.split_at(at_start.min(writes.len()));
                let limits = SpanLimits { attributes: limit, ..SpanLimits::default() };
                let (mut scalars, mut content) = (Scalars::NONE, Content::default());
                for (pair, (key, value)) in scalars.room().zip(first) {
                    *pair = (&KEYS[*key], Scalar::I64(*value));
                }
                for (key, value) in later {
                    content.set_attribute(KeyValue::new(KEYS[*key], *value), &limits);
                }
                let content = content.begun_with(&scalars, &limits);

                let (mut known, mut expected, mut dropped) = (Vec::new(), Vec::new(), 0);
                for write in later {
                    dropped += u32::from(!set(&mut known, *write, limit));
                }
                for write in first.iter().copied().chain(known) {
                    dropped += u32::from(!set(&mut expected, write, limit));
                }
                assert_eq!(content.dropped_attributes, dropped, "{program} within {limit}");
                let expected: Vec<_> =
                    expected.iter().map(|(key, value)| format!("{}={value}", KEYS[*key])).collect();
                let attributes = content.attributes.into_vec();
                let texts: Vec<_> =
                    attributes.iter().map(|one| format!("{}={}", one.key, one.value)).collect();
                assert_eq!(texts, expected, "{program} within {limit}");
            }
        }
    }
}
