//! A plugin that has the toolkit from its organisation's crate.
#![deny(warnings, clippy::pedantic)]

use my_platform::telemetry::{self, Counter, MetricSet, metric, traced};

/// The metrics of the plugin, whose id stands in its manifest.
#[derive(MetricSet)]
#[metric_set(crate = my_platform::telemetry)]
pub struct Metrics {
    /// Items sold.
    #[metric(counter = "items.sold", unit = "{item}")]
    pub sold: Counter<u64>,
}

/// Sells an item.
///
/// # Errors
///
/// Where nothing is left.
#[telemetry::traced(crate = my_platform::telemetry)]
#[metric(counter = "sales.calls", crate = my_platform::telemetry)]
pub fn sell(left: u32) -> Result<u32, &'static str> {
    let left = left.checked_sub(1).ok_or("nothing is left")?;
    Metrics::get().sold.add(1);
    Ok(left)
}

/// A path within the organisation's crate, absolute and deep.
#[traced(crate = ::my_platform::observability)]
#[my_platform::observability::metric(counter = "deliveries.calls", crate = ::my_platform::observability)]
pub async fn deliver() {}

/// A shop, which is a plugin of its own.
#[telemetry::backstage_plugin(id = "facade-shop", crate = my_platform::telemetry)]
pub mod shop {
    use my_platform::telemetry::traced;

    /// A shop.
    pub struct Shop;

    #[traced]
    impl Shop {
        /// Opens it.
        #[my_platform::telemetry::metric(counter = "shop.openings")]
        pub fn open(&self) {}
    }
}
