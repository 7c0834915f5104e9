use telemetry_runtime::{AttributeValue, Counter, MetricAttributes};

#[derive(Clone, Copy, AttributeValue)]
enum Edge {
    Lower,
    Upper,
}

#[derive(Clone, Copy, MetricAttributes)]
struct Measured {
    le: Edge,
}

fn count(counter: &Counter<u64, Measured>) {
    counter.add_with(1, Measured { le: Edge::Lower });
    counter.add_with(1, Measured { le: Edge::Upper });
}

fn main() {
    let _ = count;
}
