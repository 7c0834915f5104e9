//! The attributes of a span: the first few in place, since most spans have no more.

use opentelemetry::KeyValue;

const IN_PLACE: usize = 4;

#[derive(Clone, Debug, Default)]
pub(crate) struct Attributes {
    first: [Option<KeyValue>; IN_PLACE],
    rest: Vec<KeyValue>,
}

impl Attributes {
    pub(crate) fn len(&self) -> usize {
        self.first.iter().flatten().count() + self.rest.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &KeyValue> {
        self.first.iter().flatten().chain(&self.rest)
    }

    /// Sets an attribute, in place of one with the same key. Whether there was room for it.
    pub(crate) fn set(&mut self, attribute: KeyValue, limit: usize) -> bool {
        for place in self.first.iter_mut().take(limit) {
            match place {
                None => {
                    *place = Some(attribute);
                    return true;
                }
                Some(known) if known.key == attribute.key => {
                    known.value = attribute.value;
                    return true;
                }
                Some(_) => {}
            }
        }
        if let Some(known) = self.rest.iter_mut().find(|known| known.key == attribute.key) {
            known.value = attribute.value;
            return true;
        }
        let has_room = self.rest.len() < limit.saturating_sub(IN_PLACE);
        if has_room {
            self.rest.push(attribute);
        }
        has_room
    }
}

impl IntoIterator for Attributes {
    type Item = KeyValue;
    type IntoIter = std::iter::Chain<
        std::iter::Flatten<std::array::IntoIter<Option<KeyValue>, IN_PLACE>>,
        std::vec::IntoIter<KeyValue>,
    >;

    fn into_iter(self) -> Self::IntoIter {
        self.first.into_iter().flatten().chain(self.rest)
    }
}
