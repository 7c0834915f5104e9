//! What leads to a row with free parts: its attributes as they were written.

use crate::metrics::attributes::{AttributeRef, MetricAttributes};
use crate::metrics::snapshot::AttributeData;

/// An attribute set that was seen.
#[derive(Debug)]
pub(super) enum Key {
    /// The index of the closed values, and the texts by position.
    Typed(usize, Box<[(usize, Box<str>)]>),
    /// Keys and values in the order in which they were written.
    Free(Box<[(Box<str>, AttributeData)]>),
}

impl Key {
    pub(super) fn of<A: MetricAttributes>(attributes: &A) -> Self {
        if let Some(pairs) = attributes.free() {
            Self::Free(pairs.iter().map(|(key, value)| ((*key).into(), value.to_data())).collect())
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
            Self::Free(known) => attributes.free().is_some_and(|pairs| {
                known.len() == pairs.len()
                    && known.iter().zip(pairs).all(|((key, value), (other, data))| {
                        is_same(key, other) && is_same_value(value, data)
                    })
            }),
        }
    }
}

#[inline]
fn is_same_value(known: &AttributeData, value: &AttributeRef<'_>) -> bool {
    match (known, value) {
        (AttributeData::String(a), AttributeRef::String(b)) => is_same(a, b),
        (AttributeData::Bool(a), AttributeRef::Bool(b)) => a == b,
        (AttributeData::I64(a), AttributeRef::I64(b)) => a == b,
        (AttributeData::F64(a), AttributeRef::F64(b)) => a.to_bits() == b.to_bits(),
        _ => false,
    }
}

/// Equality of texts as short as attributes are: comparing them here costs less than the call that compares long ones.
#[inline]
fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    // The second word overlaps the first one where the text is shorter than both.
    match one.len() {
        17.. => one == other,
        8.. => {
            one.first_chunk::<8>() == other.first_chunk::<8>()
                && one.last_chunk::<8>() == other.last_chunk::<8>()
        }
        4.. => {
            one.first_chunk::<4>() == other.first_chunk::<4>()
                && one.last_chunk::<4>() == other.last_chunk::<4>()
        }
        _ => one.iter().eq(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_the_same_where_every_byte_is() {
        let text = "abcdefghijklmnopqrstuvwxyz";
        for length in 0..text.len() {
            let one = &text[..length];
            assert!(is_same(one, String::from(one).as_str()));
            assert!(!is_same(one, &text[..=length]));
            for changed in 0..length {
                let mut other = one.as_bytes().to_vec();
                other[changed] = b'!';
                assert!(
                    !is_same(one, std::str::from_utf8(&other).expect("it is ASCII")),
                    "{length}, {changed}"
                );
            }
        }
    }
}
