//! Tuples of values as attribute sets. The keys are in the metric's declaration, in the order of the tuple.

use super::{AttributeValue, MetricAttributes, combinations, visit_values};
use crate::metrics::snapshot::AttributeData;

/// The most combinations that a tuple may have. A derived set says its own limit.
const LIMIT: usize = 2000;

const fn bounded(combinations: usize) -> usize {
    assert!(combinations <= LIMIT, "this tuple of attributes has more than 2000 combinations of values");
    combinations
}

macro_rules! tuples {
    ($($value:ident $position:tt),+) => {
        impl<$($value: AttributeValue),+> MetricAttributes for ($($value,)+) {
            type Schema = ($($value::Schema,)+);

            const KEYS: &'static [&'static str] = &[];
            const CARDINALITY: usize = bounded(combinations(&[$($value::VALUES),+]));
            const OPEN: bool = $($value::OPEN)||+;

            #[inline]
            fn index(&self) -> usize {
                let index = 0;
                $(let index = index * $value::VALUES + self.$position.ordinal();)+
                index
            }

            fn values(index: usize, visit: &mut dyn FnMut(usize, AttributeData)) {
                visit_values(index, &[$(($value::VALUES, $value::value)),+], visit);
            }

            fn labels(&self, visit: &mut dyn FnMut(usize, &str)) {
                $(if let Some(text) = self.$position.label() {
                    visit($position, text);
                })+
            }
        }
    };
}

tuples!(V0 0);
tuples!(V0 0, V1 1);
tuples!(V0 0, V1 1, V2 2);
tuples!(V0 0, V1 1, V2 2, V3 3);
tuples!(V0 0, V1 1, V2 2, V3 3, V4 4);
tuples!(V0 0, V1 1, V2 2, V3 3, V4 4, V5 5);
tuples!(V0 0, V1 1, V2 2, V3 3, V4 4, V5 5, V6 6);
tuples!(V0 0, V1 1, V2 2, V3 3, V4 4, V5 5, V6 6, V7 7);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Label, snapshot::AttributeData};
    use crate::outcome::Outcome;

    #[test]
    fn every_combination_has_its_own_index_and_comes_back() {
        let mut seen = Vec::new();
        for outcome in Outcome::ALL {
            for changed in [None, Some(false), Some(true)] {
                let set = (outcome, changed);
                seen.push(set.index());
                let mut values = Vec::new();
                <(Outcome, Option<bool>)>::values(set.index(), &mut |position, data| {
                    values.push((position, data));
                });
                let mut expected = vec![(0, AttributeData::String(outcome.as_str().into()))];
                expected.extend(changed.map(|changed| (1, AttributeData::Bool(changed))));
                assert_eq!(values, expected);
            }
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..<(Outcome, Option<bool>)>::CARDINALITY).collect::<Vec<_>>());
    }

    #[test]
    fn labels_stand_beside_the_index() {
        let set = (true, Label::new("a"), None::<Label<'_>>);
        let mut labels = Vec::new();
        set.labels(&mut |position, text| labels.push((position, text.to_owned())));
        assert_eq!(labels, [(1, "a".to_owned())]);
        const { assert!(<(bool, Label<'_>)>::OPEN) };
        assert_eq!(<(bool, Label<'_>)>::CARDINALITY, 2);
    }
}
