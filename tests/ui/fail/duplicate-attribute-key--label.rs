use telemetry_runtime::{Counter, MetricAttributes};

#[derive(Clone, Copy, MetricAttributes)]
struct Processed {
    is_changed: bool,
    #[attribute("is.changed")]
    changed: bool,
}

fn count(counter: &Counter<u64, Processed>) {
    counter.add_with(1, Processed { is_changed: true, changed: true });
}

fn main() {
    let _ = count;
}
