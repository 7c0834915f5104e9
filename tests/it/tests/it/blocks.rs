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
