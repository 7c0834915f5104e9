//! The algebra of points: points that differ only in attributes that go become one, and buckets that lie between two bounds
//! become one. Nothing that was counted is lost or counted twice.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::sync::Arc;

use super::Keys;
use crate::metrics::by_attributes::ByAttributes;
use crate::metrics::snapshot::{AttributeData, Attributes, Exemplar, HistogramPoint, NumberPoint};

/// A point that can take up another one.
pub(crate) trait Point {
    fn attributes(&self) -> &Attributes;
    fn set_attributes(&mut self, attributes: Attributes);
    /// Adds the measurements of another point.
    fn absorb(&mut self, other: Self);
    /// Takes note of an attribute that goes.
    fn lose(&mut self, _: &(Cow<'static, str>, AttributeData)) {}
}

impl Point for NumberPoint {
    fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    fn set_attributes(&mut self, attributes: Attributes) {
        self.attributes = attributes;
    }

    fn absorb(&mut self, other: Self) {
        self.value = self.value.plus(other.value);
        self.start_time = self.start_time.min(other.start_time);
    }
}

/// The points of one metric have the same bounds.
impl Point for HistogramPoint {
    fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    fn set_attributes(&mut self, attributes: Attributes) {
        self.attributes = attributes;
    }

    fn absorb(&mut self, other: Self) {
        let extreme = |own: Option<f64>, other: Option<f64>, of: fn(f64, f64) -> f64| match (own, other) {
            (Some(own), Some(other)) => Some(of(own, other)),
            (own, other) => own.or(other),
        };
        self.min = extreme(self.min, other.min, f64::min);
        self.max = extreme(self.max, other.max, f64::max);
        self.count = self.count.saturating_add(other.count);
        self.sum += other.sum;
        for (count, more) in self.bucket_counts.iter_mut().zip(&other.bucket_counts) {
            *count = count.saturating_add(*more);
        }
        self.start_time = self.start_time.min(other.start_time);
        self.exemplars.extend(other.exemplars);
        keep_latest(&mut self.exemplars);
    }

    fn lose(&mut self, attribute: &(Cow<'static, str>, AttributeData)) {
        for exemplar in &mut self.exemplars {
            exemplar.filtered_attributes.push(attribute.clone());
        }
    }
}

/// Leaves the latest exemplar of each bucket.
fn keep_latest(exemplars: &mut Vec<Exemplar>) {
    exemplars.sort_by_key(|exemplar| (exemplar.bucket, Reverse(exemplar.time)));
    exemplars.dedup_by_key(|exemplar| exemplar.bucket);
}

/// Whether an attribute of these points would go.
pub(super) fn loses<P: Point>(points: &[P], keys: &Keys) -> bool {
    points.iter().any(|point| point.attributes().iter().any(|(key, _)| !keys.keep(key)))
}

/// Leaves the attributes that stay, under their new names, and merges the points that become equal by that.
pub(super) fn reshape<P: Point>(
    points: Vec<P>,
    keys: Option<&Keys>,
    renamed: &[(String, String)],
    merge: fn(&mut P, P),
) -> Vec<P> {
    let keeps = |key: &str| keys.is_none_or(|keys| keys.keep(key));
    let new_name = |key: &str| renamed.iter().find(|(old, _)| old == key).map(|(_, new)| new);
    let mut merged: Vec<P> = Vec::new();
    let mut places: ByAttributes<usize> = ByAttributes::default();
    for mut point in points {
        let attributes = point.attributes();
        // Two attributes of one point under one key would be no attribute set: then both keep their names.
        let is_taken = |new: &str| attributes.iter().any(|(key, _)| key == new && keeps(key));
        let new_name = |key: &str| new_name(key).filter(|new| !is_taken(new));
        if attributes.iter().any(|(key, _)| !keeps(key) || new_name(key).is_some()) {
            let kept = attributes.iter().filter(|(key, _)| keeps(key));
            let mut pairs: Vec<_> = kept
                .map(|(key, value)| {
                    (new_name(key).map_or_else(|| key.clone(), |new| new.clone().into()), value.clone())
                })
                .collect();
            // Third-party code may have written equal sets in different orders.
            pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
            let attributes = attributes.clone();
            for lost in attributes.iter().filter(|(key, _)| !keeps(key)) {
                point.lose(lost);
            }
            point.set_attributes(pairs.into());
        }
        if let Some(place) = places.get(point.attributes()) {
            merge(&mut merged[*place], point);
        } else {
            places.insert(point.attributes(), merged.len());
            merged.push(point);
        }
    }
    merged
}

/// Leaves at most `limit` series, those that were `admitted` first; the others become the overflow series. `last` says that
/// of several values the last one counts, as for gauges.
pub(super) fn keep_series<P: Point>(
    points: Vec<P>,
    admitted: &mut ByAttributes<()>,
    limit: usize,
    last: bool,
) -> Vec<P> {
    let mut kept = Vec::with_capacity(points.len());
    let mut overflow: Option<P> = None;
    for mut point in points {
        let is_overflow = point.attributes().iter().any(|(key, _)| key == "otel.metric.overflow");
        if !is_overflow {
            let known = admitted.get(point.attributes()).is_some();
            if known || admitted.len() < limit {
                if !known {
                    admitted.insert(point.attributes(), ());
                }
                kept.push(point);
                continue;
            }
            point.set_attributes([("otel.metric.overflow".into(), AttributeData::Bool(true))].into());
        }
        match &mut overflow {
            Some(overflow) if !last => overflow.absorb(point),
            _ => overflow = Some(point),
        }
    }
    kept.extend(overflow);
    kept
}

/// Adds up the buckets between the bounds of `to`. `false`, and nothing done, where `to` has a bound that `bounds` have not:
/// what lies on which side of it is not known any more.
pub(super) fn coarsen(bounds: &mut Arc<[f64]>, points: &mut [HistogramPoint], to: &Arc<[f64]>) -> bool {
    if **bounds == **to {
        return true;
    }
    // The bucket of `to` for each of the recorded ones.
    let target: Vec<usize> =
        bounds.iter().map(|bound| to.partition_point(|upper| upper < bound)).chain([to.len()]).collect();
    let is_subset = to.iter().all(|bound| bounds.contains(bound));
    if !is_subset {
        return false;
    }
    for point in points {
        let mut counts = vec![0_u64; to.len() + 1];
        for (count, target) in point.bucket_counts.iter().zip(&target) {
            counts[*target] = counts[*target].saturating_add(*count);
        }
        point.bucket_counts = counts;
        for exemplar in &mut point.exemplars {
            exemplar.bucket = target.get(exemplar.bucket).copied().unwrap_or(to.len());
        }
        keep_latest(&mut point.exemplars);
    }
    *bounds = Arc::clone(to);
    true
}
