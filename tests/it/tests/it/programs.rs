//! Whole programs, each in a process of its own.

use std::collections::BTreeMap;
use std::process::{Command, Output};

use it::exposition::Exposition;
use it::program::Program;
use it::sink::{Export, attribute, text};
use opentelemetry_proto::tonic::metrics::v1::{metric, number_data_point};

fn run(program: &str) -> Output {
    let folder = tempfile::tempdir().expect("a temporary folder");
    Command::new(program).current_dir(folder.path()).output().expect("the program starts")
}

#[test]
fn metrics_recorded_before_bootstrap_are_exported_in_full() {
    let output = run(env!("CARGO_BIN_EXE_early"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let scrape = Exposition::parse(std::str::from_utf8(&output.stdout).expect("text"));
    assert_eq!(scrape.sum("backstage_plugin_early_connections_opened_total", &[]), Some(7.0));
    assert_eq!(scrape.sum("backstage_plugin_early_construction_duration_seconds_count", &[]), Some(1.0));
    assert_eq!(scrape.sum("backstage_plugin_early_construction_duration_seconds_sum", &[]), Some(0.2));
}

/// What one export says of each moment: its counter, and how many measurements its histogram has.
fn moments(export: &Export) -> BTreeMap<String, (i64, u64)> {
    let metrics = export.metrics();
    let named = |name| metrics.iter().find(|metric| metric.metric.name == name).expect("it is exported");
    let mut moments = BTreeMap::<_, (i64, u64)>::new();
    let of = |attributes| text(attribute(attributes, "moment").expect("a moment"));
    match &named("backstage.plugin.moments.moments.reached").metric.data {
        Some(metric::Data::Sum(sum)) => {
            for point in &sum.data_points {
                let Some(number_data_point::Value::AsInt(value)) = point.value else { panic!("{point:?}") };
                moments.entry(of(&point.attributes)).or_default().0 += value;
            }
        }
        other => panic!("{other:?}"),
    }
    match &named("backstage.plugin.moments.moments.measured").metric.data {
        Some(metric::Data::Histogram(histogram)) => {
            for point in &histogram.data_points {
                moments.entry(of(&point.attributes)).or_default().1 += point.count;
            }
        }
        other => panic!("{other:?}"),
    }
    moments
}

#[test]
fn records_before_main_in_destructors_and_at_the_exit_are_exported_to_the_unit() {
    for ending in ["return", "exit"] {
        let mut program = Program::start(env!("CARGO_BIN_EXE_moments"), ending);
        assert!(program.end().success(), "{ending}: {}", program.errors());
        let exports: Vec<_> = program
            .sink
            .exports()
            .iter()
            .filter(|export| !export.metrics().is_empty())
            .map(moments)
            .collect();
        let [first, second] = exports.as_slice() else { panic!("{ending}: one export each: {exports:?}") };
        let both = |count: u32| (i64::from(count), u64::from(count));
        let expected = [("before_main", 1), ("main", 101), ("thread_end", 200), ("exit", 1)];
        let mut expected: BTreeMap<_, _> =
            expected.into_iter().map(|(moment, count)| (moment.to_owned(), both(count))).collect();
        assert_eq!(*first, expected, "{ending}: telemetry that ends in a destructor of the main thread");
        // What came after the last export is not lost for one that comes later.
        expected.insert("after_shutdown".to_owned(), both(1));
        assert_eq!(*second, expected, "{ending}: telemetry that starts after that");
    }
}

#[test]
fn a_metric_declared_with_two_kinds_is_refused_with_both_places() {
    let output = run(env!("CARGO_BIN_EXE_conflict"));
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(78), "{message}");
    assert!(output.stdout.is_empty(), "nothing ran: {}", String::from_utf8_lossy(&output.stdout));
    assert!(message.contains("failed to start telemetry: "), "{message}");
    assert!(message.contains("`plugin.conflict.requests.handled` is declared twice"), "{message}");
    for place in ["tests/it/src/lib.rs:", "tests/it/src/bin/conflict.rs:"] {
        assert!(message.contains(place), "`{place}` is named in: {message}");
    }
}
