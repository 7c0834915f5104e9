//! The seam for a metrics service of an organisation's own.

use std::any::Any;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::observables;
use crate::metrics::{AttributeRef, Attributes, Descriptor, InstrumentKind, Naming, Number, NumberKind};
use crate::plugin::Scope;

/// What takes the measurements of all [`MetricsService`](super::MetricsService)s in place of the store; given to
/// [`TelemetryBuilder::metrics_backend`](crate::TelemetryBuilder::metrics_backend).
///
/// Plugins do not notice: names are checked as before, and a handle that was made before telemetry started goes to the
/// backend from the start on. What it recorded before stays in the store. What the macros record goes to the store in any
/// case, and reaches a backend by a [`MetricSink`](crate::export::MetricSink).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a metrics backend",
    note = "implement `MetricsBackend` for it: it makes the instruments of all metrics services"
)]
pub trait MetricsBackend: Send + Sync {
    /// Makes an instrument that is recorded to, or gives the one that it made before for an equal one.
    fn instrument(&self, instrument: &InstrumentSpec) -> Box<dyn Measure>;

    /// Calls `callback` whenever the instrument is read, until what is returned is dropped.
    fn observe(&self, instrument: &InstrumentSpec, callback: ObserverCallback) -> Box<dyn Any + Send + Sync>;
}

/// An instrument at a backend.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not take measurements",
    note = "implement `Measure` for what a `MetricsBackend` makes"
)]
pub trait Measure: Send + Sync {
    /// Takes a measurement: an addition, a value of a distribution or a last value, as the instrument's kind says. It may be
    /// negative, infinite or NaN.
    fn record(&self, value: Number, attributes: &[(&str, AttributeRef<'_>)]);
}

/// Gives one value after the other to the function that it is called with.
pub type ObserverCallback = Arc<dyn Fn(&mut dyn FnMut(Number, &Attributes)) + Send + Sync>;

/// What a backend is told of an instrument.
#[derive(Clone, Debug)]
pub struct InstrumentSpec {
    descriptor: &'static Descriptor,
    owner: Scope,
    name: String,
}

impl InstrumentSpec {
    /// The plugin or core service that it belongs to.
    pub fn owner(&self) -> Scope {
        self.owner
    }

    /// The kind.
    pub fn kind(&self) -> InstrumentKind {
        self.descriptor.kind()
    }

    /// The type of its numbers.
    pub fn number(&self) -> NumberKind {
        self.descriptor.number()
    }

    /// The whole name as it is configured to be, such as `backstage.plugin.catalog.entities.processed`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The UCUM unit; empty for none.
    pub fn unit(&self) -> &'static str {
        self.descriptor.unit
    }

    /// The description; empty for none.
    pub fn description(&self) -> &'static str {
        self.descriptor.description
    }

    /// The upper bounds of the buckets that were asked for.
    pub fn boundaries(&self) -> Option<&'static [f64]> {
        self.descriptor.bounds
    }
}

/// A backend at work.
pub(super) struct Installed {
    pub(super) generation: u64,
    pub(super) backend: Box<dyn MetricsBackend>,
    naming: Naming,
}

/// The number of the backend at work, counted from 1; 0 for the store.
static GENERATION: AtomicU64 = AtomicU64::new(0);
static INSTALLED: RwLock<Option<Arc<Installed>>> = RwLock::new(None);

/// Sends what services record to this backend from now on.
pub(crate) fn install(backend: Box<dyn MetricsBackend>, naming: Naming) {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let generation = LAST.fetch_add(1, Ordering::Relaxed) + 1;
    let installed = Arc::new(Installed { generation, backend, naming });
    *INSTALLED.write().unwrap_or_else(PoisonError::into_inner) = Some(installed);
    GENERATION.store(generation, Ordering::Release);
    observables::move_callbacks();
}

/// Sends what services record to the store again.
pub(crate) fn uninstall() {
    GENERATION.store(0, Ordering::Release);
    let before = INSTALLED.write().unwrap_or_else(PoisonError::into_inner).take();
    if before.is_some() {
        observables::move_callbacks();
    }
    // The backend goes last, outside the lock: what it does then is its own affair.
    drop(before);
}

/// The number of the backend at work; 0 for the store.
#[inline]
pub(super) fn generation() -> u64 {
    GENERATION.load(Ordering::Acquire)
}

pub(super) fn installed() -> Option<Arc<Installed>> {
    INSTALLED.read().unwrap_or_else(PoisonError::into_inner).clone()
}

impl Installed {
    /// What the backend is told of an instrument of this scope.
    pub(super) fn spec(&self, descriptor: &'static Descriptor, owner: Scope) -> InstrumentSpec {
        InstrumentSpec { descriptor, owner, name: self.naming.full_name_of(descriptor, owner) }
    }
}

impl fmt::Debug for dyn MetricsBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MetricsBackend")
    }
}
