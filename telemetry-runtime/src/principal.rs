//! On whose behalf a call is made, as far as telemetry may know it.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// Who makes a call: what spans say of it.
///
/// A span gets the attribute `backstage.principal.type`, and with `backend.tracing.capture.endUser` on, which is off by
/// default, also `enduser.id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    kind: Cow<'static, str>,
    end_user: Option<String>,
}

impl Principal {
    /// A user, by its entity reference, such as `user:default/guest`.
    #[must_use]
    pub fn user(entity_ref: impl Into<String>) -> Self {
        Self { kind: "user".into(), end_user: Some(entity_ref.into()) }
    }

    /// A service, by its subject, such as `plugin:catalog`.
    #[must_use]
    pub fn service(subject: impl Into<String>) -> Self {
        Self { kind: "service".into(), end_user: Some(subject.into()) }
    }

    /// Nobody in particular: a call without credentials.
    #[must_use]
    pub fn none() -> Self {
        Self::other("none")
    }

    /// Another type of principal, of which spans show nothing but the type: one of few words.
    #[must_use]
    pub fn other(kind: impl Into<Cow<'static, str>>) -> Self {
        Self { kind: kind.into(), end_user: None }
    }

    /// The value of `backstage.principal.type`; an empty one is not shown.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The value of `enduser.id`.
    pub fn end_user(&self) -> Option<&str> {
        self.end_user.as_deref().filter(|id| !id.is_empty())
    }
}

/// The credentials of an application, which say whose they are.
///
/// ```
/// use telemetry_runtime::services::{Credentials, Principal};
///
/// struct BackstageCredentials {
///     user_entity_ref: String,
/// }
///
/// impl Credentials for BackstageCredentials {
///     fn principal(&self) -> Principal {
///         Principal::user(&self.user_entity_ref)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say whose credentials it is",
    label = "not credentials",
    note = "`credentials =` takes a `Principal`, or a type that implements `telemetry_runtime::services::Credentials`"
)]
pub trait Credentials {
    /// On whose behalf the call is made.
    fn principal(&self) -> Principal;
}

impl Credentials for Principal {
    fn principal(&self) -> Principal {
        self.clone()
    }
}

/// Without credentials it is [`Principal::none`].
impl<C: Credentials> Credentials for Option<C> {
    fn principal(&self) -> Principal {
        self.as_ref().map_or_else(Principal::none, Credentials::principal)
    }
}

impl<C: Credentials + ?Sized> Credentials for &C {
    fn principal(&self) -> Principal {
        (**self).principal()
    }
}

impl<C: Credentials + ?Sized> Credentials for Arc<C> {
    fn principal(&self) -> Principal {
        (**self).principal()
    }
}

/// What an [`Authenticator`] sees of a request: `http::HeaderMap`, `http::request::Parts`, `http::Request`, and whatever
/// implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the head of a request",
    label = "has no headers that telemetry knows of",
    note = "`request =` takes an `http::HeaderMap`, `http::request::Parts` or `http::Request`, or a type that implements \
            `telemetry_runtime::services::RequestHead`"
)]
pub trait RequestHead {
    /// The first value of a header, if it is a text. Names are compared without regard to case.
    fn header(&self, name: &str) -> Option<&str>;

    /// The method, such as `GET`, where it is known.
    fn method(&self) -> Option<&str> {
        None
    }

    /// The path, where it is known.
    fn path(&self) -> Option<&str> {
        None
    }
}

impl RequestHead for http::HeaderMap {
    fn header(&self, name: &str) -> Option<&str> {
        self.get(name)?.to_str().ok()
    }
}

impl RequestHead for http::request::Parts {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.header(name)
    }

    fn method(&self) -> Option<&str> {
        Some(self.method.as_str())
    }

    fn path(&self) -> Option<&str> {
        Some(self.uri.path())
    }
}

impl<B> RequestHead for http::Request<B> {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers().header(name)
    }

    fn method(&self) -> Option<&str> {
        Some(http::Request::method(self).as_str())
    }

    fn path(&self) -> Option<&str> {
        Some(self.uri().path())
    }
}

impl<R: RequestHead + ?Sized> RequestHead for &R {
    fn header(&self, name: &str) -> Option<&str> {
        (**self).header(name)
    }

    fn method(&self) -> Option<&str> {
        (**self).method()
    }

    fn path(&self) -> Option<&str> {
        (**self).path()
    }
}

/// Tells who makes a request; the application's, given to
/// [`TelemetryBuilder::authenticator`](crate::TelemetryBuilder::authenticator).
///
/// It is asked before a span starts, on the thread that starts it, so it should know the answer: by a signature that it
/// checks, or by what a layer before has left. Where that takes an async call, make it yourself and give the result as
/// `credentials`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an authenticator",
    note = "implement `telemetry_runtime::services::Authenticator` for it"
)]
pub trait Authenticator: Send + Sync {
    /// Who makes the request.
    ///
    /// # Errors
    ///
    /// Where the request proves nobody; one without credentials is [`Principal::none`].
    fn authenticate(&self, request: &dyn RequestHead) -> Result<Principal, AuthenticationError>;
}

/// Why a request proves nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticationError {
    message: String,
}

impl AuthenticationError {
    /// An error with this text: a fragment without a period, and without secrets.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl fmt::Display for AuthenticationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for AuthenticationError {}

static AUTHENTICATOR: RwLock<Option<Arc<dyn Authenticator>>> = RwLock::new(None);

/// Asks this authenticator from now on, or nobody.
pub(crate) fn set_authenticator(authenticator: Option<Arc<dyn Authenticator>>) {
    let mut current = AUTHENTICATOR.write().unwrap_or_else(PoisonError::into_inner);
    let before = std::mem::replace(&mut *current, authenticator);
    drop(current);
    // Outside the lock: the authenticator is the user's, and may do anything when it goes.
    drop(before);
}

/// Who makes the request; `None` where nobody can tell, because no authenticator was given.
pub(crate) fn authenticate(request: &dyn RequestHead) -> Result<Option<Principal>, AuthenticationError> {
    let authenticator = AUTHENTICATOR.read().unwrap_or_else(PoisonError::into_inner).clone();
    authenticator.map(|authenticator| authenticator.authenticate(request)).transpose()
}

/// Whether an attribute is for the service to set: the principal's, always, and `enduser.id` while it must not be captured,
/// so that nobody smuggles it in.
#[inline]
pub(crate) fn is_reserved(key: &str, capture_end_user: bool) -> bool {
    key.starts_with("backstage.principal.") || (!capture_end_user && key == "enduser.id")
}
