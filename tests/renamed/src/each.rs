//! Every macro says what the toolkit is called.

use telemetry::naming::MetricName;
use telemetry::{
    AttributeValue, Counter, Histogram, MetricAttributes, MetricSet, backstage_plugin, metric, traced,
};

/// A checked name.
pub const NAME: MetricName = telemetry::metric_name!("entities.processed", crate = telemetry);

/// What happened to an entity.
#[derive(Clone, Copy, AttributeValue)]
#[attribute(crate = telemetry)]
pub enum Change {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
}

/// The attributes of the counter.
#[derive(Clone, Copy, MetricAttributes)]
#[metric_attributes(crate = telemetry)]
pub struct Changed {
    /// What happened.
    pub change: Change,
    /// Whether anybody asked for it.
    pub asked: bool,
}

/// The metrics of the plugin.
#[derive(MetricSet)]
#[metric_set(crate = telemetry, plugin = "renamed-each")]
pub struct Metrics {
    /// Entities processed.
    #[metric(counter = "entities.processed", unit = "{entity}")]
    pub processed: Counter<u64, Changed>,
    /// Size of the answers.
    #[metric(histogram = "answers.size", unit = "By", buckets = [10.0, 100.0])]
    pub size: Histogram<u64>,
}

/// What may go wrong.
#[derive(Debug, telemetry::TelemetryError)]
#[telemetry(crate = telemetry)]
pub enum FindError {
    /// There is nothing to find.
    #[telemetry(type = "no_text")]
    NoText,
}

/// The plugin as a type.
#[backstage_plugin(id = "renamed-each", crate = telemetry)]
pub struct Each;

/// Finds something.
///
/// # Errors
///
/// Without a text there is nothing to find.
#[traced(plugin = Each, crate = telemetry, attributes(text.length = text.len()))]
#[metric(counter = "finds.calls", plugin = Each, crate = telemetry)]
pub fn find(text: &str) -> Result<usize, FindError> {
    if text.is_empty() {
        return Err(FindError::NoText);
    }
    Ok(text.len())
}

/// Counts into a metric that is declared elsewhere.
#[metric(
    counter = Metrics::get().processed,
    attributes = Changed { change: Change::Added, asked: true },
    outcome = false,
    crate = telemetry
)]
pub async fn add() {}

/// A type whose methods are recorded.
pub struct Catalog;

#[traced(plugin = Each, crate = telemetry, kind = "client")]
#[telemetry::metric(counter = "catalog.calls", plugin = Each, crate = telemetry)]
impl Catalog {
    /// Has nothing of its own.
    pub fn plain(&self) {}

    /// Has attributes of its own, which the block's complete: its name of the crate, too.
    #[telemetry::traced(name = "own name")]
    #[metric(counter = "catalog.own")]
    pub async fn own(&self) -> Option<u8> {
        None
    }
}
