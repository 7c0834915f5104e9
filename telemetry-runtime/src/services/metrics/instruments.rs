//! The handles of the four instruments that are recorded to.

use std::sync::Arc;

use super::builder::BuildInstrument;
use super::guards::{InFlight, Timer};
use super::handle::Handle;
use crate::metrics::{
    AttributeRef, CounterNumber, DynamicCounter, DynamicGauge, DynamicHistogram, DynamicUpDownCounter,
    FreeAttributes, GaugeNumber, HistogramNumber, UpDownNumber,
};

macro_rules! handles {
    ($($(#[$doc:meta])* $handle:ident<$number:ident>: $stored:ident, $plain:ident, $with:ident -> $record:ident,
        $(#[$plain_doc:meta])*;)+) => {$(
        $(#[$doc])*
        ///
        /// A clone is the same instrument. It may be kept anywhere, and sent to other threads.
        #[derive(Clone, Debug)]
        pub struct $handle<T: $number>(Option<Arc<Handle<$stored<T>>>>);

        impl<T: $number> BuildInstrument for $handle<T> {
            type Stored = $stored<T>;

            fn from_handle(handle: Option<Arc<Handle<$stored<T>>>>) -> Self {
                Self(handle)
            }
        }

        impl<T: $number> $handle<T> {
            $(#[$plain_doc])*
            pub fn $plain(&self, value: T) {
                self.$with(value, []);
            }

            /// The same on the series of these attributes, in any order; of equal keys the last one counts.
            pub fn $with<'a>(&self, value: T, attributes: impl AsRef<[(&'a str, AttributeRef<'a>)]>) {
                if let Some(handle) = &self.0 {
                    let attributes = attributes.as_ref();
                    handle.record(value, attributes, |stored| stored.$record(value, FreeAttributes(attributes)));
                }
            }

            /// Whether it is an instrument; `false` for one that could not be made, and keeps nothing.
            pub fn is_recorded(&self) -> bool {
                self.0.is_some()
            }
        }
    )+};
}

handles! {
    /// A counter by hand: a sum that only grows.
    CounterHandle<CounterNumber>: DynamicCounter, add, add_with -> add_with,
    /// Adds to the series without attributes. A negative, infinite or NaN value is dropped and counted.
    ;
    /// An up-down counter by hand: a sum that goes up and down.
    UpDownCounterHandle<UpDownNumber>: DynamicUpDownCounter, add, add_with -> add_with,
    /// Adds to the series without attributes; a negative value takes away. An infinite or NaN value is dropped and counted.
    ;
    /// A histogram by hand: a distribution of measurements.
    HistogramHandle<HistogramNumber>: DynamicHistogram, record, record_with -> record_with,
    /// Records on the series without attributes. A negative, infinite or NaN value is dropped and counted.
    ;
    /// A gauge by hand: a last value.
    GaugeHandle<GaugeNumber>: DynamicGauge, record, record_with -> set_with,
    /// Sets the series without attributes. An infinite or NaN value is dropped and counted.
    ;
}

impl HistogramHandle<f64> {
    /// Starts measuring a time, which is recorded when the timer is dropped, in the unit of the histogram (`s` unless it is
    /// `ms`, `us`, `ns`, `min` or `h`), with the attribute `outcome`.
    ///
    /// ```
    /// let metrics = telemetry_runtime::plugin("catalog")?.metrics();
    /// let duration = metrics.create_histogram::<f64>("source.duration").unit("s").build()?;
    /// fn read() -> Result<u32, std::io::Error> { Ok(7) }
    ///
    /// let timer = duration.start_timer().attribute("host", "example.org");
    /// let result = read();
    /// timer.finish(&result); // outcome="ok" or outcome="error"; without this, dropping says ok or panic
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn start_timer(&self) -> Timer {
        let unit = self.0.as_ref().map_or("", |handle| handle.target.descriptor.unit);
        Timer::new(self.clone(), unit)
    }
}

impl UpDownCounterHandle<i64> {
    /// Counts 1 up now, and down again when the guard is dropped.
    ///
    /// ```
    /// let metrics = telemetry_runtime::plugin("catalog")?.metrics();
    /// let active = metrics.create_up_down_counter::<i64>("requests.active").unit("{request}").build()?;
    /// {
    ///     let _one_more = active.in_flight();
    ///     // while the request is handled
    /// }
    /// # Ok::<(), telemetry_runtime::Error>(())
    /// ```
    pub fn in_flight(&self) -> InFlight {
        self.in_flight_with([])
    }

    /// The same on the series of these attributes.
    pub fn in_flight_with<'a>(&self, attributes: impl AsRef<[(&'a str, AttributeRef<'a>)]>) -> InFlight {
        InFlight::new(self.clone(), attributes.as_ref())
    }
}
