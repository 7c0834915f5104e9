use telemetry_runtime::{Counter, MetricAttributes};

#[derive(Clone, Copy, MetricAttributes)]
struct Processed {
    #[attribute("entity kind")]
    changed: bool,
}

fn count(counter: &Counter<u64, Processed>, processed: Processed) {
    counter.add_with(1, processed);
}

fn main() {
    let _ = count;
}
