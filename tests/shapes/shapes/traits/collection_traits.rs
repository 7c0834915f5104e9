// Calls: 10 ok.
use std::collections::BTreeMap;

use shapes::prelude::*;

#[derive(Debug, Default)]
struct Bag<T: Ord>(BTreeMap<T, usize>);

impl<T: Ord> Extend<T> for Bag<T> {
    #[shape]
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        for item in items {
            *self.0.entry(item).or_default() += 1;
        }
    }
}

impl<T: Ord> FromIterator<T> for Bag<T> {
    #[shape]
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut bag = Self(BTreeMap::new());
        bag.extend(items);
        bag
    }
}

impl<T: Ord> IntoIterator for Bag<T> {
    type Item = (T, usize);
    type IntoIter = std::collections::btree_map::IntoIter<T, usize>;

    #[shape]
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'b, T: Ord> IntoIterator for &'b Bag<T> {
    type Item = (&'b T, &'b usize);
    type IntoIter = std::collections::btree_map::Iter<'b, T, usize>;

    #[shape]
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

pub(super) fn run() {
    let mut bag = "banana".chars().collect::<Bag<_>>();
    bag.extend("nab".chars());
    for (letter, count) in &bag {
        show("letter", (letter, count));
    }
    show("max", bag.into_iter().max_by_key(|(_, count)| *count));
    let parsed: Result<Bag<u8>, _> = ["1", "x"].iter().map(|text| text.parse()).collect();
    show("parsed", parsed);
    let (even, odd): (Bag<u8>, Bag<u8>) = (0..3_u8).partition(|n| n % 2 == 0);
    show("partitioned", (even, odd));
}
