//! Behaviour of the toolkit, read where users read it: at exporters, on the screen, in the repository.

mod attributes;
mod blocks;
mod cases;
mod descriptions;
mod endings;
mod errors;
mod fixture;
mod guides;
mod later;
mod otlp;
mod outcomes;
mod parents;
mod programs;
mod sink;
mod testing;
mod tidy;
