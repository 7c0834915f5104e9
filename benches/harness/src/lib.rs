//! What the programs of rows share. It knows no telemetry library, so that none changes how another is built.

pub mod collector;
pub mod inputs;
pub mod memory;
pub mod offered;
pub mod program;
pub mod row;
pub mod run;

pub use row::{Row, Started};
pub use run::Run;
