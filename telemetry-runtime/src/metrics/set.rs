//! Structs of instruments.

use crate::plugin::Scope;

/// A struct whose fields are instruments; derived with `#[derive(MetricSet)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of metrics",
    note = "put `#[derive(MetricSet)]` on the struct and `#[metric(..)]` on each of its instruments"
)]
pub trait MetricSet: Sized + Sync + 'static {
    /// The same metrics for another plugin. Two sets for one plugin share their values.
    #[must_use]
    fn for_plugin(scope: Scope) -> Self;
}

#[cfg(test)]
mod tests {
    use telemetry_macros::{AttributeValue, MetricAttributes, MetricSet};

    use super::MetricSet as _;
    use crate::metrics::testing::{numbers, scope};
    use crate::metrics::{Counter, Gauge, Histogram, Label, ObservableGauge, Observer, declared};
    use crate::plugin::Scope;

    #[derive(Clone, Copy, AttributeValue)]
    enum Kind {
        Component,
        ApiGateway,
    }

    #[derive(Clone, Copy, MetricAttributes)]
    struct Processed {
        kind: Kind,
        changed: Option<bool>,
    }

    #[derive(Clone, Copy, MetricAttributes)]
    struct TaskRun<'a> {
        #[attribute(limit = 2)]
        task: Label<'a>,
        kind: Kind,
    }

    #[derive(Clone, Copy, MetricAttributes)]
    struct Counted {
        kind: Kind,
    }

    /// Metrics of the test.
    #[derive(MetricSet)]
    #[metric_set(plugin = "t-derived")]
    struct CatalogMetrics {
        /// Entities processed.
        #[metric(counter = "entities.processed", unit = "{entity}")]
        processed: Counter<u64, Processed>,
        /// Duration of the flow.
        #[metric(histogram = "processing.duration", unit = "s")]
        duration: Histogram<f64>,
        /// Task runs.
        #[metric(counter = "tasks.runs", unit = "{run}")]
        runs: Counter<u64, TaskRun<'static>>,
        /// The last start.
        #[metric(gauge = "tasks.started", unit = "s")]
        started: Gauge<f64>,
        /// Entities by kind.
        #[metric(observable_gauge = "entities.count", unit = "{entity}", callback = count_entities)]
        count: ObservableGauge<u64, Counted>,
    }

    fn count_entities(observer: &mut Observer<'_, u64, Counted>) {
        observer.observe_with(12, Counted { kind: Kind::Component });
    }

    #[test]
    fn a_derived_set_records_for_its_plugin_and_for_others() {
        let set = CatalogMetrics::get();
        set.processed.add_with(2, Processed { kind: Kind::ApiGateway, changed: Some(true) });
        set.processed.add_with(1, Processed { kind: Kind::Component, changed: None });
        let other = CatalogMetrics::for_plugin(Scope::plugin("t-derived-other"));
        other.processed.add_with(7, Processed { kind: Kind::Component, changed: None });
        let again = CatalogMetrics::for_plugin(Scope::plugin("t-derived-other"));
        again.processed.add_with(1, Processed { kind: Kind::Component, changed: None });
        let text = String::from("refresh");
        set.runs.add_with(3, TaskRun { task: Label::new(&text), kind: Kind::Component });
        assert_eq!(
            numbers("t-derived", "entities.processed"),
            [("kind=component".to_owned(), 1.0), ("changed=true,kind=api_gateway".to_owned(), 2.0)]
        );
        assert_eq!(numbers("t-derived-other", "entities.processed"), [("kind=component".to_owned(), 8.0)]);
        assert_eq!(numbers("t-derived", "tasks.runs"), [("kind=component,task=refresh".to_owned(), 3.0)]);
        for plugin in ["t-derived", "t-derived-other"] {
            let count = numbers(plugin, "entities.count");
            assert_eq!(count.len(), 1, "{plugin}: {count:?}");
            assert_eq!(count[0].1.to_bits(), 12.0_f64.to_bits());
        }
        let _ = (&set.duration, &set.started, &set.count);
    }

    #[test]
    fn every_declared_metric_is_in_the_catalogue_and_in_each_collection() {
        let place = declared().find(|d| d.name() == "processing.duration" && d.scope().id() == "t-derived");
        let place = place.map(|d| (d.location().file(), d.crate_name(), d.description_text()));
        assert!(place.is_some_and(|(file, name, text)| file.ends_with("set.rs")
            && name == "telemetry-runtime"
            && text == "Duration of the flow."));
        let scope = scope("t-derived").expect("the plugin is there");
        let names: Vec<_> = scope.metrics.iter().map(|metric| &*metric.name).collect();
        assert_eq!(
            names,
            ["entities.count", "entities.processed", "processing.duration", "tasks.runs", "tasks.started"]
                .map(|name| format!("backstage.plugin.t-derived.{name}"))
        );
    }
}
