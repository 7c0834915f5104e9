//! What the store could not record, by reason. Nothing is lost without being counted here.

use std::borrow::Cow;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use super::attributes::AttributeValue;
use super::callbacks::{Callback, Observer};
use super::descriptor::{Descriptor, InstrumentKind, NumberKind};
use super::registry::Declared;
use super::snapshot::AttributeData;
use super::store;
use crate::plugin::Scope;

/// Why a measurement or an observation was not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drop {
    /// A NaN or an infinite number, or a negative one where the instrument only grows.
    Value,
    /// Recorded from inside the store itself, by an instrumented global allocator for example.
    Reentrant,
    /// A callback panicked; its observations of this collection are left out.
    Callback,
}

impl Drop {
    const ALL: [Self; 3] = [Self::Value, Self::Reentrant, Self::Callback];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Reentrant => "reentrant",
            Self::Callback => "callback",
        }
    }
}

impl AttributeValue for Drop {
    type Schema = Self;

    const VALUES: usize = Self::ALL.len();

    fn ordinal(&self) -> usize {
        *self as usize
    }

    fn value(ordinal: usize) -> Option<AttributeData> {
        Some(AttributeData::String(Cow::Borrowed(Self::ALL.get(ordinal)?.as_str())))
    }
}

static DROPPED: Descriptor = Descriptor::new(
    InstrumentKind::ObservableCounter,
    NumberKind::U64,
    Scope::core("telemetry"),
    "measurements.dropped",
    env!("CARGO_PKG_NAME"),
)
.unit("{measurement}")
.description("Measurements and observations that could not be recorded, by reason.")
.attribute_keys(&["reason"]);

inventory::submit! { Declared::with_callback(&DROPPED, &Callback::<u64, (Drop,)>::new(observe)) }

fn observe(observer: &mut Observer<'_, u64, (Drop,)>) {
    for reason in Drop::ALL {
        observer.observe_with(drops(reason), (reason,));
    }
}

static DROPS: [AtomicU64; Drop::ALL.len()] = [const { AtomicU64::new(0) }; Drop::ALL.len()];

/// Counts one drop. Takes no lock, so that it may be called from anywhere.
#[cold]
pub(crate) fn dropped(reason: Drop) {
    store::shared_cell(&DROPS[reason as usize]).fetch_add(1, Relaxed);
}

/// How many were dropped for this reason since the program started.
pub(crate) fn drops(reason: Drop) -> u64 {
    store::shared_cell(&DROPS[reason as usize]).load(Relaxed)
}
