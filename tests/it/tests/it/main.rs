//! Behaviour of the toolkit, read where users read it: at exporters, on the screen, in the repository.

mod sink;
mod tidy;
