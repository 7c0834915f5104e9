//! `#[traced]` and `#[metric]` on whole blocks.

use crate::fixture;

#[telemetry_runtime::backstage_plugin(id = "blocks")]
mod plugin {
    use telemetry_runtime::{metric, traced};

    pub(super) struct Catalog {
        pub(super) cache: u8,
    }

    #[traced(kind = "client", attributes(catalog.name = "default"))]
    #[metric(counter = "catalog.calls")]
    impl Catalog {
        pub(super) fn find(&self) -> Result<u8, String> {
            Err(self.cached().to_string())
        }

        #[traced(name = "refresh the catalog", attributes(catalog.name = "own"))]
        pub(super) async fn refresh(&self) {}

        #[traced(skip)]
        #[metric(skip)]
        pub(super) fn cached(&self) -> u8 {
            self.cache
        }
    }

    #[traced]
    pub(super) trait Stitch {
        fn stitch(&self) {}
    }

    impl Stitch for Catalog {}

    #[traced]
    pub(super) mod inner {
        pub(in super::super) fn free() {}

        #[telemetry_runtime::backstage_plugin(id = "blocks-near")]
        pub(in super::super) mod near {
            pub(in super::super::super) fn nearer() {}
        }
    }
}

#[test]
fn every_function_of_a_block_is_recorded_under_the_name_it_is_called_by() {
    use plugin::Stitch as _;

    fixture::start();
    let catalog = plugin::Catalog { cache: 7 };
    catalog.find().unwrap_err();
    let mut refresh = std::pin::pin!(catalog.refresh());
    let mut task = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(refresh.as_mut().poll(&mut task).is_ready());
    catalog.stitch();
    plugin::inner::free();
    plugin::inner::near::nearer();

    let spans = fixture::spans("blocks");
    let names: Vec<&str> = spans.iter().map(|span| &*span.name).collect();
    assert_eq!(names, ["Catalog::find", "refresh the catalog", "Stitch::stitch", "free"]);
    let name = |index: usize| fixture::attribute(&spans[index], "catalog.name");
    assert_eq!(
        [name(0).as_deref(), name(1).as_deref(), name(2).as_deref()],
        [Some("default"), Some("own"), None]
    );
    assert_eq!(spans[1].span_kind, opentelemetry::trace::SpanKind::Client);
    let function = fixture::attribute(&spans[0], "code.function.name").expect("the place of the function");
    assert!(function.ends_with("::plugin::Catalog::find"), "{function}");
    let near = fixture::spans("blocks-near");
    assert_eq!(near.len(), 1, "the nearest block gives the plugin");

    let scrape = fixture::scrape();
    let calls = |outcome| scrape.sum("backstage_plugin_blocks_catalog_calls_total", &[("outcome", outcome)]);
    assert_eq!((calls("ok"), calls("error")), (Some(1.0), Some(1.0)));
    let help = scrape.help.get("backstage_plugin_blocks_catalog_calls_total").map(String::as_str);
    assert_eq!(help, Some("Calls in `Catalog`."));
}

#[telemetry_runtime::backstage_plugin(id = "blocks-shared")]
mod shared {
    use telemetry_runtime::{Counter, Histogram, MetricSet, metric};

    #[derive(MetricSet)]
    pub(super) struct Metrics {
        /// Items done.
        #[metric(counter = "items.done", unit = "{item}")]
        pub(super) done: Counter<u64>,
        /// Duration of the work.
        #[metric(histogram = "work.duration", unit = "s")]
        pub(super) duration: Histogram<f64>,
    }

    static METRICS: &Metrics = Metrics::get();

    #[metric(counter = METRICS.done, histogram = METRICS.duration)]
    pub(super) fn function() {}

    #[metric(counter(Metrics::get().done, value = 3, on = "ok"))]
    pub(super) async fn later(works: bool) -> Result<(), ()> {
        if works { Ok(()) } else { Err(()) }
    }

    pub(super) struct Worker;

    #[metric(counter = METRICS.done, histogram = METRICS.duration)]
    impl Worker {
        pub(super) fn method() {}

        pub(super) fn other() {}

        #[metric(skip)]
        pub(super) fn skipped() {}
    }
}

#[test]
fn a_declared_metric_is_counted_into_from_many_places() {
    fixture::start();
    shared::function();
    for works in [true, false] {
        let mut later = std::pin::pin!(shared::later(works));
        let mut task = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(later.as_mut().poll(&mut task).is_ready());
    }
    shared::Worker::method();
    shared::Worker::other();
    shared::Worker::skipped();
    shared::Metrics::get().done.add(10);
    shared::Metrics::get().duration.record(0.5);

    let scrape = fixture::scrape();
    let prefix = "backstage_plugin_blocks_shared";
    assert_eq!(scrape.sum(&format!("{prefix}_items_done_total"), &[]), Some(1.0 + 3.0 + 2.0 + 10.0));
    assert_eq!(scrape.sum(&format!("{prefix}_work_duration_seconds_count"), &[]), Some(1.0 + 2.0 + 1.0));
    let help = scrape.help.get(&format!("{prefix}_items_done_total")).map(String::as_str);
    assert_eq!(help, Some("Items done."), "the declaration describes it");
}

#[telemetry_runtime::backstage_plugin(id = "blocks-roots")]
mod roots {
    use telemetry_runtime::traced;

    #[traced]
    pub(super) fn outer() {
        inner::root();
        inner::child();
        inner::helped();
    }

    #[traced(root)]
    mod inner {
        use telemetry_runtime::traced;

        pub(super) fn root() {}

        #[traced(root = false)]
        pub(super) fn child() {}

        #[traced(skip)]
        pub(super) fn helped() {
            // Functions and closures in a body are the body's own affair.
            fn helper() {}
            let closure = || helper();
            closure();
            super::not_recorded();
        }

        #[cfg(any())]
        fn absent(&self) -> Absent {}

        const LIMIT: u8 = limit();

        const fn limit() -> u8 {
            3
        }

        #[test]
        fn a_test_is_no_call_of_the_plugin() {
            assert_eq!(LIMIT, 3);
        }
    }

    fn not_recorded() {}
}

#[test]
fn a_function_can_undo_what_its_block_says() {
    fixture::start();
    roots::outer();
    let spans = fixture::spans("blocks-roots");
    let names: Vec<&str> = spans.iter().map(|span| &*span.name).collect();
    assert_eq!(names, ["root", "child", "outer"]);
    let is_below_outer = |index: usize| spans[index].parent_span_id == spans[2].span_context.span_id();
    assert!(!is_below_outer(0) && is_below_outer(1));
}
