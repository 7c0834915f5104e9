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

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(ordinal: usize) -> Option<AttributeData> {
        text_value(&["a", "b", "c"], ordinal)
    }

    fn flag(ordinal: usize) -> Option<AttributeData> {
        // The first value leaves the attribute out, as `None` does.
        Some(AttributeData::Bool(ordinal.checked_sub(1)? == 1))
    }

    #[test]
    fn every_combination_is_visited_under_its_index() {
        for first in 0..3 {
            for second in 0..3 {
                let mut seen = Vec::new();
                visit_values(first * 3 + second, &[(3, letter), (3, flag)], &mut |position, data| {
                    seen.push((position, data));
                });
                let mut expected = vec![(0, letter(first).expect("a letter"))];
                expected.extend(flag(second).map(|data| (1, data)));
                assert_eq!(seen, expected);
            }
        }
    }

    #[test]
    fn a_set_without_attributes_has_one_combination_and_no_values() {
        assert_eq!(combinations(&[]), 1);
        visit_values(0, &[], &mut |_, _| unreachable!("there is no position"));
    }

    #[test]
    fn a_product_beyond_the_address_space_saturates() {
        assert_eq!(combinations(&[usize::MAX, 2]), usize::MAX);
    }
}
