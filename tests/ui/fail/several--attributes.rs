use telemetry_runtime::{AttributeValue, Counter, MetricAttributes};

#[derive(Clone, Copy, AttributeValue)]
enum Kind {
    Component(u8),
    #[attribute("")]
    Api,
}

#[derive(Clone, Copy, MetricAttributes)]
struct Processed {
    le: Kind,
    code: u16,
    #[attribute("otel.x")]
    changed: bool,
}

fn count(counter: &Counter<u64, Processed>, processed: Processed) {
    counter.add_with(1, processed);
}

fn main() {
    let _ = count;
}
