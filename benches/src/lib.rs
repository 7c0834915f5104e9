//! What the rows and the commands share. It knows no telemetry library, so that none changes how another is built.

pub mod callgrind;
pub mod collector;
pub mod costs;
pub mod counts;
pub mod inputs;
pub mod memory;
pub mod offered;
pub mod program;
pub mod row;
pub mod run;
pub mod table;

pub use row::{Row, Started};
pub use run::Run;
