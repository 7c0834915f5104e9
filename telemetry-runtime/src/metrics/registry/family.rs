//! One metric of one owner.

use std::cmp::Ordering;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{PoisonError, RwLock};
use std::time::SystemTime;

use super::conflict::Difference;
use super::open::cardinality_limit;
use crate::metrics::buckets::Buckets;
use crate::metrics::descriptor::Descriptor;
use crate::plugin::Scope;

/// The order of the metrics of an owner: by name, whatever its case. Of one name there is one metric, and one more whose name
/// is absolute.
pub(super) fn by_name(one: &Descriptor, other: &Descriptor) -> Ordering {
    let lower = |descriptor: &'static str| descriptor.bytes().map(|byte| byte.to_ascii_lowercase());
    one.absolute.cmp(&other.absolute).then_with(|| lower(one.name).cmp(lower(other.name)))
}

/// A metric: one or more equal declarations of one name in one scope.
#[derive(Debug)]
pub(crate) struct Family {
    /// The place in the order of registration; `usize::MAX` if it is not exported.
    index: usize,
    descriptor: &'static Descriptor,
    scope: Scope,
    /// What the configuration says about recording; read when something is registered or collected.
    settings: RwLock<Settings>,
    /// The limit for its series; 0 is the one of all metrics. Recording beyond it asks, so it is not under the lock.
    limit: AtomicUsize,
}

/// How a metric is recorded.
#[derive(Clone, Copy, Debug, Default)]
struct Settings {
    /// The buckets of a histogram.
    buckets: Option<&'static Buckets>,
    /// When they last changed.
    restarted: Option<SystemTime>,
}

impl Family {
    pub(super) fn leak(
        index: usize,
        descriptor: &'static Descriptor,
        scope: Scope,
        buckets: Option<&'static Buckets>,
        limit: usize,
    ) -> &'static Self {
        let settings = RwLock::new(Settings { buckets, restarted: None });
        Box::leak(Box::new(Self { index, descriptor, scope, settings, limit: AtomicUsize::new(limit) }))
    }

    // Nothing panics under the lock.
    fn settings(&self) -> Settings {
        *self.settings.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets how the metric is recorded; whether its buckets are others now.
    pub(super) fn set(&self, buckets: Option<&'static Buckets>, limit: usize) -> bool {
        self.limit.store(limit, Relaxed);
        let mut settings = self.settings.write().unwrap_or_else(PoisonError::into_inner);
        let changed = settings.buckets.map(Buckets::bounds) != buckets.map(Buckets::bounds);
        if changed {
            settings.buckets = buckets;
            settings.restarted = Some(SystemTime::now());
        }
        changed
    }

    /// The buckets that a histogram is recorded with.
    pub(crate) fn buckets(&self) -> Option<&'static Buckets> {
        self.settings().buckets
    }

    /// Their upper bounds.
    pub(crate) fn bounds(&self) -> &'static [f64] {
        self.buckets().map_or(&[], Buckets::bounds)
    }

    /// When its buckets last changed, if they ever did.
    pub(crate) fn restarted(&self) -> Option<SystemTime> {
        self.settings().restarted
    }

    /// The most series of free attributes.
    pub(crate) fn cardinality_limit(&self) -> usize {
        match self.limit.load(Relaxed) {
            0 => cardinality_limit(),
            limit => limit,
        }
    }

    pub(crate) fn index(&self) -> usize {
        self.index
    }

    /// The first declaration.
    pub(crate) fn descriptor(&self) -> &'static Descriptor {
        self.descriptor
    }

    pub(crate) fn scope(&self) -> Scope {
        self.scope
    }

    /// In what another declaration of the same name disagrees.
    pub(super) fn difference(&self, other: &Descriptor) -> Option<Difference> {
        let own = self.descriptor;
        if own.kind != other.kind {
            Some(Difference::Kind)
        } else if own.number != other.number {
            Some(Difference::Number)
        } else if own.unit != other.unit {
            Some(Difference::Unit)
        } else if own.is_histogram() && own.histogram_bounds() != other.histogram_bounds() {
            Some(Difference::Buckets)
        } else {
            None
        }
    }
}
