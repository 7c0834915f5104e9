//! What an instrument's type says of it.

use super::{
    Counter, Gauge, Histogram, ObservableCounter, ObservableGauge, ObservableUpDownCounter, UpDownCounter,
};
use crate::metrics::attributes::MetricAttributes;
use crate::metrics::descriptor::{InstrumentKind, NumberKind};
use crate::metrics::number::{CounterNumber, GaugeNumber, HistogramNumber, UpDownNumber};

/// The type of a field of a metric set, under whatever name: its kind, number type and attributes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an instrument",
    label = "not an instrument",
    note = "the fields of a metric set are `Counter`, `UpDownCounter`, `Histogram`, `Gauge`, `ObservableCounter`, `ObservableUpDownCounter` and `ObservableGauge`"
)]
pub trait Instrument {
    /// The type of its attributes.
    type Attributes: MetricAttributes;

    /// The kind.
    const KIND: InstrumentKind;

    /// The type of its measurements.
    const NUMBER: NumberKind;
}

macro_rules! instruments {
    ($($name:ident of $number:ident),+ $(,)?) => {$(
        impl<T: $number, A: MetricAttributes> Instrument for $name<T, A> {
            type Attributes = A;

            const KIND: InstrumentKind = InstrumentKind::$name;
            const NUMBER: NumberKind = T::KIND;
        }
    )+};
}

instruments!(
    Counter of CounterNumber,
    UpDownCounter of UpDownNumber,
    Histogram of HistogramNumber,
    Gauge of GaugeNumber,
    ObservableCounter of CounterNumber,
    ObservableUpDownCounter of UpDownNumber,
    ObservableGauge of GaugeNumber,
);
