//! Configuration: `app-config.yaml`, the environment, and their meaning.

mod schema;

pub use schema::*;
