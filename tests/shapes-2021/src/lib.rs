//! Shapes of the edition 2021. `shapes` says what a shape is, and its build script writes these, too.
