use telemetry_runtime::{Counter, MetricAttributes};

#[derive(Clone, Copy, MetricAttributes)]
struct Processed {
    a: bool,
    b: bool,
    c: bool,
    d: bool,
    e: bool,
    f: bool,
    g: bool,
    h: bool,
    i: bool,
    j: bool,
    k: bool,
}

fn count(counter: &Counter<u64, Processed>, processed: Processed) {
    counter.add_with(1, processed);
}

fn main() {
    let _ = count;
}
