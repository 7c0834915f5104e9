//! One metric of one owner.

use super::conflict::Difference;
use crate::metrics::descriptor::Descriptor;
use crate::plugin::Scope;

/// What makes two declarations the same metric: owner and name, whatever the name's case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Identity {
    scope: Scope,
    absolute: bool,
    name: String,
}

impl Identity {
    pub(crate) fn new(descriptor: &Descriptor, scope: Scope) -> Self {
        Self { scope, absolute: descriptor.absolute, name: descriptor.name.to_ascii_lowercase() }
    }
}

/// A metric: one or more equal declarations of one name in one scope.
#[derive(Debug)]
pub(crate) struct Family {
    /// The place in the order of registration; `usize::MAX` if it is not exported.
    index: usize,
    descriptor: &'static Descriptor,
    scope: Scope,
}

impl Family {
    pub(super) fn leak(index: usize, descriptor: &'static Descriptor, scope: Scope) -> &'static Self {
        Box::leak(Box::new(Self { index, descriptor, scope }))
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
