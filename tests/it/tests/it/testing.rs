//! Captures: what a test sees of its own telemetry, and nobody else of it.

mod asserting;
mod attribute;
mod carrying;
mod clock;
mod isolation;
mod metrics;
mod spans;

use std::panic::{AssertUnwindSafe, catch_unwind};

use telemetry_runtime::{backstage_plugin, metric, traced};

#[backstage_plugin(id = "capture")]
mod plugin {
    use super::*;

    /// Loads an entity.
    #[traced(attributes(catalog.kind = kind))]
    #[metric(
        counter("entities.loaded", unit = "{entity}"),
        histogram = "loading.duration",
        in_flight = "entities.loading"
    )]
    pub(super) fn load(kind: &str) -> Result<usize, std::fmt::Error> {
        if kind == "bug" { Err(std::fmt::Error) } else { Ok(kind.len()) }
    }

    /// Loads two.
    #[traced]
    pub(super) fn stitch() -> usize {
        ["api", "bug"].into_iter().filter_map(|kind| load(kind).ok()).sum()
    }

    /// Waits once, and loads.
    #[traced]
    #[metric(counter("entities.fetched", unit = "{entity}"))]
    pub(super) async fn fetch(kind: &str) -> Result<usize, std::fmt::Error> {
        tokio::task::yield_now().await;
        load(kind)
    }
}

use plugin::{fetch, load, stitch};

/// What a panic of `f` says.
fn panic_of<R>(f: impl FnOnce() -> R) -> String {
    let Err(payload) = catch_unwind(AssertUnwindSafe(f)) else { panic!("nothing panicked") };
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => payload.downcast_ref::<&str>().map_or_else(String::new, |text| (*text).to_owned()),
    }
}
