//! Free text as an attribute.

use super::AttributeValue;
use crate::metrics::snapshot::AttributeData;

/// A free text as the value of a metric attribute, bounded at run time.
///
/// The number of different texts is limited: by `#[attribute(limit = N)]` on the field, and by the instrument's
/// `cardinalityLimit`. What goes beyond is counted on the series `otel.metric.overflow=true`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Label<'a>(&'a str);

impl<'a> Label<'a> {
    /// A label with this text.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.0
    }
}

impl<'a> From<&'a str> for Label<'a> {
    fn from(text: &'a str) -> Self {
        Self(text)
    }
}

impl<'a> From<&'a String> for Label<'a> {
    fn from(text: &'a String) -> Self {
        Self(text)
    }
}

impl AttributeValue for Label<'_> {
    type Schema = Label<'static>;

    const VALUES: usize = 1;
    const OPEN: bool = true;

    #[inline]
    fn ordinal(&self) -> usize {
        0
    }

    fn value(_: usize) -> Option<AttributeData> {
        None
    }

    #[inline]
    fn label(&self) -> Option<&str> {
        Some(self.0)
    }
}
