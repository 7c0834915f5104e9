//! The attributes of a point.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::snapshot::AttributeData;

/// A key and its value.
type Pair = (Cow<'static, str>, AttributeData);

/// The attributes of a point: a slice of pairs of key and value, the keys unique.
///
/// A series keeps its attributes from one collection to the next, so that a clone copies none of them.
#[derive(Clone)]
pub struct Attributes(Kept);

#[derive(Clone)]
enum Kept {
    /// Those of a series of ours, which is never forgotten: a point with them costs no count of references.
    Forever(&'static [Pair]),
    Shared(Arc<[Pair]>),
}

impl Attributes {
    /// Attributes that are kept for the life of the process.
    pub(crate) fn forever(pairs: Vec<Pair>) -> Self {
        Self(Kept::Forever(pairs.leak()))
    }

    /// Whether these are the same attributes, and not only equal ones. What keeps a clone keeps them from becoming others.
    #[inline]
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        std::ptr::eq(&raw const **self, &raw const **other)
    }
}

impl Deref for Attributes {
    type Target = [Pair];

    #[inline]
    fn deref(&self) -> &[Pair] {
        match &self.0 {
            Kept::Forever(pairs) => pairs,
            Kept::Shared(pairs) => pairs,
        }
    }
}

impl From<Vec<Pair>> for Attributes {
    fn from(pairs: Vec<Pair>) -> Self {
        Self(Kept::Shared(pairs.into()))
    }
}

impl<const N: usize> From<[Pair; N]> for Attributes {
    fn from(pairs: [Pair; N]) -> Self {
        Self(Kept::Shared(Arc::new(pairs)))
    }
}

impl FromIterator<Pair> for Attributes {
    fn from_iter<I: IntoIterator<Item = Pair>>(pairs: I) -> Self {
        Self(Kept::Shared(pairs.into_iter().collect()))
    }
}

impl<'a> IntoIterator for &'a Attributes {
    type Item = &'a Pair;
    type IntoIter = std::slice::Iter<'a, Pair>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// No attributes.
impl Default for Attributes {
    fn default() -> Self {
        Self(Kept::Forever(&[]))
    }
}

impl PartialEq for Attributes {
    fn eq(&self, other: &Self) -> bool {
        self[..] == other[..]
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(key, value)| (key, value))).finish()
    }
}
