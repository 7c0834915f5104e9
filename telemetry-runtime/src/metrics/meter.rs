//! Instruments that are made at run time, with names and attributes that the compiler does not know.

use std::marker::PhantomData;
use std::panic::Location;

use telemetry_naming::check;

use super::attributes::FreeAttributes;
use super::descriptor::{Descriptor, InstrumentKind};
use super::instruments::{
    Counter, Gauge, Histogram, Instrument, ObservableCounter, ObservableGauge, ObservableUpDownCounter,
    UpDownCounter,
};
use super::number::{CounterNumber, GaugeNumber, HistogramNumber, UpDownNumber};
use super::registry;
use super::store::Busy;
use crate::error::{Error, ErrorKind};
use crate::plugin::{Scope, ScopeKind};

/// A counter whose attributes are free.
pub type DynamicCounter<T> = Counter<T, FreeAttributes<'static>>;
/// An up-down counter whose attributes are free.
pub type DynamicUpDownCounter<T> = UpDownCounter<T, FreeAttributes<'static>>;
/// A histogram whose attributes are free.
pub type DynamicHistogram<T> = Histogram<T, FreeAttributes<'static>>;
/// A gauge whose attributes are free.
pub type DynamicGauge<T> = Gauge<T, FreeAttributes<'static>>;
/// An observable counter whose attributes are free.
pub type DynamicObservableCounter<T> = ObservableCounter<T, FreeAttributes<'static>>;
/// An observable up-down counter whose attributes are free.
pub type DynamicObservableUpDownCounter<T> = ObservableUpDownCounter<T, FreeAttributes<'static>>;
/// An observable gauge whose attributes are free.
pub type DynamicObservableGauge<T> = ObservableGauge<T, FreeAttributes<'static>>;

/// Makes the instruments of one plugin or core service at run time.
///
/// An instrument lives as long as the process: asking for an equal one gives the same values. Its series are bounded by
/// `telemetry.metrics.cardinalityLimit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meter {
    scope: Scope,
}

/// A run-time instrument before it is made.
#[derive(Debug)]
#[must_use = "the instrument is made by `build`"]
pub struct InstrumentBuilder<'a, I> {
    scope: Scope,
    kind: InstrumentKind,
    name: &'a str,
    unit: &'a str,
    description: &'a str,
    bounds: Option<&'a [f64]>,
    _instrument: PhantomData<fn() -> I>,
}

/// An instrument that can be made at run time.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be made at run time",
    note = "use an instrument of `u64`, `i64` or `f64` whose attributes are `FreeAttributes`, as the methods of the meter make it"
)]
pub trait RunTimeInstrument: Instrument + Sized {
    /// The instrument of a declaration.
    #[doc(hidden)]
    fn make(descriptor: &'static Descriptor, scope: Scope) -> Self;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $method:ident: $instrument:ident<$number:ident> = $kind:ident),+ $(,)?) => {
        impl Meter {
            /// The meter of a plugin or core service.
            #[must_use]
            pub const fn new(scope: Scope) -> Self {
                Self { scope }
            }

            $($(#[$doc])*
            ///
            /// The name is `{category}.{name}`, or `::` and the whole name for one that gets no prefix.
            pub fn $method<'a, T: $number>(
                &self,
                name: &'a str,
            ) -> InstrumentBuilder<'a, $instrument<T, FreeAttributes<'static>>> {
                InstrumentBuilder::new(self.scope, InstrumentKind::$kind, name)
            })+
        }

        $(impl<T: $number> RunTimeInstrument for $instrument<T, FreeAttributes<'static>> {
            fn make(descriptor: &'static Descriptor, scope: Scope) -> Self {
                Self::in_scope(descriptor, scope)
            }
        })+
    };
}

kinds! {
    /// A sum that only grows, of `u64` or `f64`.
    counter: Counter<CounterNumber> = Counter,
    /// A sum that goes up and down, of `i64` or `f64`.
    up_down_counter: UpDownCounter<UpDownNumber> = UpDownCounter,
    /// A distribution, of `u64` or `f64`.
    histogram: Histogram<HistogramNumber> = Histogram,
    /// A last value, of `u64`, `i64` or `f64`.
    gauge: Gauge<GaugeNumber> = Gauge,
    /// A growing sum that is read at collection, of `u64` or `f64`.
    observable_counter: ObservableCounter<CounterNumber> = ObservableCounter,
    /// A sum that goes up and down and is read at collection, of `i64` or `f64`.
    observable_up_down_counter: ObservableUpDownCounter<UpDownNumber> = ObservableUpDownCounter,
    /// A value that is read at collection, of `u64`, `i64` or `f64`.
    observable_gauge: ObservableGauge<GaugeNumber> = ObservableGauge,
}

