//! Snapshots that bytes describe, with every name and text hostile as often as not.

use std::borrow::Cow;
use std::time::SystemTime;

use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;
use telemetry_runtime::metrics::{
    AttributeData, Attributes, HistogramPoint, MeterScope, Metric, MetricData, Number, NumberPoint,
    ScopeMetrics, Snapshot, Temporality,
};

use crate::dice::Dice;

/// What breaks scrapes elsewhere. No series may ever be called `forged`: only a text that got out of its quotes is, as no metric
/// has that name.
pub const WORDS: &[&str] = &[
    "",
    "_",
    "__name__",
    "__x__",
    "le",
    "quantile",
    "job",
    "instance",
    "1st",
    "a:b",
    ":",
    "a.b",
    "a-b",
    "a_b",
    "total",
    "a.total",
    "a.count",
    "a.sum",
    "a.bucket",
    "a.created",
    "a.info",
    "target.info",
    "target_info",
    "otel_scope_name",
    "otel.scope.name",
    "NaN",
    "x\"} 1\nforged 42\n#",
    "x\\\"} 1\nforged 42\n#",
    "\n# EOF\nforged 1",
    "# EOF",
    "{}",
    "\\",
    "seconds",
    "nul\0 and \u{2028}",
    "\u{1f980}",
];

const UNITS: &[&str] =
    &["", "s", "By", "1", "%", "{x}", "m/s", "°C", "By/s", "a\nforged 1", "/", "total", "ms"];

/// The resource and the snapshot of these bytes.
#[must_use]
pub fn of(dice: &mut Dice<'_>) -> (Resource, Snapshot) {
    let pairs: Vec<_> =
        (0..dice.roll(3)).map(|_| KeyValue::new(dice.word(WORDS), dice.word(WORDS))).collect();
    let resource = Resource::builder_empty().with_attributes(pairs).build();
    // Scopes differ, as a collection gives them.
    let scopes = (0..=dice.roll(3)).map(|number| scope(number, dice)).collect();
    (resource, Snapshot { time: SystemTime::UNIX_EPOCH, scopes })
}

fn scope(number: u8, dice: &mut Dice<'_>) -> ScopeMetrics {
    let scope = MeterScope {
        name: format!("{number}{}", dice.word(WORDS)).into(),
        version: (dice.roll(2) == 0).then(|| dice.word(WORDS).into()),
        schema_url: (dice.roll(4) == 0).then(|| dice.word(WORDS).into()),
        attributes: (0..dice.roll(3)).map(|_| (dice.word(WORDS).into(), dice.word(WORDS).into())).collect(),
    };
    let metrics = (0..dice.roll(6)).map(|_| metric(dice)).collect();
    ScopeMetrics { scope, metrics }
}

fn metric(dice: &mut Dice<'_>) -> Metric {
    let name = dice.word(WORDS);
    let letters = name.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
    Metric {
        name: if letters == "forged" { "forge".into() } else { name.into() },
        description: dice.word(WORDS).into(),
        unit: dice.word(UNITS).into(),
        kind: None,
        temporality: Temporality::Cumulative,
        data: match dice.roll(4) {
            0 => MetricData::Sum { monotonic: true, points: numbers(dice) },
            1 => MetricData::Sum { monotonic: false, points: numbers(dice) },
            2 => MetricData::Gauge { points: numbers(dice) },
            _ => histogram(dice),
        },
    }
}

fn numbers(dice: &mut Dice<'_>) -> Vec<NumberPoint> {
    let mut points: Vec<NumberPoint> = Vec::new();
    for _ in 0..dice.roll(4) {
        let attributes = attributes(dice);
        // Equal sets are one point in every snapshot.
        if points.iter().all(|point| point.attributes != attributes) {
            let value = match dice.roll(4) {
                0 => Number::U64(dice.number()),
                1 => Number::I64(dice.number().cast_signed()),
                2 => Number::F64(f64::from_bits(dice.number())),
                _ => *dice.pick(&[Number::F64(f64::NAN), Number::F64(f64::INFINITY), Number::F64(-0.0)]),
            };
            points.push(NumberPoint { attributes, start_time: SystemTime::UNIX_EPOCH, value });
        }
    }
    points
}

fn histogram(dice: &mut Dice<'_>) -> MetricData {
    let bounds = dice.pick(&[&[][..], &[0.5, 1e17], &[-1.0, 0.0, 2.0], &[f64::MIN_POSITIVE]]).to_vec();
    let mut points: Vec<HistogramPoint> = Vec::new();
    for _ in 0..dice.roll(3) {
        let attributes = attributes(dice);
        if points.iter().all(|point| point.attributes != attributes) {
            let bucket_counts: Vec<u64> = (0..=bounds.len()).map(|_| dice.byte().into()).collect();
            points.push(HistogramPoint {
                attributes,
                start_time: SystemTime::UNIX_EPOCH,
                count: bucket_counts.iter().sum(),
                sum: f64::from_bits(dice.number()),
                min: None,
                max: None,
                bucket_counts,
                exemplars: Vec::new(),
            });
        }
    }
    MetricData::Histogram { bounds: bounds.into(), points }
}

fn attributes(dice: &mut Dice<'_>) -> Attributes {
    let mut pairs: Vec<(Cow<'static, str>, AttributeData)> = Vec::new();
    for _ in 0..dice.roll(4) {
        let key = dice.word(WORDS);
        if pairs.iter().all(|(known, _)| *known != key) {
            let value = match dice.roll(6) {
                0 => AttributeData::Bool(dice.roll(2) == 0),
                1 => AttributeData::F64(f64::from_bits(dice.number())),
                2 => AttributeData::I64(dice.number().cast_signed()),
                3 => AttributeData::Array(vec![AttributeData::String(dice.word(WORDS).into())]),
                _ => AttributeData::String(dice.word(WORDS).into()),
            };
            pairs.push((key.into(), value));
        }
    }
    pairs.into()
}
