//! The attributes of the rows that have some.

use telemetry_runtime::{AttributeValue, MetricAttributes};

bench_harness::step! {
    #[derive(Clone, Copy, AttributeValue)] value;
    #[derive(Clone, Copy, MetricAttributes)] set;
}

/// The first attribute alone.
#[derive(Clone, Copy, MetricAttributes)]
pub struct OfKind {
    pub kind: Kind,
}

impl OfKind {
    #[inline(always)]
    pub fn at(index: u64) -> Self {
        Self { kind: Step::at(index).kind }
    }
}