impl<'a, I: RunTimeInstrument> InstrumentBuilder<'a, I> {
    pub(crate) fn new(scope: Scope, kind: InstrumentKind, name: &'a str) -> Self {
        Self { scope, kind, name, unit: "", description: "", bounds: None, _instrument: PhantomData }
    }

    pub(crate) fn scope(&self) -> Scope {
        self.scope
    }

    pub(crate) fn name(&self) -> &'a str {
        self.name
    }

    /// Sets the UCUM unit.
    pub fn unit(mut self, unit: &'a str) -> Self {
        self.unit = unit;
        self
    }

    /// Sets the description.
    pub fn description(mut self, description: &'a str) -> Self {
        self.description = description;
        self
    }

    /// Sets the upper bounds of a histogram's buckets, finite and strictly increasing. Without them a histogram in `s` has
    /// bounds from 5 ms to 10 s, and any other OpenTelemetry's default bounds. Other instruments have no buckets.
    pub fn boundaries(mut self, bounds: &'a [f64]) -> Self {
        self.bounds = Some(bounds);
        self
    }

    /// Makes the instrument, or gives the one that was made or declared before.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Name`] if the name or unit breaks a naming rule, or the bounds are not finite and strictly
    /// increasing. [`ErrorKind::Conflict`] if the metric exists with another kind, number type, unit or other buckets; the
    /// text names both places.
    #[track_caller]
    pub fn build(self) -> Result<I, Error> {
        self.build_described().map(|(instrument, _)| instrument)
    }

    /// The same, with the declaration that the instrument has now.
    #[track_caller]
    pub(crate) fn build_described(self) -> Result<(I, &'static Descriptor), Error> {
        self.check()?;
        let location = Location::caller();
        let Some(busy) = Busy::enter() else {
            return Err(Error::new(
                ErrorKind::System,
                "an instrument cannot be made while memory is allocated",
            ));
        };
        registry::register_declared(&busy);
        let text = |text: &str| registry::keep_text(&busy, text);
        let wanted = Descriptor {
            unit: text(self.unit),
            description: text(self.description),
            bounds: self.bounds.map(|bounds| registry::keep_bounds(&busy, bounds)),
            keys_of_expression: true,
            location,
            ..Descriptor::new(self.kind, I::NUMBER, self.scope, text(self.name), "")
        };
        let descriptor = registry::keep(&busy, wanted)
            .map_err(|conflict| Error::new(ErrorKind::Conflict, conflict.to_string()))?;
        drop(busy);
        Ok((I::make(descriptor, self.scope), descriptor))
    }

    fn check(&self) -> Result<(), Error> {
        let owner = match self.scope.kind() {
            ScopeKind::Plugin => "plugin",
            ScopeKind::Core => "core",
        };
        let error = |error: telemetry_naming::NameError, text: &str| {
            Error::new(ErrorKind::Name, format!("{} ({})", error.quoting(text), error.help()))
        };
        check::metric_name_grammar(self.name)
            .and_then(|()| check::prefixed_length(owner, self.scope.id(), self.name))
            .map_err(|e| error(e, self.name))?;
        if !self.unit.is_empty() {
            check::unit(self.unit).map_err(|e| error(e, self.unit))?;
        }
        if let Some(bounds) = self.bounds {
            if self.kind != InstrumentKind::Histogram {
                let text = format!("metric `{}` is no histogram, so it has no buckets", self.name);
                return Err(Error::new(ErrorKind::Name, text));
            }
            if bounds.iter().any(|bound| !bound.is_finite()) || bounds.windows(2).any(|two| two[0] >= two[1])
            {
                let text = format!(
                    "buckets of metric `{}` must be finite and strictly increasing, but are {bounds:?}",
                    self.name
                );
                return Err(Error::new(ErrorKind::Name, text));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::MetricData;
    use crate::metrics::testing::{metric, numbers};

    const OWNER: Scope = Scope::plugin("m-meter");

    #[test]
    fn equal_requests_give_one_metric() {
        let meter = Meter::new(OWNER);
        for _ in 0..2 {
            let counter =
                meter.counter::<u64>("jobs.done").unit("{job}").description("Jobs.").build().unwrap();
            counter.add_with(1, FreeAttributes(&[("queue", "fast".into()), ("retry", false.into())]));
        }
        let points = numbers("m-meter", "jobs.done");
        assert_eq!(points, [("queue=fast,retry=false".to_owned(), 2.0)]);
    }

    #[test]
    fn keys_and_values_of_any_length_make_series_of_their_own() {
        let counter = Meter::new(Scope::plugin("m-lengths")).counter::<u64>("texts.seen").build().unwrap();
        let mut sets = Vec::new();
        for length in [0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 100] {
            let plain = "x".repeat(length);
            let mut changed = plain.clone();
            changed.replace_range(length / 2..length.min(length / 2 + 1), "-");
            sets.extend([("text".to_owned(), plain.clone()), ("text".to_owned(), changed.clone())]);
            sets.extend([(format!("key.{plain}"), plain), (format!("key.{changed}"), changed)]);
        }
        sets.sort();
        sets.dedup();
        for _ in 0..2 {
            for (key, value) in &sets {
                counter.add_with(1, FreeAttributes(&[(key, value.into()), ("number", 1.into())]));
            }
        }
        let points = numbers("m-lengths", "texts.seen");
        assert_eq!(points.len(), sets.len());
        assert!(points.iter().all(|(_, value)| value.to_bits() == 2.0_f64.to_bits()), "{points:?}");
    }

    #[test]
    fn all_seven_can_be_made() {
        let meter = Meter::new(OWNER);
        let none = FreeAttributes(&[]);
        meter.counter::<f64>("all.counter").build().unwrap().add_with(0.5, none);
        meter.up_down_counter::<i64>("all.up").build().unwrap().add_with(-1, none);
        meter.gauge::<i64>("all.gauge").build().unwrap().set_with(-7, none);
        let histogram = meter.histogram::<f64>("all.time").unit("s").boundaries(&[1.0, 2.0]).build().unwrap();
        histogram.record_with(1.5, none);
        let observe = meter.observable_counter::<u64>("all.seen").build().unwrap();
        observe.observe_with(move |observer| observer.observe_with(3, none)).keep();
        meter.observable_gauge::<f64>("all.level").build().unwrap();
        meter.observable_up_down_counter::<i64>("all.length").build().unwrap();
        for (name, value) in [("all.counter", 0.5), ("all.up", -1.0), ("all.gauge", -7.0), ("all.seen", 3.0)]
        {
            assert_eq!(numbers("m-meter", name), [(String::new(), value)], "{name}");
        }
        let Some(MetricData::Histogram { bounds, points }) = metric("m-meter", "all.time") else {
            panic!("no histogram");
        };
        assert_eq!((&*bounds, &*points[0].bucket_counts), (&[1.0, 2.0][..], &[0, 1, 0][..]));
    }

    #[test]
    fn bad_names_units_and_bounds_are_typed_errors() {
        let meter = Meter::new(OWNER);
        let error = meter.counter::<u64>("9.total").build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Name);
        assert!(error.to_string().contains("`9.total`"), "{error}");
        assert_eq!(meter.gauge::<f64>("nocategory").build().unwrap_err().kind(), ErrorKind::Name);
        let error = meter.histogram::<f64>("a.b").unit("seconds").build().unwrap_err();
        assert!(error.kind() == ErrorKind::Name && error.to_string().contains("`seconds`"), "{error}");
        for bounds in [&[1.0, 1.0][..], &[2.0, 1.0], &[f64::NAN], &[f64::INFINITY]] {
            let error = meter.histogram::<f64>("a.b").boundaries(bounds).build().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Name);
        }
        assert!(meter.counter::<u64>("a.b").boundaries(&[1.0]).build().is_err());
        let long = format!("a.{}", "b".repeat(200));
        assert_eq!(meter.counter::<u64>(&long).build().unwrap_err().kind(), ErrorKind::Name);
    }

    #[test]
    fn another_kind_under_one_name_is_a_conflict_with_both_places() {
        let meter = Meter::new(OWNER);
        meter.counter::<u64>("twice.made").build().unwrap();
        let error = meter.gauge::<f64>("twice.Made").build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert_eq!(error.to_string().matches("meter.rs").count(), 2, "{error}");
        assert!(meter.counter::<f64>("twice.made").build().is_err());
        assert!(meter.counter::<u64>("twice.made").unit("s").build().is_err());
        assert!(meter.counter::<u64>("twice.made").build().is_ok());
    }
}
