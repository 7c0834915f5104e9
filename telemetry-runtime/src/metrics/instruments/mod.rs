//! The seven instruments.
//!
//! An instrument is a constant: it needs no start, takes measurements from the first instruction of the program on,
//! and registers itself when it is first used. The types of its attributes decide how a series is found: closed sets
//! by index, free text by a table that is read without a lock.

mod counter;
mod gauge;
mod histogram;
mod observable;
mod site;
#[cfg(test)]
mod tests;
mod up_down;

pub use counter::Counter;
pub(crate) use counter::add_to_row;
pub use gauge::Gauge;
pub use histogram::Histogram;
pub(crate) use histogram::{accept, record_at};
pub use observable::{ObservableCounter, ObservableGauge, ObservableUpDownCounter};
pub(crate) use site::Site;
pub use up_down::UpDownCounter;

use super::attributes::MetricAttributes;
use super::descriptor::NumberKind;

/// What generated code asks the type of an instrument.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an instrument",
    label = "not an instrument",
    note = "the instruments are `Counter`, `UpDownCounter`, `Histogram`, `Gauge`, `ObservableCounter`, `ObservableUpDownCounter` and `ObservableGauge`"
)]
pub trait Instrument {
    /// The number type.
    const NUMBER: NumberKind;

    /// The type of the attributes.
    type Attributes: MetricAttributes;
}

macro_rules! instruments {
    ($($name:ident: $number:ident),+ $(,)?) => {
        $(impl<T: super::number::$number, A: MetricAttributes> Instrument for $name<T, A> {
            const NUMBER: NumberKind = T::KIND;
            type Attributes = A;
        })+
    };
}

instruments! {
    Counter: CounterNumber,
    UpDownCounter: UpDownNumber,
    Histogram: HistogramNumber,
    Gauge: GaugeNumber,
    ObservableCounter: CounterNumber,
    ObservableUpDownCounter: UpDownNumber,
    ObservableGauge: GaugeNumber,
}
