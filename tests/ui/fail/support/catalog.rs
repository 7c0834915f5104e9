//! The file of a module that a block attribute stands on.

pub fn stitch() {}
