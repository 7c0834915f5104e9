// Calls: 4 ok.
// Also known as x12_impl_trait_ret.
use shapes::prelude::*;

#[shape]
fn even(limit: u32) -> impl Iterator<Item = u32> + Clone {
    (0..limit).filter(|n| n % 2 == 0)
}

#[shape]
fn borrowed(values: &[u32]) -> impl DoubleEndedIterator<Item = &u32> {
    values.iter().skip(1)
}

#[shape]
fn early(empty: bool) -> impl Iterator<Item = u32> {
    if empty {
        return Vec::new().into_iter();
    }
    vec![1, 2].into_iter()
}

pub(super) fn run() {
    let numbers = even(7);
    show("even", numbers.clone().collect::<Vec<_>>());
    auto_traits!("even", numbers);
    show("borrowed", borrowed(&[1, 2, 3]).rev().collect::<Vec<_>>());
    show("early", early(true).chain(early(false)).collect::<Vec<_>>());
}
