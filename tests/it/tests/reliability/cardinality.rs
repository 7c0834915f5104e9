//! Row 15: attribute values that users choose cost a bounded amount of memory, and no sum.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use it::exposition::Exposition;
use it::judges::Prometheus;
use it::program::Program;
use opentelemetry_proto::tonic::metrics::v1::{metric, number_data_point};

use crate::figures::{Size, count, growth, row};

/// The default of `telemetry.metrics.cardinalityLimit`.
const LIMIT: usize = 2000;
/// Bytes by which memory may grow, for all three instruments.
const GROWTH: u64 = 50 << 20;
/// The series of the instruments, and their names over OTLP.
const INSTRUMENTS: [(&str, &str); 3] = [
    ("backstage_plugin_cardinality_visits_typed_total", "backstage.plugin.cardinality.visits.typed"),
    ("backstage_plugin_cardinality_visits_by_hand_total", "backstage.plugin.cardinality.visits.by_hand"),
    ("visits_foreign_total", "visits.foreign"),
];

/// How many points each metric has at the receiver, and their sum.
fn exported(program: &Program) -> BTreeMap<String, (usize, u64)> {
    let metrics = program.sink.last_metrics().into_iter();
    let sums = metrics.filter_map(|metric| match metric.metric.data {
        Some(metric::Data::Sum(sum)) => Some((metric.metric.name, sum.data_points)),
        _ => None,
    });
    let totals = sums.map(|(name, points)| {
        let values = points.iter().map(|point| match point.value {
            Some(number_data_point::Value::AsInt(value)) => u64::try_from(value).unwrap_or_default(),
            _ => 0,
        });
        (name, (points.len(), values.sum()))
    });
    totals.collect()
}

#[test]
fn ten_million_attribute_values_cost_neither_memory_nor_a_unit_of_the_sum() {
    let values: u64 = Size::of_run().pick(100_000, 10_000_000);
    let mut program =
        Program::start_with(env!("CARGO_BIN_EXE_cardinality"), &values.to_string(), |command| {
            command.env("OTEL_METRICS_EXPORTER", "otlp,prometheus").env("OTEL_EXPORTER_PROMETHEUS_PORT", "0")
        });
    let first = program.line();
    let Some((grown, address)) = first.split_once(' ') else { panic!("{first}{}", program.errors()) };
    let grown: u64 = grown.parse().expect("bytes");
    let address: SocketAddr = address.parse().expect("an address");
    let mut text = String::new();
    loop {
        let line = program.line();
        if line == "# EOF" {
            break;
        }
        text += &line;
        text.push('\n');
    }
    let scrape = Exposition::parse(&text);
    let exported = exported(&program);
    for (series, name) in INSTRUMENTS {
        let points = scrape.samples.iter().filter(|sample| sample.name == series).count();
        assert!((LIMIT..=LIMIT + 1).contains(&points), "{series}: {points} points");
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let expected = values as f64;
        assert_eq!(scrape.sum(series, &[]), Some(expected), "{series}");
        let overflow = scrape.sum(series, &[("otel_metric_overflow", "true")]);
        assert!(overflow.is_some_and(|overflow| overflow > 0.0), "{series}: {overflow:?}");
        assert_eq!(exported.get(name), Some(&(points, values)), "{name}");
    }
    assert!(grown <= GROWTH, "memory grew by {}", growth(0, grown));
    row(
        15,
        format_args!(
            "{} attribute values on each of three instruments: {} points each at the most, sums conserved, RSS {}",
            count(values),
            count(LIMIT + 1),
            growth(0, grown),
        ),
    );
    if let Some(server) = Prometheus::scrape(address) {
        let series = INSTRUMENTS[0].0;
        assert_eq!(server.value(&format!("sum({series})")), values.to_string());
        let points: usize = server.value(&format!("count({series})")).parse().expect("a count");
        assert!(points <= LIMIT + 1);
        row(15, format_args!("Prometheus: count {}, sum {}", count(points), count(values)));
    }
}
