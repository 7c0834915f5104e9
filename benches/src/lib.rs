//! What the commands share: they run the programs of rows, and compare what those cost.

pub mod callgrind;
pub mod costs;
pub mod counts;
pub mod table;
