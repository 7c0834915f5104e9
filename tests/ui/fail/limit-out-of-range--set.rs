use telemetry_runtime::{Counter, MetricAttributes};

#[derive(Clone, Copy, MetricAttributes)]
#[metric_attributes(limit = 1_000_000)]
struct Processed {
    changed: bool,
}

fn count(counter: &Counter<u64, Processed>, processed: Processed) {
    counter.add_with(1, processed);
}

fn main() {
    let _ = count;
}
