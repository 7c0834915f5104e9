//! Telling an error from any other value, whatever its type implements.
//!
//! Method lookup tries a receiver with more references before one with fewer, so a trait that is implemented for more
//! of them goes first. That picks, without specialisation and without a bound on the user's type, what is known of
//! an error: `Error`, `AsRef<dyn Error>`, `Display`, `Debug`, only that it is one; or that the value is none.
//!
//! The method has a name of its own, because a trait of the user's that is implemented for every type can be in scope.
//!
//! No level asks for `'static`: the lookup does not see lifetimes, and would choose a level that the borrow checker
//! then refuses.

use std::any::type_name;
use std::error::Error;
use std::fmt::{self, Debug, Display};

use super::CallEnd;
use crate::context::provoke;

/// The value that an instrumented call returned.
#[derive(Debug)]
pub struct Inspect<'a, R>(pub &'a R);

impl<R> Clone for Inspect<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Inspect<'_, R> {}

/// An error in a box, which hides its own type: `Box<dyn Error>` does not implement `Error`.
pub trait BoxedError {
    /// The error in the box.
    fn error(&self) -> &(dyn Error + '_);
}

macro_rules! boxed_error {
    ($($error:ty),*) => { $(
        impl<'a> BoxedError for Box<$error> {
            fn error(&self) -> &(dyn Error + '_) {
                &**self
            }
        }
    )* };
}

boxed_error!(dyn Error + 'a, dyn Error + Send + 'a, dyn Error + Send + Sync + 'a);

/// The level of the boxed errors of the standard library. No type is on this and on the next level.
pub trait InspectBoxed {
    /// Tells the call what it returned.
    fn tell_outcome_to_telemetry(&self, end: &mut CallEnd);
}

impl<T, E: BoxedError> InspectBoxed for &&&&&Inspect<'_, Result<T, E>> {
    fn tell_outcome_to_telemetry(&self, end: &mut CallEnd) {
        if let Err(boxed) = self.0 {
            fail_with_error(end, type_name::<E>(), boxed.error());
        }
    }
}

/// The level of the types that implement `Error`.
pub trait InspectError {
    /// Tells the call what it returned.
    fn tell_outcome_to_telemetry(&self, end: &mut CallEnd);
}

impl<T, E: Error> InspectError for &&&&Inspect<'_, Result<T, E>> {
    fn tell_outcome_to_telemetry(&self, end: &mut CallEnd) {
        if let Err(error) = self.0 {
            fail_with_error(end, type_name::<E>(), error);
        }
    }
}

/// The level of the wrappers that lend an `Error`, such as `anyhow::Error`.
pub trait InspectAsError {
    /// Tells the call what it returned.
    fn tell_outcome_to_telemetry(&self, end: &mut CallEnd);
}

impl<T, E: AsRef<dyn Error>> InspectAsError for &&&Inspect<'_, Result<T, E>> {
    fn tell_outcome_to_telemetry(&self, end: &mut CallEnd) {
        if let Err(wrapper) = self.0 {
            match provoke(|| wrapper.as_ref()) {
                Some(error) => fail_with_error(end, type_name::<E>(), error),
                None => end.fail(type_name::<E>(), |info| info),
            }
        }
    }
}

/// The level of the types with a text.
pub trait InspectDisplay {
    /// Tells the call what it returned.
    fn tell_outcome_to_telemetry(&self, end: &mut CallEnd);
}

impl<T, E: Display> InspectDisplay for &&Inspect<'_, Result<T, E>> {
    fn tell_outcome_to_telemetry(&self, end: &mut CallEnd) {
        if let Err(error) = self.0 {
            fail_with_text(end, type_name::<E>(), error);
        }
    }
}

/// The level of the types that have a text for programmers only.
pub trait InspectDebug {
    /// Tells the call what it returned.
    fn tell_outcome_to_telemetry(&self, end: &mut CallEnd);
}

impl<T, E: Debug> InspectDebug for &Inspect<'_, Result<T, E>> {
    fn tell_outcome_to_telemetry(&self, end: &mut CallEnd) {
        if let Err(error) = self.0 {
            fail_with_text(end, type_name::<E>(), &AsDebug(error));
        }
    }
}

/// The level of the errors of which nothing is known but their type.
pub trait InspectResult {
    /// Tells the call what it returned.
    fn tell_outcome_to_telemetry(&self, end: &mut CallEnd);
}

impl<T, E> InspectResult for Inspect<'_, Result<T, E>> {
    fn tell_outcome_to_telemetry(&self, end: &mut CallEnd) {
        if self.0.is_err() {
            end.fail(type_name::<E>(), |info| info);
        }
    }
}

/// The level of everything else: a value that is no `Result` is no error.
pub trait InspectAny: Sized {
    /// Tells the call nothing.
    fn tell_outcome_to_telemetry(self, end: &mut CallEnd);
}

impl<R> InspectAny for Inspect<'_, R> {
    fn tell_outcome_to_telemetry(self, _: &mut CallEnd) {}
}

/// Shows a value by its `Debug` form.
struct AsDebug<'a, E>(&'a E);

impl<E: Debug> Display for AsDebug<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cold]
fn fail_with_error(end: &mut CallEnd, type_name: &'static str, error: &(dyn Error + '_)) {
    end.fail(type_name, |info| info.with_texts(&error, provoke(|| error.source()).flatten()));
}

#[cold]
fn fail_with_text(end: &mut CallEnd, type_name: &'static str, text: &dyn Display) {
    end.fail(type_name, |info| info.with_texts(text, None));
}
