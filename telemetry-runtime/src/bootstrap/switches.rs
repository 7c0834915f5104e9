//! Which instrumentations the configuration switches off, for those that nobody registers: a layer in a server asks while it
//! works.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{PoisonError, RwLock};

use crate::export::is_own_thread;

static OFF: RwLock<BTreeSet<String>> = RwLock::new(BTreeSet::new());

/// Whether the instrumentation `name` is to record: unless `telemetry.instrumentations.<name>` is `false` in the
/// configuration of the [`Telemetry`](crate::Telemetry) that was started last. Before the first start, every one is; on the
/// threads on which telemetry exports, none is.
///
/// A layer or wrapper around a library asks where it records, and so can be made before telemetry starts. What runs from the
/// start to the shutdown is an [`Instrumentation`](crate::Instrumentation) instead.
///
/// ```
/// if telemetry_runtime::is_instrumentation_on("http") {
///     // Record the request.
/// }
/// ```
pub fn is_instrumentation_on(name: &str) -> bool {
    // A writer only puts a finished set in, so a poisoned lock is as good as a clean one.
    !is_own_thread() && !OFF.read().unwrap_or_else(PoisonError::into_inner).contains(name)
}

/// Takes over what a configuration says.
pub(super) fn set(switches: &BTreeMap<String, bool>) {
    let off = switches.iter().filter(|(_, on)| !**on).map(|(name, _)| name.clone()).collect();
    *OFF.write().unwrap_or_else(PoisonError::into_inner) = off;
}
