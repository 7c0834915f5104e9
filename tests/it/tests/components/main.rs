//! What independent programs make of the exporters' output. Each test needs a component that a machine may lack.

mod openmetrics;
mod program;
mod prometheus;
