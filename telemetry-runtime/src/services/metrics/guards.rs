//! Guards that record when they are dropped.

use std::thread;

use super::instruments::{HistogramHandle, UpDownCounterHandle};
use crate::call::CallEnd;
use crate::clock::Moment;
use crate::metrics::{AttributeData, AttributeRef};
use crate::outcome::Outcome;
use crate::services::SpanOutput;

/// Attributes that a guard keeps until it records.
#[derive(Debug, Default)]
struct Kept(Vec<(String, AttributeData)>);

impl Kept {
    fn set(&mut self, key: &str, value: AttributeRef<'_>) {
        self.0.push((key.to_owned(), value.to_data()));
    }

    fn with<R>(&self, f: impl FnOnce(&[(&str, AttributeRef<'_>)]) -> R) -> R {
        let pairs = self.0.iter().filter_map(|(key, value)| Some((key.as_str(), AttributeRef::of(value)?)));
        f(&pairs.collect::<Vec<_>>())
    }
}

/// A time that is being measured; from [`HistogramHandle::start_timer`].
///
/// Dropping it records the time since its start, with `outcome="ok"`, or `outcome="panic"` while the thread unwinds. A
/// timer that is told the result of the work by [`Timer::finish`] records that one instead.
#[derive(Debug)]
#[must_use = "a timer records when it is dropped"]
pub struct Timer {
    histogram: HistogramHandle<f64>,
    attributes: Kept,
    started: Moment,
    per_second: f64,
    unwinding: bool,
    recorded: bool,
}

impl Timer {
    pub(super) fn new(histogram: HistogramHandle<f64>, unit: &str) -> Self {
        Self {
            histogram,
            attributes: Kept::default(),
            started: Moment::now(),
            per_second: per_second(unit),
            unwinding: thread::panicking(),
            recorded: false,
        }
    }

    /// Sets an attribute of the measurement.
    pub fn attribute<'a>(mut self, key: &str, value: impl Into<AttributeRef<'a>>) -> Self {
        self.set_attribute(key, value);
        self
    }

    /// The same for a timer that is kept.
    pub fn set_attribute<'a>(&mut self, key: &str, value: impl Into<AttributeRef<'a>>) {
        self.attributes.set(key, value.into());
    }

    /// Records the time, with the outcome that the result of the work stands for; of an error that is one of few, with
    /// `error.type`, too.
    pub fn finish(mut self, result: &impl SpanOutput) {
        let mut end = CallEnd::now(self.started, false);
        SpanOutput::tell_call(result, &mut end);
        if let Some(kind) = end.bounded_error() {
            self.attributes.set("error.type", kind.into());
        }
        self.record(end.outcome());
    }

    /// Records nothing.
    pub fn discard(mut self) {
        self.recorded = true;
    }

    fn record(&mut self, outcome: Outcome) {
        if std::mem::replace(&mut self.recorded, true) {
            return;
        }
        let time = Moment::now().seconds_since(self.started) * self.per_second;
        self.attributes.set("outcome", outcome.as_str().into());
        self.attributes.with(|attributes| self.histogram.record_with(time, attributes));
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        let panics = thread::panicking() && !self.unwinding;
        self.record(if panics { Outcome::Panic } else { Outcome::Ok });
    }
}

/// How many of a unit of time a second is; of any other unit, as of seconds.
fn per_second(unit: &str) -> f64 {
    match unit {
        "ms" => 1e3,
        "us" => 1e6,
        "ns" => 1e9,
        "min" => 1.0 / 60.0,
        "h" => 1.0 / 3600.0,
        _ => 1.0,
    }
}

/// One thing in flight; from [`UpDownCounterHandle::in_flight`]. Dropping it counts down again.
#[derive(Debug)]
#[must_use = "it is in flight until the guard is dropped"]
pub struct InFlight {
    counter: UpDownCounterHandle<i64>,
    attributes: Kept,
}

impl InFlight {
    pub(super) fn new(counter: UpDownCounterHandle<i64>, attributes: &[(&str, AttributeRef<'_>)]) -> Self {
        let mut kept = Kept::default();
        for (key, value) in attributes {
            kept.set(key, *value);
        }
        counter.add_with(1, attributes);
        Self { counter, attributes: kept }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.attributes.with(|attributes| self.counter.add_with(-1, attributes));
    }
}
