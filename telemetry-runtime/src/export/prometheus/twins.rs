//! Points that differ in their attributes and not in their labels.
//!
//! The keys `a.b` and `a-b` are one label, and the number 200 and the text `200` one value. Points that differ in nothing
//! else are one series, and a page that had it twice would be refused as a whole.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

use crate::metrics::{HistogramPoint, Number, NumberPoint};

/// Which of a metric's points are one series.
#[derive(Debug, Default)]
pub(super) struct Twins {
    hasher: RandomState,
    /// The first point of each text, by the hash of the text.
    first: HashMap<u64, usize>,
    /// Each later point and the first one of its series, in the order of the later ones.
    later: Vec<(usize, usize)>,
}

impl Twins {
    /// Takes the next point; `text_of` gives the texts of the ones before.
    pub(super) fn add<'a>(&mut self, position: usize, text: &str, text_of: impl Fn(usize) -> &'a str) {
        match self.first.entry(self.hasher.hash_one(text)).or_insert(position) {
            first if *first != position && text_of(*first) == text => self.later.push((position, *first)),
            _ => {}
        }
    }

    /// Forgets the points from the position `count` on.
    pub(super) fn truncate(&mut self, count: usize) {
        self.first.retain(|_, position| *position < count);
        self.later.retain(|(position, _)| *position < count);
    }

    /// Whether an earlier point stands for this one, too.
    #[inline]
    pub(super) fn is_later(&self, position: usize) -> bool {
        !self.later.is_empty() && self.later.binary_search_by_key(&position, |(later, _)| *later).is_ok()
    }

    /// The points that this one stands for beside itself.
    #[inline]
    fn of(&self, position: usize) -> impl Iterator<Item = usize> {
        self.later.iter().filter(move |(_, first)| *first == position).map(|(later, _)| *later)
    }

    /// The sum of a series, or its last value where it has none.
    #[inline]
    pub(super) fn number(&self, points: &[NumberPoint], position: usize, is_sum: bool) -> Number {
        let join = |sum: Number, twin: usize| {
            let value = points[twin].value;
            if is_sum { sum.plus(value) } else { value }
        };
        self.of(position).fold(points[position].value, join)
    }

    /// The measurements of a series.
    #[inline]
    pub(super) fn histogram<'a>(
        &self,
        points: &'a [HistogramPoint],
        position: usize,
    ) -> Cow<'a, HistogramPoint> {
        self.of(position).fold(Cow::Borrowed(&points[position]), |mut sum, twin| {
            let (whole, part) = (sum.to_mut(), &points[twin]);
            for (count, more) in whole.bucket_counts.iter_mut().zip(&part.bucket_counts) {
                *count = count.saturating_add(*more);
            }
            whole.count = whole.count.saturating_add(part.count);
            whole.sum += part.sum;
            sum
        })
    }
}
