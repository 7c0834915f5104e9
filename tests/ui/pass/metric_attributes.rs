//! Structs as attribute sets: keys, free text, generics, lifetimes, limits.

use telemetry_runtime::{AttributeValue, Counter, Label, MetricAttributes, MetricSet};

#[derive(Clone, Copy, AttributeValue)]
enum Kind {
    Component,
    Location,
}

#[derive(Clone, Copy, MetricAttributes)]
struct Processed {
    #[attribute("catalog.entity.kind")]
    kind: Kind,
    changed: bool,
    r#type: Option<Kind>,
}

#[derive(Clone, Copy, MetricAttributes)]
struct Run<'a> {
    #[attribute("template.name", limit = 100)]
    template: Label<'a>,
    #[attribute(limit = 10)]
    step: Option<Label<'a>>,
    ok: bool,
}

#[derive(Clone, Copy, MetricAttributes)]
struct Of<V> {
    value: V,
}

/// 4096 combinations: more than the default limit, and allowed by its own.
#[derive(Clone, Copy, Default, MetricAttributes)]
#[metric_attributes(limit = 4096, crate = telemetry_runtime)]
struct Many {
    b0: bool,
    b1: bool,
    b2: bool,
    b3: bool,
    b4: bool,
    b5: bool,
    b6: bool,
    b7: bool,
    b8: bool,
    b9: bool,
    b10: bool,
    b11: bool,
}

#[derive(Clone, Copy, MetricAttributes)]
struct Nothing {}

#[derive(MetricSet)]
struct Metrics {
    #[metric(counter = "entities.processed")]
    processed: Counter<u64, Processed>,
    #[metric(counter = "template.runs")]
    runs: Counter<u64, Run<'static>>,
    #[metric(counter = "kinds.seen")]
    kinds: Counter<u64, Of<Kind>>,
    #[metric(counter = "nothing.seen")]
    nothing: Counter<u64, Nothing>,
}

fn main() {
    let metrics = Metrics::get();
    metrics.processed.add_with(1, Processed { kind: Kind::Component, changed: true, r#type: None });
    // The text may live as short as it likes.
    let template = String::from("docs");
    metrics.runs.add_with(1, Run { template: Label::new(&template), step: None, ok: true });
    metrics.kinds.add_with(1, Of { value: Kind::Location });
    metrics.nothing.add_with(1, Nothing {});
    assert_eq!(Processed::KEYS, ["catalog.entity.kind", "changed", "type"]);
    assert_eq!(Processed::CARDINALITY, 2 * 2 * 3);
    assert_eq!(Run::KEYS, ["template.name", "step", "ok"]);
    assert_eq!(Run::LIMITS, [(0, 100), (1, 10)]);
    assert!(Run::OPEN && !Processed::OPEN);
    assert_eq!(Many::CARDINALITY, 4096);
    assert_eq!(Many { b0: true, ..Many::default() }.index(), 2048);
    assert_eq!(Nothing::CARDINALITY, 1);
    let every = (0..Processed::CARDINALITY).map(|index| {
        let mut values = Vec::new();
        Processed::values(index, &mut |position, data| values.push((position, format!("{data:?}"))));
        values
    });
    assert_eq!(every.collect::<std::collections::HashSet<_>>().len(), Processed::CARDINALITY);
}
