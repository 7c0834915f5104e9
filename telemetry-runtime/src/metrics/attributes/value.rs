//! One attribute's value.

use std::borrow::Cow;

use crate::metrics::snapshot::AttributeData;
use crate::outcome::Outcome;

/// A value of a metric's attribute: one of a few known values, or a bounded free text.
///
/// Derived for enums without fields; implemented for `bool`, [`Label`](super::Label) and `Option` of these, where
/// `None` leaves the attribute out.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of a metric attribute",
    label = "not an attribute value",
    note = "put `#[derive(AttributeValue)]` on the enum, or use `bool`, an `Option` of these, or `Label` for free text",
    note = "numbers and strings are not bounded: every value would make a series"
)]
pub trait AttributeValue {
    /// The type with its lifetimes `'static`; `Self` for a derived enum.
    type Schema: 'static;

    /// How many values there are; 1 for free text.
    const VALUES: usize;

    /// Whether the value is free text.
    const OPEN: bool = false;

    /// Which value it is, below [`VALUES`](Self::VALUES).
    fn ordinal(&self) -> usize;

    /// The exported form of a value; `None` leaves the attribute out, as does free text, which is not known here.
    fn value(ordinal: usize) -> Option<AttributeData>;

    /// The free text.
    fn label(&self) -> Option<&str> {
        None
    }
}

impl AttributeValue for bool {
    type Schema = bool;

    const VALUES: usize = 2;

    #[inline]
    fn ordinal(&self) -> usize {
        usize::from(*self)
    }

    fn value(ordinal: usize) -> Option<AttributeData> {
        Some(AttributeData::Bool(ordinal == 1))
    }
}

impl<V: AttributeValue> AttributeValue for Option<V> {
    type Schema = Option<V::Schema>;

    const VALUES: usize = V::VALUES + 1;
    const OPEN: bool = V::OPEN;

    #[inline]
    fn ordinal(&self) -> usize {
        match self {
            None => 0,
            Some(value) => value.ordinal() + 1,
        }
    }

    fn value(ordinal: usize) -> Option<AttributeData> {
        V::value(ordinal.checked_sub(1)?)
    }

    fn label(&self) -> Option<&str> {
        self.as_ref()?.label()
    }
}

impl AttributeValue for Outcome {
    type Schema = Outcome;

    const VALUES: usize = Outcome::ALL.len();

    #[inline]
    fn ordinal(&self) -> usize {
        Outcome::ordinal(*self)
    }

    fn value(ordinal: usize) -> Option<AttributeData> {
        let outcome = Outcome::ALL.get(ordinal)?;
        Some(AttributeData::String(Cow::Borrowed(outcome.as_str())))
    }
}

impl<V: AttributeValue> AttributeValue for &V {
    type Schema = V::Schema;

    const VALUES: usize = V::VALUES;
    const OPEN: bool = V::OPEN;

    #[inline]
    fn ordinal(&self) -> usize {
        V::ordinal(self)
    }

    fn value(ordinal: usize) -> Option<AttributeData> {
        V::value(ordinal)
    }

    fn label(&self) -> Option<&str> {
        V::label(self)
    }
}
