//! One instrument by hand: where its measurements go.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use super::backend::{self, Measure};
use crate::metrics::{AttributeRef, Descriptor, MetricNumber};
use crate::plugin::Scope;

/// An instrument of the store, and what takes its place while another backend is at work.
#[derive(Debug)]
pub struct Handle<I> {
    pub(super) stored: I,
    pub(super) target: Target,
}

/// The instrument at a backend that replaces ours.
pub(super) struct Target {
    pub(super) descriptor: &'static Descriptor,
    pub(super) scope: Scope,
    /// It was made by the backend with this number.
    made: RwLock<Option<(u64, Arc<dyn Measure>)>>,
}

impl<I> Handle<I> {
    /// Records in the store, or at the backend that replaces it.
    #[inline]
    pub(super) fn record<N: MetricNumber>(
        &self,
        number: N,
        attributes: &[(&str, AttributeRef<'_>)],
        store: impl FnOnce(&I),
    ) {
        match backend::generation() {
            0 => store(&self.stored),
            generation => self.target.record(generation, number, attributes),
        }
    }
}

impl Target {
    pub(super) fn new(descriptor: &'static Descriptor, scope: Scope) -> Self {
        Self { descriptor, scope, made: RwLock::new(None) }
    }

    #[cold]
    fn record<N: MetricNumber>(&self, generation: u64, number: N, attributes: &[(&str, AttributeRef<'_>)]) {
        let known = self.made.read().unwrap_or_else(PoisonError::into_inner).clone();
        let measure = match known {
            Some((made_by, measure)) if made_by == generation => Some(measure),
            _ => self.make(),
        };
        if let Some(measure) = measure {
            measure.record(N::KIND.number(number.to_bits()), attributes);
        }
    }

    /// Asks the backend for the instrument. Two threads may both do so; the backend is asked for an equal one then.
    fn make(&self) -> Option<Arc<dyn Measure>> {
        let installed = backend::installed()?;
        let measure: Arc<dyn Measure> =
            installed.backend.instrument(&installed.spec(self.descriptor, self.scope)).into();
        let made = (installed.generation, Arc::clone(&measure));
        *self.made.write().unwrap_or_else(PoisonError::into_inner) = Some(made);
        Some(measure)
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Target").field(&self.descriptor.name()).finish()
    }
}
