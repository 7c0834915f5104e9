//! Whether a `None` is an error, where `none = "error"` says so.

use super::CallEnd;
use crate::outcome::ErrorInfo;

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
        end.fail_with(ErrorInfo::none());
    }
}
