//! `metrics` with `metrics-exporter-prometheus`: the macros, and handles that the program keeps.

use bench_harness::inputs::{SECONDS, duration, growing, texts};
use bench_harness::{Row, Started};
use metrics::{counter, gauge, histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use crate::words::Step;

pub const ROWS: &[Row] = &[
    Row::new("metrics/counter_0", "loop", || {
        started(1, Started::new(|run| run.each(|_| counter!("measured").increment(1))))
    }),
    Row::new("metrics/counter_1", "loop_kind", || {
        started(
            2,
            Started::new(|run| {
                run.each(|index| counter!("measured", "kind" => Step::at(index).kind.as_str()).increment(1));
            }),
        )
    }),
    Row::new("metrics/counter_3", "loop_step", || {
        started(
            16,
            Started::new(|run| {
                run.each(|index| {
                    let step = Step::at(index);
                    counter!("measured", "kind" => step.kind.as_str(), "stage" => step.stage.as_str(), "changed" => step.changed())
                        .increment(1);
                });
            }),
        )
    }),
    Row::new("metrics/label_3", "loop_texts", || {
        started(
            16,
            Started::new(|run| {
                run.each(|index| {
                    let [method, route, status] = texts(index);
                    counter!("measured", "method" => method.to_owned(), "route" => route.to_owned(), "status" => status.to_owned())
                        .increment(1);
                });
            }),
        )
    }),
    Row::new("metrics/histogram_0", "loop_duration", || {
        started(1, Started::new(|run| run.each(|index| histogram!("measured").record(duration(index)))))
    }),
    Row::new("metrics/histogram_3", "loop_duration_step", || {
        started(
            16,
            Started::new(|run| {
                run.each(|index| {
                    let step = Step::at(index);
                    histogram!("measured", "kind" => step.kind.as_str(), "stage" => step.stage.as_str(), "changed" => step.changed())
                        .record(duration(index));
                });
            }),
        )
    }),
    Row::new("metrics/gauge_set", "loop_growing", || {
        let handle = install();
        Started::new(|run| run.each(|index| gauge!("measured").set(growing(index))))
            .checked(move |_| assert!(handle.render().contains("\nmeasured ")))
    }),
    Row::new("metrics_handle/counter_0", "loop", || {
        let handle = install();
        let counter = counter!("measured");
        checked(handle, 1, Started::new(move |run| run.each(|_| counter.increment(1))))
    }),
];

pub fn install() -> PrometheusHandle {
    let builder = PrometheusBuilder::new().set_buckets(&SECONDS).expect("there are buckets");
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).map_err(drop).expect("a process has one row");
    handle
}

fn started(series: usize, started: Started) -> Started {
    checked(install(), series, started)
}

/// Finds the series of `measured` in the text, with all operations.
fn checked(handle: PrometheusHandle, series: usize, started: Started) -> Started {
    let upkeep = handle.clone();
    started.settling(move || upkeep.run_upkeep()).checked(move |operations| {
        assert_text(&handle.render(), series, operations);
    })
}

/// Checks the series `measured`, `measured_total` or `measured_count` of a text.
pub fn assert_text(text: &str, series: usize, operations: u64) {
    let is_value = |line: &&str| {
        ["measured", "measured_total", "measured_count"].iter().any(|name| {
            line.strip_prefix(name).is_some_and(|rest| rest.starts_with('{') || rest.starts_with(' '))
        })
    };
    let values: Vec<f64> =
        text.lines().filter(is_value).filter_map(|line| line.rsplit(' ').next()?.parse().ok()).collect();
    assert_eq!((values.len(), values.iter().sum::<f64>()), (series, operations as f64), "{text}");
}
