//! Observables: instruments that are read at collection.

use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use super::attributes::MetricAttributes;
use super::descriptor::Descriptor;
use super::health::{self, Drop as Dropped};
use super::number::MetricNumber;
use super::registry::{self, Family};
use super::snapshot::{AttributeData, Attributes, Number};
use super::store::{Busy, lock};
use crate::plugin::Scope;

/// What a callback reports to.
#[derive(Debug)]
pub struct Observer<'a, T: MetricNumber, A: MetricAttributes = ()> {
    sink: &'a mut Observations,
    _types: PhantomData<fn(T, A)>,
}

/// The observations of one callback in one collection.
#[derive(Debug)]
pub(crate) struct Observations {
    descriptor: &'static Descriptor,
    points: Vec<(Attributes, u64)>,
    /// The most series beside the overflow series.
    limit: usize,
}

impl<T: MetricNumber> Observer<'_, T, ()> {
    /// Reports the value.
    pub fn observe(&mut self, value: T) {
        self.observe_with(value, ());
    }
}

impl<T: MetricNumber, A: MetricAttributes> Observer<'_, T, A> {
    /// Reports the value of one attribute set; of two values for one set the last counts.
    ///
    /// A NaN or an infinite value is dropped and counted, and so is a negative one of a counter.
    #[expect(clippy::needless_pass_by_value, reason = "a set is a small value that is written in place")]
    pub fn observe_with<B: MetricAttributes<Schema = A::Schema>>(&mut self, value: T, attributes: B) {
        let monotonic = self.sink.descriptor.kind.is_monotonic();
        if !value.is_finite() || (monotonic && value.is_negative()) {
            return health::dropped(Dropped::Value);
        }
        let attributes = observed_attributes(self.sink.descriptor, &attributes);
        self.sink.put(attributes, value.to_bits());
    }
}

impl Observations {
    fn put(&mut self, attributes: Attributes, bits: u64) {
        if let Some(point) = self.points.iter_mut().find(|(known, _)| *known == attributes) {
            point.1 = bits;
        } else if self.points.len() < self.limit {
            self.points.push((attributes, bits));
        } else {
            self.overflow(bits);
        }
    }

    /// Sums of what goes beyond the limit are kept whole; of gauges the last value is.
    fn overflow(&mut self, bits: u64) {
        let overflow: Attributes = [("otel.metric.overflow".into(), AttributeData::Bool(true))].into();
        let descriptor = self.descriptor;
        match self.points.iter_mut().rev().find(|(attributes, _)| *attributes == overflow) {
            Some(point) if descriptor.kind.is_sum() => point.1 = descriptor.number.sum(point.1, bits),
            Some(point) => point.1 = bits,
            None => self.points.push((overflow, bits)),
        }
    }
}

fn observed_attributes<A: MetricAttributes>(descriptor: &'static Descriptor, attributes: &A) -> Attributes {
    if let Some(free) = attributes.free() {
        let mut pairs: Vec<_> = Vec::with_capacity(free.len());
        for (key, value) in free {
            pairs.push(((*key).to_owned().into(), value.to_data()));
        }
        return registry::canonical(pairs).into();
    }
    let keys = if A::KEYS.is_empty() { descriptor.attribute_keys } else { A::KEYS };
    let key = |position: usize| match keys.get(position) {
        Some(key) => (*key).into(),
        None => format!("attribute.{position}").into(),
    };
    let mut pairs = Vec::new();
    A::values(attributes.index(), &mut |position, data| pairs.push((key(position), data)));
    attributes.labels(&mut |position, text| {
        pairs.push((key(position), AttributeData::String(text.to_owned().into())));
    });
    registry::canonical(pairs).into()
}

