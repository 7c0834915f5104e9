//! The attribute and derive macros of the telemetry toolkit. Use them through `telemetry-runtime`, where they are
//! documented.
//!
//! Each macro goes the same way: arguments as written, then a checked model, then tokens. Mistakes are collected on the
//! way and reported together, always with the user's item.

mod args;
mod attribute_value;
mod block;
mod diag;
mod entry;
mod function;
mod inert;
mod instrument;
mod item;
mod metric;
mod metric_attributes;
mod metric_name;
mod metric_set;
mod names;
mod paths;
mod plugin;
#[cfg(test)]
mod snapshots;
mod spread;
mod telemetry_error;
mod traced;

use block::Owner;
use function::Attribute;
use proc_macro::TokenStream;

/// Whether the macros leave no telemetry in the program. What they check and refuse is the same.
const OFF: bool = cfg!(feature = "off");

#[expect(missing_docs, reason = "documented where the runtime re-exports it")]
#[proc_macro_attribute]
pub fn backstage_plugin(arguments: TokenStream, item: TokenStream) -> TokenStream {
    block::expand(Owner::Plugin, arguments.into(), item.into()).into()
}

#[expect(missing_docs, reason = "documented where the runtime re-exports it")]
#[proc_macro_attribute]
pub fn backstage_core(arguments: TokenStream, item: TokenStream) -> TokenStream {
    block::expand(Owner::Core, arguments.into(), item.into()).into()
}

#[expect(missing_docs, reason = "documented where the runtime re-exports it")]
#[proc_macro_attribute]
pub fn main(arguments: TokenStream, item: TokenStream) -> TokenStream {
    entry::expand(arguments.into(), item.into()).into()
}

#[expect(missing_docs, reason = "documented where the runtime re-exports it")]
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    entry::test::expand(arguments.into(), item.into()).into()
}

#[expect(missing_docs, reason = "what `test` leaves on async functions, and nobody writes")]
#[proc_macro_attribute]
pub fn captured(arguments: TokenStream, item: TokenStream) -> TokenStream {
    entry::test::expand_captured(arguments.into(), item.into()).into()
}

#[expect(missing_docs, reason = "stands for `test` where the runtime is built without its feature")]
#[proc_macro_attribute]
pub fn test_without_feature(_: TokenStream, item: TokenStream) -> TokenStream {
    entry::test::expand_without_feature(item.into()).into()
}

#[expect(missing_docs, reason = "documented where the runtime re-exports it")]
#[proc_macro_attribute]
pub fn traced(arguments: TokenStream, item: TokenStream) -> TokenStream {
    item::expand(Attribute::Traced, arguments.into(), item.into()).into()
}

#[expect(missing_docs, reason = "documented where the runtime re-exports it")]
#[proc_macro_attribute]
pub fn metric(arguments: TokenStream, item: TokenStream) -> TokenStream {
    item::expand(Attribute::Metric, arguments.into(), item.into()).into()
}

#[expect(missing_docs, reason = "documented where the runtime re-exports it")]
#[proc_macro_derive(AttributeValue, attributes(attribute))]
pub fn attribute_value(input: TokenStream) -> TokenStream {
    attribute_value::derive(input.into()).into()
}

#[expect(missing_docs, reason = "documented where the runtime re-exports it")]
#[proc_macro_derive(MetricAttributes, attributes(attribute, metric_attributes))]
pub fn metric_attributes(input: TokenStream) -> TokenStream {
    metric_attributes::derive(input.into()).into()
}

#[expect(missing_docs, reason = "documented where the runtime re-exports it")]
#[proc_macro_derive(MetricSet, attributes(metric, metric_set))]
pub fn metric_set(input: TokenStream) -> TokenStream {
    metric_set::derive(input.into()).into()
}

#[expect(missing_docs, reason = "documented where the runtime re-exports it")]
#[proc_macro_derive(TelemetryError, attributes(telemetry))]
pub fn telemetry_error(input: TokenStream) -> TokenStream {
    telemetry_error::derive(input.into()).into()
}

#[expect(missing_docs, reason = "documented where the runtime re-exports it")]
#[proc_macro]
pub fn metric_name(input: TokenStream) -> TokenStream {
    metric_name::expression(input.into()).into()
}
