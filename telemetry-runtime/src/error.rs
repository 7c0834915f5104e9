//! The one error type of the public API.

use std::fmt;

/// Why telemetry could not be started, or an instrument could not be made.
///
/// It is opaque: [`Error::kind`] says what a caller can do, the text says what is wrong and where.
#[derive(Clone, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    message: String,
}

/// What a caller can do about an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The configuration is wrong: correct the file, the variable or the builder call that the text names.
    Config,
    /// A name, unit, key or id breaks a naming rule.
    Name,
    /// Two declarations of one metric disagree.
    Conflict,
    /// Telemetry already runs in this process.
    AlreadyRunning,
    /// A destination did not take what it was sent; what was lost is counted.
    Export,
    /// Something did not finish within its limit.
    Timeout,
    /// The operating system refused something, such as a thread.
    System,
}

impl Error {
    /// An error of code that extends the toolkit, such as the factory of an exporter. `message` is a lower-case fragment
    /// without a period that names the value and where it came from.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// What a caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

// `fn main() -> Result<(), Error>` prints with `Debug`: the text is what helps there.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.message)
    }
}

impl std::error::Error for Error {}
