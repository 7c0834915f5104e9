//! Every form of telemetry that macros make, with names that are easy to find in the program's file.
#![deny(warnings, clippy::pedantic)]

use telemetry_runtime::metrics::{Naming, collect};
use telemetry_runtime::{
    AttributeValue, Counter, Gauge, MetricAttributes, MetricSet, ObservableGauge, Observer, Plugin,
    TelemetryError, backstage_plugin, metric, traced,
};

#[backstage_plugin(id = "needle-plugin")]
struct Shop;

/// What was sold.
#[derive(Clone, Copy, AttributeValue)]
enum Item {
    Book,
    #[attribute("film")]
    Video,
}

#[derive(Clone, Copy, MetricAttributes)]
struct Sold {
    #[attribute("item.kind")]
    item: Item,
    gift: bool,
}

#[derive(Debug, TelemetryError)]
enum SellError {
    #[telemetry(expected)]
    Empty,
}

/// The metrics of the shop.
#[derive(MetricSet)]
#[metric_set(plugin = Shop)]
struct Metrics {
    /// Items sold.
    #[metric(counter = "items.sold")]
    sold: Counter<u64, Sold>,
    /// Items left.
    #[metric(gauge = "items.left")]
    left: Gauge<i64>,
    /// Shelves.
    #[metric(observable_gauge = "shelves.count", callback = count_shelves)]
    _shelves: ObservableGauge<u64>,
    /// Rooms.
    #[metric(observable_gauge = "rooms.count")]
    rooms: ObservableGauge<u64>,
}

fn count_shelves(observer: &mut Observer<'_, u64>) {
    observer.observe(3);
}

#[traced(name = "needle of a span", plugin = Shop, attributes(needle.of.an.attribute = price))]
#[metric(counter = "needle.of.a.counter", plugin = Shop)]
fn sell(#[attribute("needle.of.a.parameter")] left: u32, price: u32) -> Result<u32, SellError> {
    let left = left.checked_sub(1).ok_or(SellError::Empty)?;
    Metrics::get().sold.add_with(1, Sold { item: Item::Book, gift: false });
    Metrics::get().left.set(left.into());
    Ok(left)
}

/// A parameter that is there for telemetry only.
#[traced(name = "needle of a parameter")]
fn visit(#[attribute] guest: &str) {}

#[traced]
#[metric(counter = "needle.of.a.block")]
impl Shop {
    fn open(&self, #[attribute("needle.of.a.method")] early: bool) -> bool {
        let _ = self;
        Self::SCOPE.id().len() > 1
    }

    async fn close(&self) {}
}

#[backstage_plugin(id = "needle-module")]
mod shelves {
    use telemetry_runtime::{MetricSet, UpDownCounter, traced};

    #[derive(MetricSet)]
    pub(super) struct Shelves {
        #[metric(up_down_counter = "shelves.books")]
        pub(super) books: UpDownCounter<i64>,
    }

    #[traced(name = "needle of a module")]
    pub(super) fn fill() {
        Shelves::get().books.add(2);
    }
}

#[telemetry_runtime::main]
fn main() {
    let results = [sell(1, 2).is_ok(), sell(0, 2).is_err(), Shop.open(true)];
    visit("somebody");
    drop(Shop.close());
    shelves::fill();
    let _rooms = Metrics::get().rooms.observe_with(|observer| observer.observe(1));
    Metrics::for_plugin(Shop::SCOPE).sold.add_with(1, Sold { item: Item::Video, gift: true });
    let recorded: Vec<String> = collect(&Naming::default())
        .into_iter()
        .filter(|scope| scope.scope.attributes.iter().any(|(_, id)| id.starts_with("needle")))
        .flat_map(|scope| scope.metrics)
        .map(|metric| metric.name.to_string())
        .collect();
    println!("{results:?} {}", recorded.join(" "));
}
