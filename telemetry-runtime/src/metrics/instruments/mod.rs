//! The seven instruments.
//!
//! An instrument is a constant: it needs no start, takes measurements from the first instruction of the program on,
//! and registers itself when it is first used. The types of its attributes decide how a series is found: closed sets
//! by index, free text by a table that is read without a lock.

mod counter;
mod gauge;
mod histogram;
mod instrument;
mod observable;
mod site;
#[cfg(test)]
mod tests;
mod up_down;

pub use counter::Counter;
pub(crate) use counter::add_to_row;
pub use gauge::Gauge;
pub use histogram::Histogram;
pub(crate) use histogram::accept;
pub use instrument::Instrument;
pub use observable::{ObservableCounter, ObservableGauge, ObservableUpDownCounter};
pub(crate) use site::Site;
pub use up_down::UpDownCounter;
