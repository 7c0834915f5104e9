//! What can be made to go wrong.

use std::time::Duration;

use tonic::Code;

/// A way to answer an export.
#[derive(Clone, Debug)]
pub enum Fault {
    /// An error status, and after how long the sender may retry.
    Status {
        /// The HTTP status.
        http: u16,
        /// The gRPC status.
        grpc: Code,
        /// `Retry-After` in whole seconds, or gRPC's `RetryInfo`.
        retry_after: Option<Duration>,
    },
    /// Accepted, but answered only after a time.
    Delay(Duration),
    /// Never answered.
    Hang,
    /// The connection is closed without an answer.
    Drop,
    /// Accepted, and answered with so many items rejected.
    Partial {
        /// Rejected spans or data points.
        rejected: i64,
        /// The error message; with nothing rejected it is a warning.
        message: String,
    },
    /// HTTP: a redirect with status 307 to this URL; gRPC: as [`Fault::unavailable`].
    Redirect(String),
}

impl Fault {
    /// 503 and `UNAVAILABLE`: senders retry.
    #[must_use]
    pub fn unavailable() -> Self {
        Self::Status { http: 503, grpc: Code::Unavailable, retry_after: None }
    }

    /// 429 and `RESOURCE_EXHAUSTED`, with the time after which senders may retry.
    #[must_use]
    pub fn throttled(retry_after: Duration) -> Self {
        Self::Status { http: 429, grpc: Code::ResourceExhausted, retry_after: Some(retry_after) }
    }

    /// 400 and `INVALID_ARGUMENT`: senders do not retry.
    #[must_use]
    pub fn refused() -> Self {
        Self::Status { http: 400, grpc: Code::InvalidArgument, retry_after: None }
    }
}
