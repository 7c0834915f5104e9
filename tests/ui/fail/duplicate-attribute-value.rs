use telemetry_runtime::{AttributeValue, Counter, MetricAttributes};

#[derive(Clone, Copy, AttributeValue)]
enum Kind {
    Component,
    #[attribute("component")]
    Part,
}

#[derive(Clone, Copy, MetricAttributes)]
struct Processed {
    kind: Kind,
}

fn count(counter: &Counter<u64, Processed>, processed: Processed) {
    counter.add_with(1, processed);
}

fn main() {
    let _ = count;
}
