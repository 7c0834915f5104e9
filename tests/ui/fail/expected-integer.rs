use telemetry_runtime::{Counter, Label, MetricAttributes};

#[derive(Clone, Copy, MetricAttributes)]
struct Processed<'a> {
    #[attribute(limit = "100")]
    template: Label<'a>,
}

fn count(counter: &Counter<u64, Processed<'static>>, processed: Processed<'_>) {
    counter.add_with(1, processed);
}

fn main() {
    let _ = count;
}
