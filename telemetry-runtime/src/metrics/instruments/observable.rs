//! The instruments that are read at collection.

use std::fmt;
use std::marker::PhantomData;

use crate::metrics::attributes::MetricAttributes;
use crate::metrics::callbacks::{self, Callback, CallbackHandle, Observer};
use crate::metrics::descriptor::Descriptor;
use crate::metrics::number::{CounterNumber, GaugeNumber, UpDownNumber};
use crate::plugin::Scope;

macro_rules! observable {
    ($(#[$doc:meta])* $name:ident, $number:ident) => {
        $(#[$doc])*
        ///
        /// Its values come from callbacks: a function that is named in the declaration, or closures that are added with
        /// [`observe_with`](Self::observe_with). A callback runs once per collection, whatever the number of exporters.
        /// It may record metrics and make instruments; one that panics is counted and reports nothing in this
        /// collection.
        pub struct $name<T: $number, A: MetricAttributes = ()> {
            descriptor: &'static Descriptor,
            scope: Scope,
            _types: PhantomData<fn(T, A)>,
        }

        impl<T: $number, A: MetricAttributes> $name<T, A> {
            /// The instrument of a declaration.
            #[doc(hidden)]
            #[must_use]
            pub const fn declared(descriptor: &'static Descriptor) -> Self {
                Self {
                    descriptor,
                    scope: descriptor.scope,
                    _types: PhantomData,
                }
            }

            /// The same metric for another plugin, with a declared callback. That one is added once and stays.
            #[must_use]
            pub fn in_scope(descriptor: &'static Descriptor, scope: Scope) -> Self {
                if !cfg!(feature = "off") {
                    callbacks::adopt(descriptor, scope);
                }
                Self {
                    descriptor,
                    scope,
                    _types: PhantomData,
                }
            }
        }

        impl<T: $number, A: MetricAttributes> $name<T, A> {
            /// A function as the callback, in the form that a declaration takes.
            #[doc(hidden)]
            #[must_use]
            pub const fn callback(function: fn(&mut Observer<'_, T, A>)) -> Callback<T, A> {
                Callback::new(function)
            }
        }

        impl<T: $number, A: MetricAttributes + 'static> $name<T, A> {
            /// Adds a callback. It stays until the returned handle is dropped.
            pub fn observe_with(
                &self,
                callback: impl Fn(&mut Observer<'_, T, A>) + Send + Sync + 'static,
            ) -> CallbackHandle {
                if cfg!(feature = "off") {
                    return CallbackHandle::none();
                }
                callbacks::add(self.descriptor, self.scope, callback)
            }
        }

        /// A clone is the same metric.
        impl<T: $number, A: MetricAttributes> Clone for $name<T, A> {
            fn clone(&self) -> Self {
                Self { descriptor: self.descriptor, scope: self.scope, _types: PhantomData }
            }
        }

        impl<T: $number, A: MetricAttributes> fmt::Debug for $name<T, A> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.descriptor.name).finish()
            }
        }
    };
}

observable!(
    /// A sum that only grows and is known elsewhere, such as the CPU time of the process.
    ///
    /// `T` is `u64` or `f64`; `A` is the type of the attributes, `()` for none. Callbacks report the whole sum.
    ObservableCounter,
    CounterNumber
);
observable!(
    /// A sum that goes up and down and is known elsewhere, such as the length of a queue.
    ///
    /// `T` is `i64` or `f64`; `A` is the type of the attributes, `()` for none. Callbacks report the whole sum.
    ObservableUpDownCounter,
    UpDownNumber
);
observable!(
    /// A value that is measured when it is asked for, such as a temperature or the number of entities.
    ///
    /// `T` is `u64`, `i64` or `f64`; `A` is the type of the attributes, `()` for none.
    ObservableGauge,
    GaugeNumber
);
