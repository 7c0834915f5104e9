//! The messages, apart from any transport.

use std::time::{Duration, SystemTime};

use opentelemetry_proto::tonic::metrics::v1::{AggregationTemporality, metric, number_data_point};

use super::super::encode::{Part, Request as _, parts};
use super::super::retry::retry_after;
use super::super::*;
use crate::export::testing::resource;
use crate::metrics::{
    AttributeData, HistogramPoint, MeterScope, Metric, MetricData, Number, NumberPoint, ScopeMetrics,
};

fn start() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::new(1_700_000_000, 123_456_789)
}

pub(super) fn snapshot() -> Snapshot {
    let attributes: crate::metrics::Attributes =
        crate::metrics::Attributes::from([("kind".into(), AttributeData::String("api".into()))]);
    let number = |value| NumberPoint { attributes: attributes.clone(), start_time: start(), value };
    let metric = |name: &str, data| Metric {
        name: name.into(),
        description: "Text.".into(),
        unit: "s".into(),
        kind: None,
        temporality: crate::metrics::Temporality::Cumulative,
        data,
    };
    let histogram = HistogramPoint {
        attributes: attributes.clone(),
        start_time: start(),
        count: 6,
        sum: 0.1 + 0.2,
        min: Some(0.001),
        max: Some(0.25),
        bucket_counts: vec![1, 0, 5],
        exemplars: Vec::new(),
    };
    let scope = MeterScope {
        name: "backstage".into(),
        version: Some("1.2.3".into()),
        schema_url: Some("https://example.org".into()),
        attributes: vec![("backstage.plugin.id".into(), "catalog".into())],
    };
    Snapshot {
        time: start() + Duration::from_secs(1),
        scopes: vec![ScopeMetrics {
            scope,
            metrics: vec![
                metric(
                    "sum",
                    MetricData::Sum {
                        monotonic: true,
                        points: vec![number(Number::U64(7)), number(Number::U64(u64::MAX))],
                    },
                ),
                metric("gauge", MetricData::Gauge { points: vec![number(Number::I64(i64::MIN))] }),
                metric(
                    "histogram",
                    MetricData::Histogram { bounds: Arc::from([0.005, 0.01]), points: vec![histogram] },
                ),
                metric("empty", MetricData::Gauge { points: Vec::new() }),
            ],
        }],
    }
}

#[test]
fn a_snapshot_is_encoded_to_the_bit() {
    let request = metrics::request(&snapshot(), &resource());
    let resource_metrics = &request.resource_metrics[0];
    assert_eq!(resource_metrics.resource.as_ref().unwrap().attributes[0].key, "service.name");
    let scope_metrics = &resource_metrics.scope_metrics[0];
    assert_eq!(scope_metrics.schema_url, "https://example.org");
    let scope = scope_metrics.scope.as_ref().unwrap();
    assert_eq!((scope.name.as_str(), scope.version.as_str()), ("backstage", "1.2.3"));
    assert_eq!(scope.attributes[0].key, "backstage.plugin.id");

    let [sum, gauge, histogram] = &scope_metrics.metrics[..] else { panic!("{scope_metrics:?}") };
    let begin = 1_700_000_000_123_456_789;
    let Some(metric::Data::Sum(sum)) = &sum.data else { panic!("{sum:?}") };
    assert!(sum.is_monotonic);
    assert_eq!(sum.aggregation_temporality(), AggregationTemporality::Cumulative);
    assert_eq!(sum.data_points[0].value, Some(number_data_point::Value::AsInt(7)));
    assert_eq!(
        sum.data_points[1].value,
        Some(number_data_point::Value::AsDouble(18_446_744_073_709_551_615.0))
    );
    assert_eq!(sum.data_points[0].start_time_unix_nano, begin);
    assert_eq!(sum.data_points[0].time_unix_nano, begin + 1_000_000_000);
    let Some(metric::Data::Gauge(gauge)) = &gauge.data else { panic!("{gauge:?}") };
    assert_eq!(gauge.data_points[0].value, Some(number_data_point::Value::AsInt(i64::MIN)));
    assert_eq!(gauge.data_points[0].start_time_unix_nano, 0);
    let Some(metric::Data::Histogram(histogram)) = &histogram.data else { panic!("{histogram:?}") };
    let point = &histogram.data_points[0];
    assert_eq!(point.explicit_bounds, [0.005, 0.01]);
    assert_eq!(point.bucket_counts, [1, 0, 5]);
    assert_eq!((point.count, point.sum), (6, Some(0.1 + 0.2)));
    assert_eq!((point.min, point.max), (Some(0.001), Some(0.25)));
    assert_eq!(point.start_time_unix_nano, begin);
    assert_eq!(request.units(), 4);
}

#[test]
fn metrics_that_no_request_holds_are_counted() {
    let hopeless = parts(metrics::request(&snapshot(), &resource()), 10);
    assert_eq!(hopeless, [Part::TooLarge(2), Part::TooLarge(1), Part::TooLarge(1)]);
}

#[test]
fn retry_after_is_seconds_or_a_date() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
    let cases = [
        ("120", Some(120)),
        (" 0 ", Some(0)),
        ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10)),
        ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0)),
        ("Sat, 05 Nov 1994 08:49:37 GMT", Some(0)),
        ("Tue, 29 Feb 2000 00:00:00 GMT", Some(951_782_400 - 784_111_777)),
        ("-1", None),
        ("soon", None),
        ("", None),
    ];
    for (header, seconds) in cases {
        assert_eq!(retry_after(header, now), seconds.map(Duration::from_secs), "{header}");
    }
}
