//! The attributes of a span: the first few in place if they are scalars, since most spans have no others.

use opentelemetry::{KeyValue, Value};

use super::build::OWN;
use super::value::Scalar;

const IN_PLACE: usize = 4;

/// What a span starts with is kept in the form in which it is written with the fewest instructions, while it is nothing but
/// scalars under constant keys. [`Attributes::settle`] gives it the form that others read.
///
/// While there are no more than [`IN_PLACE`], a key may be there more than once, and its last value is the one that counts: to
/// compare keys is the work of whoever reads them.
#[derive(Clone, Debug)]
pub(crate) struct Attributes {
    scalars: [(&'static &'static str, Scalar); IN_PLACE],
    /// The scalars are from `first` on, and another one may be written at `next`, which is behind the last place if none may.
    first: usize,
    next: usize,
    /// Empty while there are scalars.
    settled: Vec<KeyValue>,
}

impl Default for Attributes {
    fn default() -> Self {
        Self {
            scalars: [(&"", Scalar::Bool(false)); IN_PLACE],
            first: IN_PLACE,
            next: IN_PLACE,
            settled: Vec::new(),
        }
    }
}

impl Attributes {
    /// Has scalars written in place, as long as nothing else is set.
    #[inline]
    pub(super) fn make_room(&mut self, limit: usize) {
        if self.settled.is_empty() && self.first == self.next {
            self.first = IN_PLACE.saturating_sub(limit);
            self.next = self.first;
        }
    }

    /// Sets an attribute if there is room in place; whether there was.
    #[inline]
    pub(super) fn set_in_place(&mut self, key: &'static &'static str, value: Scalar) -> bool {
        let Some(place) = self.scalars.get_mut(self.next) else { return false };
        *place = (key, value);
        self.next += 1;
        true
    }

    /// Gives all of it the form that others read. There is room for no scalars then.
    ///
    /// Allocates for so many more, and not for others: a span may wait long.
    fn settle_with_room(&mut self, room: usize) {
        let (first, next) = (self.first, self.next);
        (self.first, self.next) = (IN_PLACE, IN_PLACE);
        let scalars = &self.scalars[first..next];
        if !scalars.is_empty() {
            self.settled.reserve_exact(scalars.len() + room);
            self.settled.extend(scalars.iter().map(|(key, value)| KeyValue::new(**key, Value::from(*value))));
        }
    }

    /// The same for whoever takes them out, and may add what a span has of its own.
    pub(super) fn settle(&mut self) {
        self.settle_with_room(OWN);
    }

    /// One of each key, in the order in which the keys came.
    pub(super) fn into_vec(mut self) -> Vec<KeyValue> {
        self.settle();
        let mut index = 0;
        while self.settled.len() <= IN_PLACE && index < self.settled.len() {
            let (before, rest) = self.settled.split_at_mut(index);
            if let Some(known) = before.iter_mut().find(|known| known.key == rest[0].key) {
                std::mem::swap(&mut known.value, &mut rest[0].value);
                self.settled.remove(index);
            } else {
                index += 1;
            }
        }
        self.settled
    }

    /// Sets an attribute, in place of one with the same key. Whether there was room for it.
    #[inline]
    pub(crate) fn set(&mut self, attribute: KeyValue, limit: usize) -> bool {
        if self.first < IN_PLACE {
            self.settle_with_room(1);
        }
        if self.settled.len() < limit.min(IN_PLACE) {
            self.settled.push(attribute);
            return true;
        }
        self.set_compared(attribute, limit)
    }

    #[inline(never)]
    fn set_compared(&mut self, attribute: KeyValue, limit: usize) -> bool {
        if self.settled.len() <= IN_PLACE {
            self.settled = std::mem::take(self).into_vec();
        }
        if let Some(known) = self.settled.iter_mut().find(|known| known.key == attribute.key) {
            known.value = attribute.value;
            return true;
        }
        let has_room = self.settled.len() < limit;
        if has_room {
            self.settled.push(attribute);
        }
        has_room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_of_a_key_stays_in_the_place_of_the_first() {
        // Every program of up to six writes of five keys, with every limit. The first of them may be what a span starts with.
        static KEYS: [&str; 5] = ["a", "b", "c", "d", "e"];
        for (limit, at_start) in (0..6).flat_map(|limit| [(limit, 0), (limit, 2), (limit, 6)]) {
            for program in (0..6_usize.pow(6)).step_by(if cfg!(miri) { 1_999 } else { 1 }) {
                let writes =
                    (0..6).map(|at| program / 6_usize.pow(at) % 6).filter(|key| *key > 0).enumerate();
                let mut attributes = Attributes::default();
                attributes.make_room(limit);
                let mut expected: Vec<(usize, usize)> = Vec::new();
                for (value, key) in writes {
                    let value = i64::try_from(value).unwrap();
                    let was_set = (value < at_start
                        && attributes.set_in_place(&KEYS[key - 1], Scalar::I64(value)))
                        || attributes.set(KeyValue::new(KEYS[key - 1], value), limit);
                    let known = expected.iter().position(|known| known.0 == key);
                    assert_eq!(
                        was_set,
                        known.is_some() || expected.len() < limit,
                        "{program} within {limit}"
                    );
                    match known {
                        Some(at) => expected[at].1 = usize::try_from(value).unwrap(),
                        None if was_set => expected.push((key, usize::try_from(value).unwrap())),
                        None => {}
                    }
                }
                let expected: Vec<String> =
                    expected.iter().map(|(key, value)| format!("{}={value}", KEYS[key - 1])).collect();
                let texts = attributes
                    .into_vec()
                    .iter()
                    .map(|one| format!("{}={}", one.key, one.value))
                    .collect::<Vec<_>>();
                assert_eq!(texts, expected, "{program} within {limit}");
            }
        }
    }
}
