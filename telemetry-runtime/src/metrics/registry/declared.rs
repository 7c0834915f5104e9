//! The metrics that the macros declared, known since the program was linked.

use std::sync::OnceLock;

use super::conflict::Conflict;
use crate::metrics::callbacks::ObserveStatic;
use crate::metrics::descriptor::Descriptor;
use crate::metrics::store::Busy;

/// The link-time entry of a declared metric.
pub struct Declared {
    descriptor: &'static Descriptor,
    callback: Option<&'static dyn ObserveStatic>,
}

inventory::collect!(Declared);

impl Declared {
    /// An entry for a metric.
    #[must_use]
    pub const fn new(descriptor: &'static Descriptor) -> Self {
        Self { descriptor, callback: None }
    }

    /// An entry for an observable metric whose callback is a function.
    #[must_use]
    pub const fn with_callback(
        descriptor: &'static Descriptor,
        callback: &'static dyn ObserveStatic,
    ) -> Self {
        Self { descriptor, callback: Some(callback) }
    }
}

/// Every metric that a macro declares in this program, whether or not it was ever recorded.
pub fn declared() -> impl Iterator<Item = &'static Descriptor> {
    inventory::iter::<Declared>.into_iter().map(|declared| declared.descriptor)
}

/// Registers every declared metric once.
pub(crate) fn register_declared(busy: &Busy) {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| {
        let mut entries: Vec<_> = declared().collect();
        // The linker's order is no order; this one makes conflicts and exports the same in every run.
        entries.sort_by_key(|descriptor| {
            let place = descriptor.location;
            (descriptor.crate_name, place.file(), place.line(), place.column())
        });
        for descriptor in entries {
            super::family(busy, descriptor, descriptor.scope);
        }
    });
}

/// The callbacks of declared observables, each with its metric.
pub(crate) fn static_callbacks() -> impl Iterator<Item = (&'static Descriptor, &'static dyn ObserveStatic)> {
    inventory::iter::<Declared>
        .into_iter()
        .filter_map(|declared| Some((declared.descriptor, declared.callback?)))
}

/// The declarations of this program that disagree: one metric with two kinds, number types, units or bucket bounds, or
/// two metrics that become one name in Prometheus.
///
/// Bootstrap calls it; a test of an application can call it too. Metrics that were made at run time by now take part.
#[must_use]
pub fn check() -> Vec<Conflict> {
    let Some(busy) = Busy::enter() else {
        return Vec::new();
    };
    register_declared(&busy);
    super::with(&busy, |registry| registry.conflicts())
}
