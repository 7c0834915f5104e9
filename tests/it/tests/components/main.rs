//! What independent programs make of the exporters' output. Each test needs a component that a machine may lack.

mod guarded;
mod openmetrics;
mod program;
mod prometheus;
