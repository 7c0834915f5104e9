//! What the value that a call returned says of itself: the class of an error, and whether a `None` is one.

use std::any::type_name;

use super::CallEnd;
use crate::outcome::{ErrorInfo, TelemetryError};

/// The value that an instrumented call returned, asked before it is inspected: of an expected error no text is made.
///
/// An inherent method goes before one of a trait, and is passed over where its bounds do not hold. So the compiler picks
/// the right one without a bound on the user's type, as it does for [`Inspect`](super::Inspect).
#[derive(Clone, Copy, Debug)]
pub struct Classify<'a, R>(pub &'a R);

impl<T, E: TelemetryError> Classify<'_, Result<T, E>> {
    /// Tells the call what its error says of itself.
    #[inline]
    pub fn tell_class_to_telemetry(self, end: &mut CallEnd) {
        if let Err(error) = self.0 {
            end.classify(ErrorInfo::classified(type_name::<E>(), error));
        }
    }
}

/// Every value that is no error with a class.
pub trait ClassifyAny: Sized {
    /// Tells the call nothing.
    #[inline]
    fn tell_class_to_telemetry(self, _: &mut CallEnd) {}
}

impl<R> ClassifyAny for Classify<'_, R> {}

/// A value that can be `None`, as `none = "error"` asks for.
#[diagnostic::on_unimplemented(
    message = "`none = \"error\"` needs a function that returns an `Option`",
    label = "`{Self}` is never `None`",
    note = "the function returns `Option<T>` or `Result<Option<T>, E>`; for any other type remove the argument"
)]
pub trait MaybeNone {
    /// Whether it is `None`.
    fn is_none(&self) -> bool;
}

impl<T> MaybeNone for Option<T> {
    fn is_none(&self) -> bool {
        Option::is_none(self)
    }
}

impl<T: MaybeNone, E> MaybeNone for Result<T, E> {
    fn is_none(&self) -> bool {
        self.as_ref().is_ok_and(T::is_none)
    }
}

/// Ends the call as an error if it returned `None`.
#[inline]
pub fn none_is_error<R: MaybeNone>(out: &R, end: &mut CallEnd) {
    if out.is_none() {
        end.fail_with(Box::new(ErrorInfo::none()));
    }
}
