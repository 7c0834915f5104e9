//! Which series names a metric takes, and which metrics take the same one.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Kind, metric_name};

/// A metric as far as its series names go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family<'a> {
    /// The name, prefix included.
    pub name: &'a str,
    /// The UCUM unit.
    pub unit: &'a str,
    /// What decides the suffixes.
    pub kind: Kind,
}

/// Two metrics that take the same series name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collision {
    /// The position of the earlier metric.
    pub first: usize,
    /// The position of the later metric.
    pub second: usize,
    /// The series name that both take.
    pub series: String,
}

/// Every name that the metric's family takes, its own first.
///
/// A counter takes its OpenMetrics family name (without `_total`) too, and sums keep `_created` free, because an
/// OpenMetrics parser refuses families that clash with either.
pub fn series_names(name: &str, unit: &str, kind: Kind) -> Vec<String> {
    let exposed = metric_name(name, unit, kind);
    let suffixes: &[&str] = match kind {
        Kind::Counter => &["", "_created"],
        Kind::UpDownCounter | Kind::Gauge => &[],
        Kind::Histogram => &["_bucket", "_sum", "_count", "_created"],
    };
    let base = match kind {
        Kind::Counter => exposed.strip_suffix("_total").unwrap_or(&exposed),
        _ => &exposed,
    };
    let more: Vec<String> = suffixes.iter().map(|suffix| format!("{base}{suffix}")).collect();
    core::iter::once(exposed).chain(more).collect()
}

/// The pairs of metrics that take the same series name, each metric once with the earliest one that it meets.
///
/// Equal metrics (name without regard to case, unit and kind) are one metric declared twice, and not told here.
pub fn collisions(families: &[Family<'_>]) -> Vec<Collision> {
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for (second, family) in families.iter().enumerate() {
        let mut reported = false;
        for series in series_names(family.name, family.unit, family.kind) {
            let first = *taken.entry(series.clone()).or_insert(second);
            if first != second && !reported && !is_same(&families[first], family) {
                reported = true;
                found.push(Collision { first, second, series });
            }
        }
    }
    found
}

fn is_same(one: &Family<'_>, other: &Family<'_>) -> bool {
    one.name.eq_ignore_ascii_case(other.name) && one.unit == other.unit && one.kind == other.kind
}

#[cfg(test)]
mod tests {
    use super::*;

    fn family<'a>(name: &'a str, unit: &'a str, kind: Kind) -> Family<'a> {
        Family { name, unit, kind }
    }

    #[test]
    fn a_family_takes_its_suffixed_names() {
        assert_eq!(series_names("a.b", "s", Kind::Gauge), ["a_b_seconds"]);
        assert_eq!(series_names("a.b", "", Kind::Counter), ["a_b_total", "a_b", "a_b_created"]);
        assert_eq!(
            series_names("a.b", "s", Kind::Histogram),
            [
                "a_b_seconds",
                "a_b_seconds_bucket",
                "a_b_seconds_sum",
                "a_b_seconds_count",
                "a_b_seconds_created"
            ]
        );
    }

    #[test]
    fn the_known_collisions_are_found() {
        for (one, other, series) in [
            (family("x.count", "", Kind::Gauge), family("x", "", Kind::Histogram), "x_count"),
            (family("foo.total", "", Kind::Gauge), family("foo", "", Kind::Counter), "foo_total"),
            (family("a.b", "", Kind::Gauge), family("a_b", "", Kind::Gauge), "a_b"),
            (family("x", "s", Kind::Gauge), family("x.seconds", "", Kind::Gauge), "x_seconds"),
            (family("foo", "", Kind::Gauge), family("foo", "", Kind::Counter), "foo"),
        ] {
            let expected = Collision { first: 0, second: 1, series: series.into() };
            assert_eq!(collisions(&[one, other]), [expected]);
        }
    }

    #[test]
    fn one_metric_twice_is_no_collision() {
        let counter = family("a.b", "", Kind::Counter);
        assert_eq!(collisions(&[counter, family("A.b", "", Kind::Counter)]), []);
        assert_eq!(collisions(&[counter, family("a.c", "", Kind::Counter)]), []);
    }
}
