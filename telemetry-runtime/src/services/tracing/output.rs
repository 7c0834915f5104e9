//! What of a closure's result is an error.

use std::any::type_name;
use std::error::Error;
use std::fmt::Display;

use crate::call::CallEnd;
use crate::outcome::{ErrorInfo, TelemetryError, derived_class};

/// A value that says whether the call that gave it failed; what closures in
/// [`TracingService::start_active_span`](super::TracingService::start_active_span) return.
///
/// The error of a `Result` is one, whatever type with a text it has; where that type derives
/// [`TelemetryError`](derive@crate::TelemetryError) and is not generic, it says which kind of error, and whether it is
/// expected. Every other value here is none. For a type of your own that knows better, implement it:
///
/// ```
/// use telemetry_runtime::services::{SpanEnd, SpanOutput};
///
/// struct Response {
///     status: u16,
/// }
///
/// impl SpanOutput for Response {
///     fn tell(&self, end: &mut SpanEnd<'_>) {
///         if self.status >= 500 {
///             end.fail("server_error", &self.status);
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say whether a call failed",
    label = "not the output of a span",
    note = "a closure returns a `Result` whose error has a text, or nothing",
    note = "`in_span` and `in_span_async` take closures that return anything; for a type of yours, implement `SpanOutput`"
)]
pub trait SpanOutput {
    /// Says how the call ended. It ended well unless this says otherwise.
    fn tell(&self, end: &mut SpanEnd<'_>) {
        let _ = end;
    }

    #[doc(hidden)]
    fn tell_call(output: &Self, call: &mut CallEnd)
    where
        Self: Sized,
    {
        output.tell(&mut SpanEnd(call));
    }
}

/// How a call ends, to be told by its output.
#[derive(Debug)]
pub struct SpanEnd<'a>(&'a mut CallEnd);

impl SpanEnd<'_> {
    /// The call failed, by an error of this kind (`error.type`: one of few words) with this text.
    pub fn fail(&mut self, error_type: &'static str, text: &dyn Display) {
        self.0.classify(ErrorInfo::named(error_type));
        self.0.fail(error_type, |info| info.add_texts(text, None));
    }

    /// The call failed by an error of the type `E`.
    pub fn fail_with<E: Error + ?Sized>(&mut self, error: &E) {
        self.0.fail(type_name::<E>(), |info| info.add_texts(&error, error.source()));
    }

    /// The call gave an error that says of itself what it is, and whether it is one at all.
    pub fn fail_as<E: TelemetryError + Display>(&mut self, error: &E) {
        self.0.classify(ErrorInfo::classified(type_name::<E>(), error));
        self.0.fail(type_name::<E>(), |info| info.add_texts(error, None));
    }
}

impl<T, E: Display + 'static> SpanOutput for Result<T, E> {
    fn tell(&self, end: &mut SpanEnd<'_>) {
        if let Err(error) = self {
            if let Some(class) = derived_class(error) {
                end.0.classify(class);
            }
            end.0.fail(type_name::<E>(), |info| info.add_texts(error, source(error)));
        }
    }
}

/// The source of an error, where the type is one of those that hide it.
///
/// Of any other type the compiler knows here only that it has a text: a bound on `Error` would refuse these.
fn source<E: 'static>(error: &E) -> Option<&(dyn Error + 'static)> {
    let error: &dyn std::any::Any = error;
    if let Some(error) = error.downcast_ref::<Box<dyn Error + Send + Sync>>() {
        return error.source();
    }
    if let Some(error) = error.downcast_ref::<Box<dyn Error + Send>>() {
        return error.source();
    }
    error.downcast_ref::<Box<dyn Error>>().and_then(|error| error.source())
}

macro_rules! no_error {
    ($($([$($parameter:ident),+])?: $output:ty),+ $(,)?) => {
        $(impl$(<$($parameter),+>)? SpanOutput for $output {})+
    };
}

no_error! {
    : (), : bool, : char, : String, : &'static str, : std::time::Duration,
    : i8, : i16, : i32, : i64, : i128, : isize, : u8, : u16, : u32, : u64, : u128, : usize, : f32, : f64,
}
no_error! {
    [T]: Option<T>, [T]: Vec<T>, [T]: Box<T>, [T]: std::sync::Arc<T>, [A, B]: (A, B), [A, B, C]: (A, B, C),
}
