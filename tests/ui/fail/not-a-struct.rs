use telemetry_runtime::{Counter, MetricAttributes};

#[derive(Clone, Copy, MetricAttributes)]
enum Processed {
    Changed,
    Unchanged,
}

fn count(counter: &Counter<u64, Processed>, processed: Processed) {
    counter.add_with(1, processed);
}

fn main() {
    let _ = count;
}
