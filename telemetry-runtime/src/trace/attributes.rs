//! The attributes of a span: the first few in place, since most spans have no more.

use opentelemetry::KeyValue;
use smallvec::SmallVec;

const IN_PLACE: usize = 4;

/// While there are no more than [`IN_PLACE`], a key may be there more than once, and its last value is the one that counts: to
/// compare keys is the work of whoever reads them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attributes(SmallVec<[KeyValue; IN_PLACE]>);

impl Attributes {
    /// One of each key, in the order in which the keys came.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &KeyValue> {
        let compared = if self.0.len() > IN_PLACE { 0 } else { self.0.len() };
        self.0.iter().enumerate().filter_map(move |(index, first)| {
            let same = |known: &&KeyValue| known.key == first.key;
            if index >= compared {
                return Some(first);
            }
            let is_first = !self.0[..index].iter().any(|known| same(&known));
            is_first.then(|| self.0[index..compared].iter().rfind(same).unwrap_or(first))
        })
    }

    /// Sets an attribute, in place of one with the same key. Whether there was room for it.
    #[inline]
    pub(crate) fn set(&mut self, attribute: KeyValue, limit: usize) -> bool {
        if self.0.len() < limit.min(IN_PLACE) {
            self.0.push(attribute);
            return true;
        }
        self.set_compared(attribute, limit)
    }

    #[inline(never)]
    fn set_compared(&mut self, attribute: KeyValue, limit: usize) -> bool {
        if self.0.len() <= IN_PLACE {
            self.0 = std::mem::take(self).into_iter().collect();
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

impl IntoIterator for Attributes {
    type Item = KeyValue;
    type IntoIter = smallvec::IntoIter<[KeyValue; IN_PLACE]>;

    /// As [`Attributes::iter`].
    fn into_iter(mut self) -> Self::IntoIter {
        let mut index = 0;
        while self.0.len() <= IN_PLACE && index < self.0.len() {
            let (before, rest) = self.0.split_at_mut(index);
            if let Some(known) = before.iter_mut().find(|known| known.key == rest[0].key) {
                std::mem::swap(&mut known.value, &mut rest[0].value);
                self.0.remove(index);
            } else {
                index += 1;
            }
        }
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts<'a>(attributes: impl IntoIterator<Item = &'a KeyValue>) -> Vec<String> {
        attributes.into_iter().map(|one| format!("{}={}", one.key, one.value)).collect()
    }

    #[test]
    fn the_last_value_of_a_key_stays_in_the_place_of_the_first() {
        // Every program of up to six writes of five keys, with every limit.
        const KEYS: [&str; 5] = ["a", "b", "c", "d", "e"];
        for limit in 0..6 {
            for program in 0..6_usize.pow(6) {
                let writes =
                    (0..6).map(|at| program / 6_usize.pow(at) % 6).filter(|key| *key > 0).enumerate();
                let mut attributes = Attributes::default();
                let mut expected: Vec<(usize, usize)> = Vec::new();
                for (value, key) in writes {
                    let value = i64::try_from(value).unwrap();
                    let was_set = attributes.set(KeyValue::new(KEYS[key - 1], value), limit);
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
                assert_eq!(texts(attributes.iter()), expected, "{program} within {limit}");
                assert_eq!(texts(&attributes.into_iter().collect::<Vec<_>>()), expected);
            }
        }
    }
}
