//! Values that telemetry must not record.

use std::fmt;

use opentelemetry::{Array, Value};

use crate::metrics::{AttributeData, AttributeRef, AttributeValue, CallValue, NumberKind};
use crate::trace::{SpanArrayItem, SpanValue};

/// A value that is never recorded: a password, a token, a person's name.
///
/// It cannot be an attribute of a span, an event or a metric; the compiler refuses it, with what to do instead. Its
/// `Debug` form is `[redacted]`, so that it does not come in by the text of an error either, and it has no `Display`.
///
/// ```
/// use telemetry_runtime::{Sensitive, traced};
///
/// #[traced(attributes(user.password.length = password.expose().len()))]
/// fn log_in(#[attribute] user: &str, password: &Sensitive<String>) -> bool {
///     password.expose() == "correct horse"
/// }
///
/// let password = Sensitive::new("correct horse".to_owned());
/// assert!(log_in("ada", &password));
/// assert_eq!(format!("{password:?}"), "[redacted]");
/// ```
///
/// ```compile_fail,E0277
/// # use telemetry_runtime::{Sensitive, traced};
/// #[traced]
/// fn log_in(user: &str, #[attribute] password: &Sensitive<String>) {}
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sensitive<T>(T);

impl<T> Sensitive<T> {
    /// Marks a value as sensitive.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for the code that needs it.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value itself.
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl<T> From<T> for Sensitive<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// What a value would need to be recorded though it is sensitive; nothing has it. The implementations below never hold, and
/// are there for the compiler to say so in these words.
#[diagnostic::on_unimplemented(
    message = "`Sensitive<{Self}>` is never recorded",
    label = "this value is sensitive",
    note = "record something in its place that tells enough, such as a length, a kind or an id",
    note = "`expose()` gives the value itself, where it may be seen by everyone who reads the telemetry"
)]
pub trait Recordable {}

#[doc(hidden)]
impl<T> SpanValue for Sensitive<T>
where
    T: Recordable,
{
    fn to_value(&self) -> Option<Value> {
        None
    }
}

#[doc(hidden)]
impl<T> SpanArrayItem for Sensitive<T>
where
    T: Recordable,
{
    fn array(_: &[Self]) -> Array {
        Array::Bool(Vec::new())
    }
}

#[doc(hidden)]
impl<T> AttributeValue for Sensitive<T>
where
    T: Recordable,
{
    type Schema = ();

    const VALUES: usize = 1;

    fn ordinal(&self) -> usize {
        0
    }

    fn value(_: usize) -> Option<AttributeData> {
        None
    }
}

#[doc(hidden)]
impl<T> CallValue for Sensitive<T>
where
    T: Recordable,
{
    fn bits_in(self, _: NumberKind) -> Option<u64> {
        None
    }
}

/// The attributes of instruments that are made at run time.
#[doc(hidden)]
impl<T> From<Sensitive<T>> for AttributeRef<'_>
where
    T: Recordable,
{
    fn from(_: Sensitive<T>) -> Self {
        Self::Bool(false)
    }
}

/// An event's attributes are OpenTelemetry's key-value pairs.
#[doc(hidden)]
impl<T> From<Sensitive<T>> for Value
where
    T: Recordable,
{
    fn from(_: Sensitive<T>) -> Self {
        Self::Bool(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sensitive_value_shows_itself_to_those_only_who_ask() {
        let token = Sensitive::new("hunter2");
        assert_eq!(format!("{token:?} {:?}", Some(&token)), "[redacted] Some([redacted])");
        assert_eq!(*token.expose(), "hunter2");
        assert_eq!(Sensitive::from("hunter2").into_exposed(), "hunter2");
    }
}
