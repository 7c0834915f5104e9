//! The tokens of the constant.

use proc_macro2::TokenStream;
use quote::quote;

use super::model::CheckedName;

/// Input: `metric_name!("entities.processed")`
///
/// Output: `const { MetricName::from_static("entities.processed") }`
pub(super) fn expand(checked: &CheckedName) -> TokenStream {
    let CheckedName { name, krate } = checked;
    let private = krate.private();
    quote!(const { #private::MetricName::from_static(#name) })
}
