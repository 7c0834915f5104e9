//! Telling an error from any other value, whatever its type implements.
//!
//! A [`Probe`] is asked with a method call, and which method is found depends on the type that it is for: one of an
//! `impl` whose bounds do not hold is passed over, and the search goes on at what the probe dereferences to. So without
//! specialisation, without a bound on the user's type and without a trait in scope the compiler picks what is known of an
//! error: `Error`, a box of one, `AsRef<dyn Error>`, `Display`, `Debug`, only that it is one; or that the value is none.
//!
//! Each level costs the compiler time in every function that returns a `Result`, so the commonest goes first.
//!
//! The methods have names of their own, because a trait of the user's that is implemented for every type can be in scope.
//!
//! No level asks for `'static`: the lookup does not see lifetimes, and would choose a level that the borrow checker
//! then refuses.

use std::any::type_name;
use std::error::Error;
use std::fmt::{self, Debug, Display};
use std::future::Future;
use std::marker::PhantomData;
use std::ops::Deref;

use super::{Call, CallEnd, CallPart};
use crate::context::provoke;
use crate::outcome::{ErrorInfo, TelemetryError};

/// Asks what is known of the type `R` of a result.
#[derive(Debug)]
pub struct Probe<R>(BoxedLevel<R>);

/// A probe for the type of `result`.
#[inline]
pub fn probe<R>(result: &R) -> Probe<R> {
    let _ = result;
    Probe::new()
}

/// A probe for the type of what `future` gives.
#[inline]
pub fn probe_output<F: Future>(future: &F) -> Probe<F::Output> {
    let _ = future;
    Probe::new()
}

/// What an error says of itself; see [`Probe::class_for_telemetry`].
pub trait Class<R> {
    /// Tells the call.
    fn tell(result: &R, end: &mut CallEnd);
}

/// How an error shows; see [`Probe::text_for_telemetry`].
pub trait Text<R> {
    /// Whether there is an error to be shown.
    fn is_error(result: &R) -> bool;

    /// Tells the call.
    fn tell(result: &R, end: &mut CallEnd);
}

/// Tells the call what it returned. The class comes first: of an expected error no text is made.
#[inline]
pub fn inspect<R, C: Class<R>, T: Text<R>>(result: &R, class: C, text: T, end: &mut CallEnd) {
    let _ = (class, text);
    C::tell(result, end);
    T::tell(result, end);
}

/// What is done with the result of a call.
pub trait Inspection<R, S: CallPart, M: CallPart> {
    /// Whether there is anything to be seen at this one.
    fn is_about(result: &R) -> bool {
        let _ = result;
        true
    }

    /// Looks at it.
    fn look(self, result: &R, call: &mut Call<S, M>);
}

impl<R, S: CallPart, M: CallPart, I: FnOnce(&R, &mut Call<S, M>)> Inspection<R, S, M> for I {
    #[inline]
    fn look(self, result: &R, call: &mut Call<S, M>) {
        self(result, call);
    }
}

/// Nothing is done with the result.
#[derive(Clone, Copy, Debug)]
pub struct NotInspected;

impl<R, S: CallPart, M: CallPart> Inspection<R, S, M> for NotInspected {
    #[inline]
    fn is_about(_: &R) -> bool {
        false
    }

    #[inline]
    fn look(self, _: &R, _: &mut Call<S, M>) {}
}

/// [`inspect`], later. In the place of a closure, which would cost the compiler far more.
#[derive(Clone, Copy, Debug)]
pub struct Inspected<C, T>(pub C, pub T);

impl<R, S: CallPart, M: CallPart, C: Class<R>, T: Text<R>> Inspection<R, S, M> for Inspected<C, T> {
    #[inline]
    fn is_about(result: &R) -> bool {
        T::is_error(result)
    }

    #[inline]
    fn look(self, result: &R, call: &mut Call<S, M>) {
        inspect(result, self.0, self.1, call);
    }
}

