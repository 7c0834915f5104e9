//! The error types of this program that say what they are, for code that cannot ask the compiler.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::sync::OnceLock;

use super::{ErrorInfo, TelemetryError};

/// The link-time entry of an error type with a derived [`TelemetryError`].
#[derive(Debug)]
pub struct DerivedError {
    id: fn() -> TypeId,
    class: fn(&dyn Any) -> Option<ErrorInfo>,
}

inventory::collect!(DerivedError);

impl DerivedError {
    /// The entry of the type `E`.
    #[must_use]
    pub const fn of<E: TelemetryError + 'static>() -> Self {
        Self { id: TypeId::of::<E>, class: class_as::<E> }
    }
}

fn class_as<E: TelemetryError + 'static>(error: &dyn Any) -> Option<ErrorInfo> {
    error.downcast_ref::<E>().map(|error| ErrorInfo::classified(type_name::<E>(), error))
}

/// What an error says of itself, if its type derives [`TelemetryError`] and is not generic.
pub(crate) fn derived_class(error: &dyn Any) -> Option<ErrorInfo> {
    type Classes = HashMap<TypeId, fn(&dyn Any) -> Option<ErrorInfo>>;
    static CLASSES: OnceLock<Classes> = OnceLock::new();

    let entries = || inventory::iter::<DerivedError>.into_iter().map(|entry| ((entry.id)(), entry.class));
    CLASSES.get_or_init(|| entries().collect()).get(&error.type_id())?(error)
}
