//! What derived attribute sets and values are made of.

use std::borrow::Cow;

use crate::metrics::snapshot::AttributeData;

/// The number of combinations of values with these many possibilities each; `usize::MAX` if it is larger.
#[must_use]
pub const fn combinations(values: &[usize]) -> usize {
    let mut product: usize = 1;
    let mut i = 0;
    while i < values.len() {
        product = product.saturating_mul(values[i]);
        i += 1;
    }
    product
}

/// How many values a position has, and the exported form of each.
pub(super) type ClosedValue = (usize, fn(usize) -> Option<AttributeData>);

/// Takes an index apart, the last position having counted fastest, and visits the exported value of each position.
pub fn visit_values(index: usize, values: &[ClosedValue], visit: &mut dyn FnMut(usize, AttributeData)) {
    let mut rest = index;
    let mut place = combinations_of(values);
    for (position, (possibilities, value)) in values.iter().enumerate() {
        place /= (*possibilities).max(1);
        let ordinal = rest / place.max(1);
        rest %= place.max(1);
        if let Some(data) = value(ordinal) {
            visit(position, data);
        }
    }
}

fn combinations_of(values: &[ClosedValue]) -> usize {
    values.iter().fold(1, |product, (possibilities, _)| product.saturating_mul(*possibilities))
}

/// The text of an ordinal.
#[must_use]
pub fn text_value(texts: &[&'static str], ordinal: usize) -> Option<AttributeData> {
    Some(AttributeData::String(Cow::Borrowed(texts.get(ordinal)?)))
}