/// A level of the search, and what it dereferences to.
macro_rules! level {
    ($(#[$doc:meta])* $level:ident, $next:ident) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $level<R>($next<R>);

        impl<R> $level<R> {
            #[inline]
            const fn new() -> Self {
                Self($next::new())
            }
        }

        impl<R> Deref for $level<R> {
            type Target = $next<R>;

            #[inline]
            fn deref(&self) -> &$next<R> {
                &self.0
            }
        }
    };
}

/// The answer of a level: for errors with a bound, and what is done with such an error.
macro_rules! answer {
    ($(#[$doc:meta])* $answer:ident, $level:ident, $bound:path, |$end:ident, $error:ident| $tell:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $answer;

        impl<T, E: $bound> $level<Result<T, E>> {
            /// How the error shows.
            #[inline]
            pub fn text_for_telemetry(&self) -> $answer {
                $answer
            }
        }

        impl<T, E: $bound> Text<Result<T, E>> for $answer {
            #[inline]
            fn is_error(result: &Result<T, E>) -> bool {
                result.is_err()
            }

            #[inline]
            fn tell(result: &Result<T, E>, $end: &mut CallEnd) {
                if let Err($error) = result {
                    $tell
                }
            }
        }
    };
}

impl<R> Probe<R> {
    #[inline]
    const fn new() -> Self {
        Self(BoxedLevel::new())
    }
}

impl<R> Deref for Probe<R> {
    type Target = BoxedLevel<R>;

    #[inline]
    fn deref(&self) -> &BoxedLevel<R> {
        &self.0
    }
}

level!(
    /// The boxed errors of the standard library.
    BoxedLevel,
    WrapperLevel
);
level!(
    /// The wrappers that lend an `Error`, such as `anyhow::Error`.
    WrapperLevel,
    DisplayLevel
);
level!(
    /// The types with a text.
    DisplayLevel,
    DebugLevel
);
level!(
    /// The types that have a text for programmers only.
    DebugLevel,
    ResultLevel
);
level!(
    /// The errors of which nothing is known but their type.
    ResultLevel,
    AnyLevel
);

/// Everything else: a value that is no `Result` is no error.
#[derive(Debug)]
pub struct AnyLevel<R>(PhantomData<fn(&R)>);

impl<R> AnyLevel<R> {
    #[inline]
    const fn new() -> Self {
        Self(PhantomData)
    }
}

answer!(
    /// It implements `Error`.
    ShownByError,
    Probe,
    Error,
    |end, error| fail_with_error(end, type_name::<E>(), error)
);
answer!(
    /// It is an `Error` in a box.
    ShownByBox,
    BoxedLevel,
    BoxedError,
    |end, boxed| fail_with_error(end, type_name::<E>(), boxed.error())
);
answer!(
    /// It lends an `Error`.
    ShownByWrapper,
    WrapperLevel,
    LendsError,
    |end, wrapper| match provoke(|| wrapper.lend()) {
        Some(error) => fail_with_error(end, type_name::<E>(), error),
        None => end.fail(type_name::<E>(), |_| ()),
    }
);
answer!(
    /// It implements `Display`.
    ShownByDisplay,
    DisplayLevel,
    Display,
    |end, error| fail_with_text(end, type_name::<E>(), error)
);
answer!(
    /// It implements `Debug`.
    ShownByDebug,
    DebugLevel,
    Debug,
    |end, error| fail_with_text(end, type_name::<E>(), &AsDebug(error))
);
answer!(
    /// It shows nothing.
    ShownByType,
    ResultLevel,
    Anything,
    |end, error| {
        let _ = error;
        end.fail(type_name::<E>(), |_| ());
    }
);

/// It is no error.
#[derive(Clone, Copy, Debug)]
pub struct NotShown;

impl<R> AnyLevel<R> {
    /// How the error shows.
    #[expect(clippy::unused_self, reason = "the search for the method goes over the receiver")]
    #[inline]
    pub fn text_for_telemetry(&self) -> NotShown {
        NotShown
    }
}

impl<R> Text<R> for NotShown {
    #[inline]
    fn is_error(_: &R) -> bool {
        false
    }

    #[inline]
    fn tell(_: &R, _: &mut CallEnd) {}
}

/// It implements [`TelemetryError`].
#[derive(Clone, Copy, Debug)]
pub struct Classified;

/// It says nothing of itself.
#[derive(Clone, Copy, Debug)]
pub struct Unclassified;

impl<T, E: TelemetryError> Probe<Result<T, E>> {
    /// What the error says of itself.
    #[inline]
    pub fn class_for_telemetry(&self) -> Classified {
        Classified
    }
}

impl<R> BoxedLevel<R> {
    /// What the error says of itself.
    #[expect(clippy::unused_self, reason = "the search for the method goes over the receiver")]
    #[inline]
    pub fn class_for_telemetry(&self) -> Unclassified {
        Unclassified
    }
}

impl<T, E: TelemetryError> Class<Result<T, E>> for Classified {
    #[inline]
    fn tell(result: &Result<T, E>, end: &mut CallEnd) {
        if let Err(error) = result {
            end.classify(ErrorInfo::classified(type_name::<E>(), error));
        }
    }
}

impl<R> Class<R> for Unclassified {
    #[inline]
    fn tell(_: &R, _: &mut CallEnd) {}
}

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

/// `AsRef<dyn Error>`, as a path.
pub trait LendsError {
    /// The error.
    fn lend(&self) -> &(dyn Error + 'static);
}

impl<E: AsRef<dyn Error>> LendsError for E {
    fn lend(&self) -> &(dyn Error + 'static) {
        self.as_ref()
    }
}

/// No bound, as a path.
pub trait Anything {}

impl<E> Anything for E {}

/// Shows a value by its `Debug` form.
struct AsDebug<'a, E>(&'a E);

impl<E: Debug> Display for AsDebug<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cold]
fn fail_with_error(end: &mut CallEnd, type_name: &'static str, error: &(dyn Error + '_)) {
    end.fail(type_name, |info| info.add_texts(error, provoke(|| error.source()).flatten()));
}

#[cold]
fn fail_with_text(end: &mut CallEnd, type_name: &'static str, text: &dyn Display) {
    end.fail(type_name, |info| info.add_texts(text, None));
}

/// What generated code does with the result of a call.
#[cfg(test)]
macro_rules! tell {
    ($out:expr, $call:expr) => {{
        let probe = crate::call::probe($out);
        crate::call::inspect($out, probe.class_for_telemetry(), probe.text_for_telemetry(), $call);
    }};
}

#[cfg(test)]
pub(crate) use tell;
