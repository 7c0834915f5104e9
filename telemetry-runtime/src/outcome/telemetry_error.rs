//! What an error says of itself to telemetry.

use std::rc::Rc;
use std::sync::Arc;

/// An error that says what it is in one word, and whether it is one at all.
///
/// [`#[derive(TelemetryError)]`](derive@crate::TelemetryError) writes the implementation; by hand it is needed only where
/// the word depends on more than the variant. An instrumented function whose error type implements it gets
///
/// - `error.type` on its span and, because the words are few, on its metrics, beside `outcome="error"`;
/// - for an error that is expected the outcome `ok`, without a status and an exception event on the span. The span still
///   has `error.type`, so that such calls can be found.
///
/// A type that does not implement it is an error like any other: its `error.type` on the span is the name of the type,
/// and its metrics have none.
///
/// ```
/// use telemetry_runtime::TelemetryError;
///
/// struct HttpStatus(u16);
///
/// impl TelemetryError for HttpStatus {
///     fn error_type(&self) -> &'static str {
///         match self.0 {
///             404 => "not_found",
///             500..600 => "server_error",
///             _ => "client_error",
///         }
///     }
///
///     fn is_expected(&self) -> bool {
///         self.0 == 404
///     }
/// }
///
/// assert_eq!(HttpStatus(503).error_type(), "server_error");
/// assert!(HttpStatus(404).is_expected());
/// ```
///
/// `&E`, `Box<E>`, `Rc<E>` and `Arc<E>` say what `E` says. Neither `Display` nor `Error` is needed; where they are there,
/// they give the texts.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what kind of error it is",
    label = "does not implement `TelemetryError`",
    note = "put `#[derive(TelemetryError)]` on it, if it is yours",
    note = "a variant around an error of another crate has an `error.type` of its own, without `#[telemetry(transparent)]`"
)]
pub trait TelemetryError {
    /// The value of `error.type`: one of few words such as `not_found`, without ids, texts or numbers that vary.
    ///
    /// A metric takes as many different ones as its cardinality limit allows; what goes beyond is counted on the series
    /// `otel.metric.overflow=true`. An empty word counts as none.
    fn error_type(&self) -> &'static str;

    /// Whether the call did not fail by it: a search that finds nothing, a wrong password. False unless it says so.
    fn is_expected(&self) -> bool {
        false
    }
}

macro_rules! pointer {
    ($($pointer:ty)*) => { $(
        impl<E: TelemetryError + ?Sized> TelemetryError for $pointer {
            fn error_type(&self) -> &'static str {
                (**self).error_type()
            }

            fn is_expected(&self) -> bool {
                (**self).is_expected()
            }
        }
    )* };
}

pointer!(&E &mut E Box<E> Rc<E> Arc<E>);
