//! Options that know a request, and may therefore refuse the call.

use std::convert::Infallible;
use std::fmt;

use super::options::SpanOptions;
use crate::principal::{AuthenticationError, Credentials, RequestHead, authenticate};
use crate::services::report;

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::SpanOptions {}
    impl Sealed for super::RequestOptions<'_> {}
}

/// What a span can be started with: [`SpanOptions`], or with the request that it is for, [`RequestOptions`].
///
/// It says what a call gives: with plain options its value, with a request a `Result`, because a request that proves nobody
/// is refused.
#[diagnostic::on_unimplemented(
    message = "`{Self}` are not the options of a span",
    note = "write `SpanOptions::new()`"
)]
pub trait StartOptions: sealed::Sealed {
    /// What becomes of the value of a call.
    type Output<R>;

    /// Why a call is refused.
    #[doc(hidden)]
    type Refusal;

    #[doc(hidden)]
    fn resolve(self) -> Result<SpanOptions, Self::Refusal>;

    #[doc(hidden)]
    fn output<R>(result: Result<R, Self::Refusal>) -> Self::Output<R>;
}

impl StartOptions for SpanOptions {
    type Output<R> = R;
    type Refusal = Infallible;

    fn resolve(self) -> Result<SpanOptions, Infallible> {
        Ok(self)
    }

    fn output<R>(result: Result<R, Infallible>) -> R {
        match result {
            Ok(value) => value,
        }
    }
}

/// The options of a span for a request whose credentials are not known yet; from [`SpanOptions::request`].
///
/// The application's [`Authenticator`](crate::services::Authenticator) is asked before the span starts. If the request
/// proves nobody, the call is refused: its closure is not called, there is no span, and the error is the call's. With
/// [`RequestOptions::or_without_principal`] the span says nothing of the principal instead.
#[must_use = "options are for a span"]
pub struct RequestOptions<'a> {
    options: SpanOptions,
    request: &'a dyn RequestHead,
}

impl<'a> RequestOptions<'a> {
    pub(super) fn new(options: SpanOptions, request: &'a dyn RequestHead) -> Self {
        Self { options, request }
    }

    /// Says on whose behalf the call is made. The authenticator is not asked then.
    pub fn credentials(mut self, credentials: &(impl Credentials + ?Sized)) -> Self {
        self.options = self.options.credentials(credentials);
        self
    }

    /// Asks the authenticator now, and leaves the principal out if the request proves nobody.
    pub fn or_without_principal(self) -> SpanOptions {
        let without = self.options.clone();
        self.resolve().unwrap_or(without)
    }
}

impl StartOptions for RequestOptions<'_> {
    type Output<R> = Result<R, AuthenticationError>;
    type Refusal = AuthenticationError;

    fn resolve(self) -> Result<SpanOptions, AuthenticationError> {
        if self.options.has_principal() {
            return Ok(self.options);
        }
        let Some(principal) = authenticate(self.request)? else {
            report::once(
                "spans have a request, and no authenticator was given to the builder: their principal is unknown",
            );
            return Ok(self.options);
        };
        Ok(self.options.credentials(&principal))
    }

    fn output<R>(result: Result<R, AuthenticationError>) -> Result<R, AuthenticationError> {
        result
    }
}

impl fmt::Debug for RequestOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestOptions").field("options", &self.options).finish_non_exhaustive()
    }
}
