use telemetry_runtime::{Counter, MetricAttributes};

#[derive(Clone, Copy)]
enum Kind {
    Component,
    Location,
}

#[derive(Clone, Copy, MetricAttributes)]
struct Processed {
    kind: Kind,
}

fn count(counter: &Counter<u64, Processed>, processed: Processed) {
    counter.add_with(1, processed);
}

fn main() {
    let _ = (count, Kind::Component, Kind::Location);
}
