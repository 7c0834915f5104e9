//! The Prometheus exposition: text 0.0.4 and `OpenMetrics` 1.0.
//!
//! Whatever the metrics are called and whatever their attributes hold, the result parses: names and labels are
//! sanitised, families that would contradict each other are left out and reported.

mod encode;
mod exemplar;
mod family;
mod labels;
mod names;
mod negotiate;
mod number;
mod series;
mod twins;

#[cfg(test)]
mod tests;

pub(super) use encode::Encoder;
pub(super) use family::Conflict;
pub(super) use negotiate::{Format, accepts_gzip};

/// One page, as a scraper that asks for this format gets it.
#[cfg(feature = "fuzzing")]
pub(crate) fn render(
    snapshot: &crate::metrics::Snapshot,
    resource: &opentelemetry_sdk::Resource,
    open_metrics: bool,
) -> String {
    let accepted = if open_metrics { "application/openmetrics-text; version=1.0.0" } else { "text/plain" };
    let text = Encoder::default().encode(snapshot, resource, Format::negotiate([accepted])).text;
    // It was put together of texts.
    String::from_utf8(text).unwrap_or_default()
}
