//! The telemetry that is looked at: every kind of instrument, and texts that want to break the format.

use std::net::SocketAddr;
use std::sync::OnceLock;

use opentelemetry::KeyValue;
use telemetry_runtime::{
    AttributeValue, Counter, Gauge, Histogram, Label, MetricAttributes, MetricSet, ObservableCounter,
    ObservableGauge, ObservableUpDownCounter, Observer, Telemetry, UpDownCounter,
};

/// A value that ends its quotes, its line and its series, if it can.
pub(crate) const HOSTILE: &str = "\"} 1\n# EOF\n\\\" \u{1f980} \u{0} {a=\"b\",";

mod shop {
    use super::{
        AttributeValue, Counter, Gauge, Histogram, Label, MetricAttributes, MetricSet, ObservableCounter,
        ObservableGauge, ObservableUpDownCounter, Observer, UpDownCounter,
    };

    #[derive(Clone, Copy, AttributeValue)]
    pub(super) enum Size {
        Small,
        Large,
    }

    #[derive(Clone, Copy, MetricAttributes)]
    pub(super) struct Order<'a> {
        pub(super) size: Size,
        pub(super) paid: bool,
        #[attribute("customer.name", limit = 10)]
        pub(super) customer: Label<'a>,
    }

    /// One instrument of each kind.
    #[derive(MetricSet)]
    #[metric_set(plugin = "shop-floor")]
    pub(super) struct ShopMetrics {
        /// Orders, "quoted" and with a \ in the help.
        #[metric(counter = "orders.count", unit = "{order}")]
        pub(super) orders: Counter<u64, Order<'static>>,
        /// Weight of what was sold.
        #[metric(counter = "sales.weight", unit = "kg")]
        pub(super) weight: Counter<f64>,
        /// Orders in the house.
        #[metric(up_down_counter = "orders.open", unit = "{order}")]
        pub(super) open: UpDownCounter<i64>,
        /// Time to pack.
        #[metric(histogram = "packing.duration", unit = "s")]
        pub(super) packing: Histogram<f64>,
        /// Size of parcels.
        #[metric(histogram = "parcels.size", unit = "By", buckets = [1.0, 1024.0, 1048576.0])]
        pub(super) size: Histogram<u64>,
        /// Temperature of the store room.
        #[metric(gauge = "store.temperature", unit = "Cel")]
        pub(super) temperature: Gauge<f64>,
        /// How full the store is.
        #[metric(gauge = "store.utilization", unit = "1")]
        pub(super) utilization: Gauge<f64>,
        /// Visitors since the morning.
        #[metric(observable_counter = "visitors.count", unit = "{visitor}", callback = visitors)]
        pub(super) visitors: ObservableCounter<u64>,
        /// People inside.
        #[metric(observable_up_down_counter = "visitors.inside", unit = "{visitor}", callback = inside)]
        pub(super) inside: ObservableUpDownCounter<i64>,
        /// Speed of the belt.
        #[metric(observable_gauge = "belt.speed", unit = "m/s", callback = speed)]
        pub(super) speed: ObservableGauge<f64>,
    }

    fn visitors(observer: &mut Observer<'_, u64, ()>) {
        observer.observe(41);
    }

    fn inside(observer: &mut Observer<'_, i64, ()>) {
        observer.observe(-2);
    }

    fn speed(observer: &mut Observer<'_, f64, ()>) {
        observer.observe(0.25);
    }
}

/// Where the endpoint listens; the first call starts it and records.
pub(crate) fn address() -> SocketAddr {
    static TELEMETRY: OnceLock<Telemetry> = OnceLock::new();
    let telemetry = TELEMETRY.get_or_init(|| {
        let telemetry = Telemetry::builder()
            .without_config_files()
            .prometheus_port(0)
            .bootstrap()
            .expect("the defaults are a valid configuration");
        record();
        telemetry
    });
    telemetry.prometheus_address().expect("the endpoint listens")
}

fn record() {
    let metrics = shop::ShopMetrics::get();
    for number in 0..15 {
        let customer = format!("{HOSTILE}{number}");
        let size = if number % 2 == 0 { shop::Size::Small } else { shop::Size::Large };
        let order = shop::Order { size, paid: number % 3 == 0, customer: Label::new(&customer) };
        metrics.orders.add_with(2, order);
    }
    metrics.weight.add(0.5);
    metrics.open.add(-3);
    for value in [0.001, 0.3, 700.0, f64::INFINITY] {
        metrics.packing.record(value);
    }
    metrics.size.record(u64::MAX);
    metrics.temperature.set(f64::NEG_INFINITY);
    metrics.utilization.set(f64::NAN);
    // The observables report by themselves, and a field that nobody reads would be a warning.
    let _ = (&metrics.visitors, &metrics.inside, &metrics.speed);

    // Another library's instruments, with keys that fall together in Prometheus and a scope that is hostile itself.
    let meter = opentelemetry::global::meter_with_scope(
        opentelemetry::InstrumentationScope::builder(HOSTILE.replace('\0', ""))
            .with_version(HOSTILE)
            .with_attributes([KeyValue::new("a.b", HOSTILE)])
            .build(),
    );
    let counter =
        meter.u64_counter("third.party/requests-made").with_description(HOSTILE).with_unit("{x}\n").build();
    counter.add(3, &[KeyValue::new("a.b", 1), KeyValue::new("a_b", HOSTILE), KeyValue::new("9", true)]);
    counter.add(4, &[KeyValue::new("", HOSTILE), KeyValue::new("le", "1"), KeyValue::new("__name__", "x")]);
    let histogram = meter.f64_histogram("third.party.latency").with_unit("ms").build();
    histogram.record(12.0, &[KeyValue::new("le", "1"), KeyValue::new("quantile", "1")]);
    meter.i64_up_down_counter("Third.Party_Total").build().add(-1, &[]);
    meter.f64_gauge("third.party.ratio").with_unit("1").build().record(f64::NAN, &[]);
}
