//! Attributes whose keys are not known to the compiler.

use std::borrow::Cow;

use super::MetricAttributes;
use crate::metrics::snapshot::AttributeData;

/// The value of an attribute whose key is free.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum AttributeRef<'a> {
    /// A string.
    String(&'a str),
    /// A boolean.
    Bool(bool),
    /// An integer.
    I64(i64),
    /// A floating point number.
    F64(f64),
}

impl<'a> AttributeRef<'a> {
    /// The value of an exported attribute; `None` for an array.
    pub(crate) fn of(data: &'a AttributeData) -> Option<Self> {
        match data {
            AttributeData::String(text) => Some(Self::String(text)),
            AttributeData::Bool(value) => Some(Self::Bool(*value)),
            AttributeData::I64(value) => Some(Self::I64(*value)),
            AttributeData::F64(value) => Some(Self::F64(*value)),
            AttributeData::Array(_) => None,
        }
    }

    pub(crate) fn to_data(self) -> AttributeData {
        match self {
            Self::String(text) => AttributeData::String(Cow::Owned(text.to_owned())),
            Self::Bool(value) => AttributeData::Bool(value),
            Self::I64(value) => AttributeData::I64(value),
            Self::F64(value) => AttributeData::F64(value),
        }
    }
}

impl<'a> From<&'a str> for AttributeRef<'a> {
    fn from(text: &'a str) -> Self {
        Self::String(text)
    }
}

impl<'a> From<&'a String> for AttributeRef<'a> {
    fn from(text: &'a String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for AttributeRef<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for AttributeRef<'_> {
    fn from(value: i64) -> Self {
        Self::I64(value)
    }
}

impl From<i32> for AttributeRef<'_> {
    fn from(value: i32) -> Self {
        Self::I64(value.into())
    }
}

impl From<u32> for AttributeRef<'_> {
    fn from(value: u32) -> Self {
        Self::I64(value.into())
    }
}

impl From<u16> for AttributeRef<'_> {
    fn from(value: u16) -> Self {
        Self::I64(value.into())
    }
}

impl From<f64> for AttributeRef<'_> {
    fn from(value: f64) -> Self {
        Self::F64(value)
    }
}

/// Attributes with free keys, as instruments that are made at run time take them.
///
/// The order does not matter; of equal keys the last counts. The number of different sets is bounded by the
/// instrument's `cardinalityLimit`.
#[derive(Clone, Copy, Debug)]
pub struct FreeAttributes<'a>(pub &'a [(&'a str, AttributeRef<'a>)]);

impl<'a> AsRef<[(&'a str, AttributeRef<'a>)]> for FreeAttributes<'a> {
    fn as_ref(&self) -> &[(&'a str, AttributeRef<'a>)] {
        self.0
    }
}

impl MetricAttributes for FreeAttributes<'_> {
    type Schema = FreeAttributes<'static>;

    const KEYS: &'static [&'static str] = &[];
    const CARDINALITY: usize = 1;
    const OPEN: bool = true;

    #[inline]
    fn index(&self) -> usize {
        0
    }

    fn values(_: usize, _: &mut dyn FnMut(usize, AttributeData)) {}

    #[inline]
    fn free(&self) -> Option<&[(&str, AttributeRef<'_>)]> {
        Some(self.0)
    }
}
