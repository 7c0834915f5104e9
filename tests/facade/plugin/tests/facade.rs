//! What a plugin records that has the toolkit from another crate.

use std::pin::pin;
use std::task::{Context, Waker};

use my_platform::Platform;
use my_platform::telemetry::metrics::{MetricData, Naming, Number, collect};

/// The sums of the counters of the plugins, by name.
fn counters() -> Vec<(String, u64)> {
    let metrics = collect(&Naming::default()).into_iter().flat_map(|scope| scope.metrics);
    let of_plugins = metrics.filter_map(|metric| {
        let name = metric.name.strip_prefix("backstage.plugin.facade")?.to_owned();
        let MetricData::Sum { points, .. } = metric.data else { return None };
        let numbers = points.iter().filter_map(|point| match point.value {
            Number::U64(number) => Some(number),
            Number::I64(_) | Number::F64(_) => None,
        });
        Some((name, numbers.sum()))
    });
    of_plugins.collect()
}

#[test]
fn a_plugin_needs_no_dependency_but_its_platform() {
    let platform = Platform::start().expect("the defaults are a valid configuration");
    assert_eq!((my_plugin::sell(1), my_plugin::sell(0)), (Ok(0), Err("nothing is left")));
    let mut delivery = pin!(my_plugin::deliver());
    assert!(delivery.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    my_plugin::shop::Shop.open();

    let spans = platform.spans();
    let spans: Vec<(&str, &str)> = spans.iter().map(|(scope, name)| (&**scope, &**name)).collect();
    assert_eq!(
        spans,
        [
            ("backstage-plugin-facade", "deliver"),
            ("backstage-plugin-facade", "sell"),
            ("backstage-plugin-facade", "sell"),
            ("backstage-plugin-facade-shop", "Shop::open"),
        ]
    );
    let counters = counters();
    let counters: Vec<(&str, u64)> = counters.iter().map(|(name, count)| (&**name, *count)).collect();
    assert_eq!(
        counters,
        [(".deliveries.calls", 1), (".items.sold", 1), (".sales.calls", 2), ("-shop.shop.openings", 1),]
    );
}
