//! `opentelemetry` with `opentelemetry_sdk`: attributes at each call, and instruments bound to them.

use std::array;

use bench_harness::inputs::{SECONDS, duration, growing, texts};
use bench_harness::{Row, Started};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Meter, MeterProvider as _};

use crate::sinks;
use crate::words::Step;

pub const ROWS: &[Row] = &[
    Row::new("otel/counter_0", "loop", || {
        started((1, 0), |meter| {
            let counter = meter.u64_counter("measured").build();
            Started::new(move |run| run.each(|_| counter.add(1, &[])))
        })
    }),
    Row::new("otel/counter_1", "loop_kind", || {
        started((2, 2), |meter| {
            let counter = meter.u64_counter("measured").build();
            Started::new(move |run| {
                run.each(|index| counter.add(1, &[KeyValue::new("kind", Step::at(index).kind.as_str())]));
            })
        })
    }),
    Row::new("otel/counter_3", "loop_step", || {
        started((16, 48), |meter| {
            let counter = meter.u64_counter("measured").build();
            Started::new(move |run| run.each(|index| counter.add(1, &attributes(Step::at(index)))))
        })
    }),
    Row::new("otel/label_3", "loop_texts", || {
        started((16, 48), |meter| {
            let counter = meter.u64_counter("measured").build();
            Started::new(move |run| {
                run.each(|index| {
                    let [method, route, status] = texts(index);
                    // A text that is not static has to be owned.
                    let attributes = [
                        KeyValue::new("method", method.to_owned()),
                        KeyValue::new("route", route.to_owned()),
                        KeyValue::new("status", status.to_owned()),
                    ];
                    counter.add(1, &attributes);
                });
            })
        })
    }),
    Row::new("otel/histogram_0", "loop_duration", || {
        started((1, 0), |meter| {
            let histogram = meter.f64_histogram("measured").with_boundaries(SECONDS.to_vec()).build();
            Started::new(move |run| run.each(|index| histogram.record(duration(index), &[])))
        })
    }),
    Row::new("otel/histogram_0_growing", "loop_growing", || {
        started((1, 0), |meter| {
            let histogram = meter.f64_histogram("measured").with_boundaries(SECONDS.to_vec()).build();
            Started::new(move |run| run.each(|index| histogram.record(growing(index), &[])))
        })
    }),
    Row::new("otel/histogram_3", "loop_duration_step", || {
        started((16, 48), |meter| {
            let histogram = meter.f64_histogram("measured").with_boundaries(SECONDS.to_vec()).build();
            Started::new(move |run| {
                run.each(|index| histogram.record(duration(index), &attributes(Step::at(index))));
            })
        })
    }),
    Row::new("otel/gauge_set", "loop_growing", || {
        started_gauge(|meter| {
            let gauge = meter.f64_gauge("measured").build();
            Started::new(move |run| run.each(|index| gauge.record(growing(index), &[])))
        })
    }),
    Row::new("otel/up_down_add", "loop", || {
        started((1, 0), |meter| {
            let counter = meter.i64_up_down_counter("measured").build();
            Started::new(move |run| run.each(|_| counter.add(1, &[])))
        })
    }),
    Row::new("otel_bound/counter_0", "loop", || {
        started((1, 0), |meter| {
            let counter = meter.u64_counter("measured").build().bind(&[]);
            Started::new(move |run| run.each(|_| counter.add(1)))
        })
    }),
    Row::new("otel_bound/counter_1", "loop_kind", || {
        started((2, 2), |meter| {
            let counter = meter.u64_counter("measured").build();
            let bound: [_; 2] = array::from_fn(|index| {
                counter.bind(&[KeyValue::new("kind", Step::at(index as u64).kind.as_str())])
            });
            Started::new(move |run| run.each(|index| bound[Step::at(index).kind as usize].add(1)))
        })
    }),
    Row::new("otel_bound/counter_3", "loop_step", || {
        started((16, 48), |meter| {
            let counter = meter.u64_counter("measured").build();
            let bound = table(|step| counter.bind(&attributes(step)));
            Started::new(move |run| run.each(|index| bound[place(Step::at(index))].add(1)))
        })
    }),
    Row::new("otel_bound/histogram_0", "loop_duration", || {
        started((1, 0), |meter| {
            let histogram =
                meter.f64_histogram("measured").with_boundaries(SECONDS.to_vec()).build().bind(&[]);
            Started::new(move |run| run.each(|index| histogram.record(duration(index))))
        })
    }),
    Row::new("otel_bound/histogram_0_growing", "loop_growing", || {
        started((1, 0), |meter| {
            let histogram =
                meter.f64_histogram("measured").with_boundaries(SECONDS.to_vec()).build().bind(&[]);
            Started::new(move |run| run.each(|index| histogram.record(growing(index))))
        })
    }),
    Row::new("otel_bound/histogram_3", "loop_duration_step", || {
        started((16, 48), |meter| {
            let histogram = meter.f64_histogram("measured").with_boundaries(SECONDS.to_vec()).build();
            let bound = table(|step| histogram.bind(&attributes(step)));
            Started::new(move |run| run.each(|index| bound[place(Step::at(index))].record(duration(index))))
        })
    }),
    Row::new("otel_bound/gauge_set", "loop_growing", || {
        started_gauge(|meter| {
            let gauge = meter.f64_gauge("measured").build().bind(&[]);
            Started::new(move |run| run.each(|index| gauge.record(growing(index))))
        })
    }),
    Row::new("otel_bound/up_down_add", "loop", || {
        started((1, 0), |meter| {
            let counter = meter.i64_up_down_counter("measured").build().bind(&[]);
            Started::new(move |run| run.each(|_| counter.add(1)))
        })
    }),
];

#[inline(always)]
fn attributes(step: Step) -> [KeyValue; 3] {
    [
        KeyValue::new("kind", step.kind.as_str()),
        KeyValue::new("stage", step.stage.as_str()),
        KeyValue::new("changed", step.changed),
    ]
}

/// One for each combination of attributes.
fn table<T>(mut bind: impl FnMut(Step) -> T) -> Vec<T> {
    let mut bound: Vec<Option<T>> = (0..16).map(|_| None).collect();
    for index in 0..16 {
        let step = Step::at(index);
        bound[place(step)] = Some(bind(step));
    }
    bound.into_iter().flatten().collect()
}

#[inline(always)]
fn place(step: Step) -> usize {
    step.kind as usize + 2 * step.stage as usize + 8 * usize::from(step.changed)
}

/// Runs with a meter, and finds the instrument `measured` exported with these series, attributes and all operations.
fn started((series, attributes): (usize, usize), make: impl FnOnce(&Meter) -> Started) -> Started {
    let (provider, sink) = sinks::meter_provider();
    make(&provider.meter("bench")).checked(move |operations| {
        provider.force_flush().expect("everything is exported");
        assert_eq!(sink.metric("measured"), (series, attributes, operations as f64));
    })
}

fn started_gauge(make: impl FnOnce(&Meter) -> Started) -> Started {
    let (provider, sink) = sinks::meter_provider();
    make(&provider.meter("bench")).checked(move |_| {
        provider.force_flush().expect("everything is exported");
        let (series, _, value) = sink.metric("measured");
        assert_eq!(series, 1);
        assert!(value > 0.0, "it was set");
    })
}
