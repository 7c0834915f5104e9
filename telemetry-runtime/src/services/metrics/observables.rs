//! The handles of the three instruments that are read at collection, and their callbacks.

use std::any::Any;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::backend::{self, ObserverCallback};
use super::builder::BuildInstrument;
use super::handle::Handle;
use crate::metrics::{
    CallbackHandle, CounterNumber, Descriptor, DynamicObservableCounter, DynamicObservableGauge,
    DynamicObservableUpDownCounter, FreeAttributes, GaugeNumber, Observer, UpDownNumber, observe_once,
};
use crate::plugin::Scope;

macro_rules! observables {
    ($($(#[$doc:meta])* $handle:ident<$number:ident>: $stored:ident;)+) => {$(
        $(#[$doc])*
        ///
        /// Its values come from callbacks, which run once per collection, whatever the number of exporters. One that panics
        /// is counted and reports nothing in this collection; the others are not affected.
        #[derive(Clone, Debug)]
        pub struct $handle<T: $number>(Option<Arc<Handle<$stored<T>>>>);

        impl<T: $number> BuildInstrument for $handle<T> {
            type Stored = $stored<T>;

            fn from_handle(handle: Option<Arc<Handle<$stored<T>>>>) -> Self {
                Self(handle)
            }
        }

        impl<T: $number> $handle<T> {
            /// Adds a callback, until the token that is returned is dropped. Once it is removed, what it reported is no
            /// longer exported.
            pub fn add_callback(
                &self,
                callback: impl Fn(&mut Observer<'_, T, FreeAttributes<'static>>) + Send + Sync + 'static,
            ) -> CallbackToken {
                let Some(handle) = &self.0 else { return CallbackToken(None) };
                let callback = Arc::new(callback);
                let (stored, in_store) = (handle.stored.clone(), Arc::clone(&callback));
                let (descriptor, scope) = (handle.target.descriptor, handle.target.scope);
                CallbackToken::add(Added {
                    descriptor,
                    scope,
                    // Both forms call one closure, and one of them at a time is registered.
                    store: Box::new(move || {
                        let callback = Arc::clone(&in_store);
                        stored.observe_with(move |observer| callback(observer))
                    }),
                    replaced: Arc::new(move |emit| {
                        for (attributes, number) in observe_once(descriptor, &*callback) {
                            emit(number, &attributes);
                        }
                    }),
                    place: Mutex::new(Place::Nowhere),
                })
            }

            /// Whether it is an instrument; `false` for one that could not be made, and calls nothing.
            pub fn is_recorded(&self) -> bool {
                self.0.is_some()
            }
        }
    )+};
}

observables! {
    /// An observable counter by hand: a growing sum that is known elsewhere. Callbacks report the whole sum.
    ObservableCounterHandle<CounterNumber>: DynamicObservableCounter;
    /// An observable up-down counter by hand: a sum that goes up and down and is known elsewhere. Callbacks report the whole
    /// sum.
    ObservableUpDownCounterHandle<UpDownNumber>: DynamicObservableUpDownCounter;
    /// An observable gauge by hand: a value that is measured when it is asked for.
    ObservableGaugeHandle<GaugeNumber>: DynamicObservableGauge;
}

/// A callback that was added. Dropping the token removes it.
#[derive(Debug)]
#[must_use = "dropping the token removes the callback; `keep` keeps it for the life of the process"]
pub struct CallbackToken(Option<Arc<Added>>);

/// A callback, and where it is registered at the moment.
struct Added {
    descriptor: &'static Descriptor,
    scope: Scope,
    store: Box<dyn Fn() -> CallbackHandle + Send + Sync>,
    replaced: ObserverCallback,
    place: Mutex<Place>,
}

#[expect(dead_code, reason = "a registration is held to be dropped")]
enum Place {
    Nowhere,
    Store(CallbackHandle),
    Backend(Box<dyn Any + Send + Sync>),
}

/// Every callback that was not removed, so that it can move when the backend changes.
static ADDED: Mutex<Vec<Weak<Added>>> = Mutex::new(Vec::new());

impl CallbackToken {
    fn add(added: Added) -> Self {
        let added = Arc::new(added);
        {
            let mut all = lock(&ADDED);
            all.retain(|known| known.strong_count() > 0);
            all.push(Arc::downgrade(&added));
        }
        added.register();
        Self(Some(added))
    }

    /// Removes the callback, as dropping the token does.
    pub fn remove(self) {}

    /// Keeps the callback for the life of the process.
    pub fn keep(mut self) {
        if let Some(added) = self.0.take() {
            std::mem::forget(added);
        }
    }
}

impl Added {
    /// Registers the callback where services record now, and removes it from where it was.
    fn register(&self) {
        let place = match backend::installed() {
            None => Place::Store((self.store)()),
            Some(installed) => {
                let spec = installed.spec(self.descriptor, self.scope);
                Place::Backend(installed.backend.observe(&spec, Arc::clone(&self.replaced)))
            }
        };
        let before = std::mem::replace(&mut *lock(&self.place), place);
        // Outside the lock: what the registration holds may do anything when it goes.
        drop(before);
    }
}

impl std::fmt::Debug for Added {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Added").field(&self.descriptor.name()).finish()
    }
}

/// Registers every callback anew, after the backend has changed.
pub(super) fn move_callbacks() {
    let all: Vec<Arc<Added>> = lock(&ADDED).iter().filter_map(Weak::upgrade).collect();
    for added in all {
        added.register();
    }
}

// What is kept under these locks is whole between any two statements that could panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
