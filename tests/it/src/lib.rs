//! What the behaviour tests share.

pub mod exposition;
pub mod http;
pub mod sink;
