//! Values by attribute sets.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher};

use super::snapshot::{AttributeData, Attributes};

/// A map whose keys are attribute sets, compared to the bit: a NaN is a value like others.
#[derive(Debug)]
pub(crate) struct ByAttributes<T> {
    entries: HashMap<u64, Vec<(Attributes, T)>>,
    len: usize,
}

impl<T> Default for ByAttributes<T> {
    fn default() -> Self {
        Self { entries: HashMap::new(), len: 0 }
    }
}

impl<T> ByAttributes<T> {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn get(&self, attributes: &Attributes) -> Option<&T> {
        let same = self.entries.get(&hash(attributes))?;
        same.iter().find(|(known, _)| is_same(known, attributes)).map(|(_, value)| value)
    }

    pub(crate) fn get_mut(&mut self, attributes: &Attributes) -> Option<&mut T> {
        let same = self.entries.get_mut(&hash(attributes))?;
        same.iter_mut().find(|(known, _)| is_same(known, attributes)).map(|(_, value)| value)
    }

    /// Sets the value of an attribute set, and gives back the one that it had.
    pub(crate) fn insert(&mut self, attributes: &Attributes, value: T) -> Option<T> {
        let same = self.entries.entry(hash(attributes)).or_default();
        if let Some((_, known)) = same.iter_mut().find(|(known, _)| is_same(known, attributes)) {
            return Some(std::mem::replace(known, value));
        }
        same.push((attributes.clone(), value));
        self.len += 1;
        None
    }
}

/// Equal sets have equal hashes.
fn hash(attributes: &Attributes) -> u64 {
    let mut hasher = foldhash::fast::FixedState::default().build_hasher();
    for (key, value) in attributes {
        key.hash(&mut hasher);
        match value {
            AttributeData::String(text) => text.hash(&mut hasher),
            AttributeData::Bool(value) => value.hash(&mut hasher),
            AttributeData::I64(value) => value.hash(&mut hasher),
            AttributeData::F64(value) => value.to_bits().hash(&mut hasher),
            // Equal arrays have equal lengths; the comparison does the rest.
            AttributeData::Array(values) => values.len().hash(&mut hasher),
        }
    }
    hasher.finish()
}

fn is_same(one: &Attributes, other: &Attributes) -> bool {
    one.is_same(other)
        || (one.len() == other.len()
            && one.iter().zip(other.iter()).all(|((a, b), (c, d))| a == c && is_same_value(b, d)))
}

fn is_same_value(one: &AttributeData, other: &AttributeData) -> bool {
    match (one, other) {
        (AttributeData::F64(one), AttributeData::F64(other)) => one.to_bits() == other.to_bits(),
        (AttributeData::Array(one), AttributeData::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same_value(one, other))
        }
        _ => one == other,
    }
}