/// Runs a callback once, apart from any collection; a panic is its caller's.
pub(crate) fn observe_once<T: MetricNumber, A: MetricAttributes>(
    descriptor: &'static Descriptor,
    callback: &dyn Fn(&mut Observer<'_, T, A>),
) -> Vec<(Attributes, Number)> {
    let mut observations =
        Observations { descriptor, points: Vec::new(), limit: registry::cardinality_limit() };
    callback(&mut Observer { sink: &mut observations, _types: PhantomData });
    let number = |bits| descriptor.number.number(bits);
    observations.points.into_iter().map(|(attributes, bits)| (attributes, number(bits))).collect()
}

/// A function as the callback of an observable instrument, in a form that can stand in a constant.
#[derive(Debug)]
pub struct Callback<T: MetricNumber, A: MetricAttributes = ()>(fn(&mut Observer<'_, T, A>));

impl<T: MetricNumber, A: MetricAttributes> Callback<T, A> {
    /// The callback that calls this function.
    #[must_use]
    pub const fn new(function: fn(&mut Observer<'_, T, A>)) -> Self {
        Self(function)
    }
}

/// A callback whose types are forgotten.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the callback of an instrument",
    note = "name a `fn(&mut Observer<'_, T, A>)` in `#[metric(callback = ..)]`, where `T` and `A` are those of the instrument"
)]
pub trait ObserveStatic: Sync {
    /// Runs the callback.
    #[doc(hidden)]
    fn observe(&self, sink: Sink<'_>);
}

/// Where a callback whose types are forgotten puts its observations.
#[derive(Debug)]
pub struct Sink<'a>(&'a mut Observations);

impl<T: MetricNumber, A: MetricAttributes> ObserveStatic for Callback<T, A> {
    fn observe(&self, sink: Sink<'_>) {
        (self.0)(&mut Observer { sink: sink.0, _types: PhantomData });
    }
}

type Run = dyn Fn(&mut Observations) + Send + Sync;

struct Registered {
    descriptor: &'static Descriptor,
    scope: Scope,
    /// Whether it comes from a declaration and stays for ever.
    declared: bool,
    /// The capture that it was added in, whose readings alone run it; 0 for none.
    capture: u64,
    run: Box<Run>,
}

impl Registered {
    /// Whether it runs where this capture is read. What was added outside of all does so in the place of one that is missing.
    fn runs_for(&self, capture: u64, added: &[Arc<Self>]) -> bool {
        let is_of_capture = |other: &Arc<Self>| {
            other.capture == capture
                && std::ptr::eq(other.descriptor, self.descriptor)
                && other.scope == self.scope
        };
        self.capture == capture || self.declared || self.capture == 0 && !added.iter().any(is_of_capture)
    }
}

/// The capture of the current context; 0 for none.
fn capture() -> u64 {
    #[cfg(any(test, feature = "testing"))]
    if let Some(isolated) = super::store::Isolated::current() {
        return isolated.id();
    }
    0
}

static CALLBACKS: Mutex<Vec<Arc<Registered>>> = Mutex::new(Vec::new());

/// A callback that was added at run time. Dropping the handle removes it: the instrument stops reporting what the
/// callback reported.
#[derive(Debug)]
#[must_use = "dropping the handle removes the callback; `keep` keeps it for the life of the process"]
pub struct CallbackHandle {
    /// The address of the entry; 0 if there is none.
    entry: usize,
}

impl CallbackHandle {
    /// Stands for no callback.
    pub(crate) const fn none() -> Self {
        Self { entry: 0 }
    }

    /// Keeps the callback for the life of the process.
    pub fn keep(mut self) {
        self.entry = 0;
    }
}

impl Drop for CallbackHandle {
    fn drop(&mut self) {
        if self.entry == 0 {
            return;
        }
        // Removed under the lock, dropped after it: what the callback owns may do anything when it goes.
        let removed = Busy::enter().and_then(|busy| {
            let mut callbacks = lock(&busy, &CALLBACKS);
            let at = callbacks.iter().position(|entry| Arc::as_ptr(entry).addr() == self.entry)?;
            Some(callbacks.remove(at))
        });
        drop(removed);
    }
}

/// Adds a callback for an instrument.
pub(crate) fn add<T: MetricNumber, A: MetricAttributes + 'static>(
    descriptor: &'static Descriptor,
    scope: Scope,
    callback: impl Fn(&mut Observer<'_, T, A>) + Send + Sync + 'static,
) -> CallbackHandle {
    let entry = Arc::new(Registered {
        descriptor,
        scope,
        declared: false,
        capture: capture(),
        run: Box::new(move |sink| {
            callback(&mut Observer { sink, _types: PhantomData });
        }),
    });
    let address = Arc::as_ptr(&entry).addr();
    match Busy::enter() {
        Some(busy) => {
            registry::family(&busy, descriptor, scope);
            lock(&busy, &CALLBACKS).push(entry);
            CallbackHandle { entry: address }
        }
        None => CallbackHandle { entry: 0 },
    }
}

/// Registers an observable metric in a scope, and adds its declared callback for that scope unless it is there.
pub(crate) fn adopt(descriptor: &'static Descriptor, scope: Scope) {
    let Some(busy) = Busy::enter() else {
        return;
    };
    registry::family(&busy, descriptor, scope);
    if scope == descriptor.scope {
        return;
    }
    let declared = registry::static_callbacks().find(|(other, _)| std::ptr::eq(*other, descriptor));
    let Some((_, callback)) = declared else {
        return;
    };
    let mut callbacks = lock(&busy, &CALLBACKS);
    let known = |entry: &Arc<Registered>| {
        entry.declared && std::ptr::eq(entry.descriptor, descriptor) && entry.scope == scope
    };
    if !callbacks.iter().any(known) {
        callbacks.push(Arc::new(Registered {
            descriptor,
            scope,
            declared: true,
            capture: 0,
            run: Box::new(|observations| callback.observe(Sink(observations))),
        }));
    }
}

/// What the callbacks of one run reported, by metric.
pub(crate) type Observed = Vec<(&'static Family, Vec<(Attributes, u64)>)>;

/// Runs the callbacks of the metrics that are wanted once.
///
/// No lock is held while a callback runs, so it may record, make instruments and add callbacks. One that panics is
/// counted; its observations of this run are left out, and the others are not affected.
pub(crate) fn run(is_wanted: &dyn Fn(&Descriptor) -> bool) -> Observed {
    let Some(added) = Busy::enter().map(|busy| lock(&busy, &CALLBACKS).clone()) else {
        return Vec::new();
    };
    let declared = registry::static_callbacks().filter(|(descriptor, _)| is_wanted(descriptor));
    let declared = declared.filter_map(|(descriptor, callback)| {
        run_one(descriptor, descriptor.scope, &|observations| callback.observe(Sink(observations)))
    });
    let capture = capture();
    let added = added
        .iter()
        .filter(|entry| is_wanted(entry.descriptor) && entry.runs_for(capture, &added))
        .filter_map(|entry| run_one(entry.descriptor, entry.scope, &entry.run));
    declared.chain(added).collect()
}

fn run_one(
    descriptor: &'static Descriptor,
    scope: Scope,
    callback: &dyn Fn(&mut Observations),
) -> Option<(&'static Family, Vec<(Attributes, u64)>)> {
    let family = Busy::enter().map(|busy| registry::family(&busy, descriptor, scope))?;
    let mut observations = Observations { descriptor, points: Vec::new(), limit: family.cardinality_limit() };
    // The observations are thrown away with the panic, so that nothing half done is seen.
    if catch_unwind(AssertUnwindSafe(|| callback(&mut observations))).is_err() {
        health::dropped(Dropped::Callback);
        return None;
    }
    Some((family, observations.points))
}
