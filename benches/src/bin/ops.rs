//! One operation, repeated: `ops NAME COUNT`.
//!
//! `count` runs this under callgrind with two counts and takes the difference, so that start-up cancels out.

use std::hint::black_box;

use telemetry_runtime::{
    AttributeValue, Counter, Gauge, Histogram, MetricAttributes, MetricSet, UpDownCounter, backstage_plugin,
};

#[derive(Clone, Copy, AttributeValue)]
enum Kind {
    Component,
    Api,
}

#[derive(Clone, Copy, AttributeValue)]
enum Stage {
    Read,
    Validate,
    Process,
    Stitch,
}

#[derive(Clone, Copy, MetricAttributes)]
struct Step {
    kind: Kind,
    stage: Stage,
    changed: bool,
}

#[backstage_plugin(id = "bench")]
mod bench {
    use super::*;

    /// The instruments that are measured.
    #[derive(MetricSet)]
    pub struct BenchMetrics {
        /// Without attributes.
        #[metric(counter = "calls.plain")]
        pub plain: Counter<u64>,
        /// With three enum attributes.
        #[metric(counter = "calls.typed")]
        pub typed: Counter<u64, Step>,
        /// Without attributes.
        #[metric(histogram = "calls.duration", unit = "s")]
        pub duration: Histogram<f64>,
        /// With three enum attributes.
        #[metric(histogram = "steps.duration", unit = "s")]
        pub step_duration: Histogram<f64, Step>,
        /// Set.
        #[metric(gauge = "calls.last")]
        pub last: Gauge<f64>,
        /// Up and down.
        #[metric(up_down_counter = "calls.active")]
        pub active: UpDownCounter<i64>,
    }
}

/// The attributes of the `index`-th operation: all three change.
#[inline(always)]
fn step(index: u64) -> Step {
    Step {
        kind: if index & 1 == 0 { Kind::Component } else { Kind::Api },
        stage: match (index >> 1) & 3 {
            0 => Stage::Read,
            1 => Stage::Validate,
            2 => Stage::Process,
            _ => Stage::Stitch,
        },
        changed: index & 8 == 0,
    }
}

/// Kept out of line, so that callgrind lists what one operation calls.
#[inline(never)]
fn typed_add(metrics: &bench::BenchMetrics, step: Step) {
    metrics.typed.add_with(1, step);
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().expect("an operation");
    let count: u64 = arguments.next().and_then(|count| count.parse().ok()).expect("a count");
    let metrics = bench::BenchMetrics::get();
    match name.as_str() {
        "loop" => (0..count).for_each(|index| {
            black_box(index);
        }),
        "loop_step" => (0..count).for_each(|index| {
            black_box(step(black_box(index)));
        }),
        "loop_value" => (0..count).for_each(|index| {
            black_box(index as f64 * 0.001);
        }),
        "counter_add" => (0..count).for_each(|index| {
            black_box(index);
            metrics.plain.add(1);
        }),
        "counter_add_typed" => (0..count).for_each(|index| metrics.typed.add_with(1, step(black_box(index)))),
        "counter_add_listed" => (0..count).for_each(|index| typed_add(metrics, step(black_box(index)))),
        "histogram_record" => (0..count).for_each(|index| metrics.duration.record(black_box(index as f64 * 0.001))),
        "histogram_record_typed" => (0..count)
            .for_each(|index| metrics.step_duration.record_with(black_box(index as f64 * 0.001), step(index))),
        "gauge_set" => (0..count).for_each(|index| metrics.last.set(black_box(index as f64))),
        "up_down_add" => (0..count).for_each(|index| {
            black_box(index);
            metrics.active.add(1);
        }),
        other => panic!("unknown operation `{other}`"),
    }
}
