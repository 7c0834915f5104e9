//! What the behaviour tests share.

pub mod component;
pub mod exposition;
pub mod http;
pub mod judges;
pub mod process;
pub mod sink;
pub mod wait;
