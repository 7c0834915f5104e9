//! How an instrumented call ended.

mod derived;
mod error_info;
mod telemetry_error;
mod texts;

pub use derived::DerivedError;
pub(crate) use derived::derived_class;
pub(crate) use error_info::ErrorInfo;
pub use telemetry_error::TelemetryError;
pub(crate) use texts::cut;

/// The one way in which an instrumented call ended (design: "Outcome, always and once").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It returned a value that is not an error, or an error that is expected ([`TelemetryError::is_expected`]).
    Ok,
    /// It returned an error.
    Error,
    /// It unwound.
    Panic,
    /// Its future was dropped before it finished.
    Cancelled,
}

impl Outcome {
    /// Every outcome, in the order of their declaration.
    pub const ALL: [Outcome; 4] = [Self::Ok, Self::Error, Self::Panic, Self::Cancelled];

    /// The value of the attribute `outcome`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error => "error",
            Self::Panic => "panic",
            Self::Cancelled => "cancelled",
        }
    }

    pub(crate) const fn ordinal(self) -> usize {
        self as usize
    }
}
