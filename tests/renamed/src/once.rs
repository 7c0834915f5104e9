//! A block says for everything inside what the toolkit is called.

pub use catalog::*;

#[telemetry::backstage_plugin(id = "renamed-once", crate = telemetry)]
mod catalog {
    use telemetry::naming::MetricName;
    use telemetry::{AttributeValue, Counter, MetricAttributes, MetricSet, metric, metric_name, traced};

    /// A checked name.
    pub const NAME: MetricName = metric_name!("entities.processed");

    /// What happened to an entity.
    #[derive(Clone, Copy, AttributeValue)]
    pub enum Change {
        /// It is new.
        #[attribute("new")]
        Added,
    }

    /// The attributes of the counter.
    #[derive(Clone, Copy, telemetry::MetricAttributes)]
    pub struct Changed {
        /// What happened.
        pub change: Change,
    }

    /// The same attributes under another name.
    #[derive(Clone, Copy, MetricAttributes)]
    #[metric_attributes(limit = 2)]
    pub struct Renamed {
        /// What happened.
        #[attribute("catalog.change")]
        pub change: Change,
    }

    /// The metrics of the plugin.
    #[derive(MetricSet)]
    pub struct Metrics {
        /// Entities processed.
        #[metric(counter = "entities.processed", unit = "{entity}")]
        pub processed: Counter<u64, Changed>,
        /// Entities seen.
        #[metric(counter = "entities.seen")]
        pub seen: Counter<u64, Renamed>,
    }

    /// What may go wrong.
    #[derive(Debug, telemetry::TelemetryError)]
    pub enum FindError {
        /// There is nothing to find.
        #[telemetry(expected)]
        NoText,
    }

    /// Finds something.
    ///
    /// # Errors
    ///
    /// Without a text there is nothing to find.
    #[traced]
    #[telemetry::metric(counter = "finds.calls")]
    pub fn find(text: &str) -> Result<usize, FindError> {
        let name = telemetry::metric_name!("finds.calls");
        if text.is_empty() {
            return Err(FindError::NoText);
        }
        Ok(name.as_str().len())
    }

    /// A type whose methods are recorded.
    pub struct Catalog;

    #[traced]
    #[metric(counter = "catalog.calls")]
    impl Catalog {
        /// Has nothing of its own.
        pub fn plain(&self) {}
    }

    /// Another plugin in the middle of this one.
    #[telemetry::backstage_plugin(id = "renamed-inner")]
    pub mod inner {
        /// Belongs to the nearest plugin.
        #[telemetry::traced]
        pub async fn nearest() {}
    }

    /// A plugin as a type.
    #[telemetry::backstage_core(service = "renamed-service")]
    pub struct Service;

    /// Belongs to the type.
    #[traced(plugin = Service)]
    pub fn of_the_service() {}
}
