//! The rules, as constant functions.
//!
//! Each returns the first reason to refuse a name. They work on bytes, because const evaluation knows no iterators.

mod attribute;
mod bytes;
mod error_type;
mod metric;
mod plugin;
mod span;
mod unit;

pub use crate::error::NameError;
pub use attribute::{ATTRIBUTE_KEY_LIMIT, attribute_key, metric_attribute_key};
pub use error_type::{ERROR_TYPE_LIMIT, error_type};
pub use metric::{
    METRIC_NAME_LIMIT, ROOT_LIMIT, is_absolute, metric_name, metric_name_grammar, metric_name_style,
    prefixed_length, root_name,
};
pub use plugin::{PLUGIN_ID_LIMIT, plugin_id};
pub use span::span_name;
pub(crate) use unit::next_term;
pub use unit::{UNIT_LIMIT, unit};
