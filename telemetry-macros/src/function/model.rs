//! An instrumented function of which everything is known to be right.

use super::FnArgs;
use super::deferred::has_boxed_tail;
use super::item::FnItem;
use super::params::{Binding, bindings};
use super::returns::{Deferred, Returns};
use crate::diag::{Diagnostics, MessageId};
use crate::instrument::MetricNames;
use crate::metric::MetricArgs;
use crate::paths::CratePath;
use crate::traced::{TracedArgs, check_span_keys, take_from_parameters};

/// Whether the wrapper is a guard or a future.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavour {
    Sync,
    Async,
}

/// What the function gives, which decides the shape of the wrapper.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A value, when it returns.
    Value,
    /// A value, in the end: `async fn`.
    AsyncFn,
    /// A future that it makes: `impl Future`.
    Future,
    /// A future in a box.
    BoxedFuture,
}

/// An instrumented function.
pub(crate) struct TracedFn {
    pub(crate) traced: Option<TracedArgs>,
    pub(crate) metrics: Vec<MetricArgs>,
    pub(crate) shape: Shape,
    pub(crate) returns: Returns,
    pub(crate) bindings: Vec<Binding>,
    /// The name of the function, with its type where a block said so: `Catalog::stitch`.
    pub(crate) name: String,
    pub(crate) krate: CratePath,
}

impl Shape {
    pub(crate) fn flavour(self) -> Flavour {
        match self {
            Self::Value => Flavour::Sync,
            Self::AsyncFn | Self::Future | Self::BoxedFuture => Flavour::Async,
        }
    }
}

impl TracedFn {
    /// Checks what has to hold for the function; takes our attributes off its parameters. None where the function stays
    /// as it is: it cannot be instrumented, or nothing is left to do.
    pub(crate) fn build(args: FnArgs, item: &mut FnItem, diagnostics: &mut Diagnostics) -> Option<Self> {
        let (mut traced, metrics) = args.merge();
        let parameters = take_from_parameters(&mut item.signature, diagnostics);
        match &mut traced {
            Some(traced) => {
                traced.attributes.splice(0..0, parameters);
                check_span_keys(&traced.attributes, diagnostics);
            }
            None => {
                for attribute in &parameters {
                    diagnostics
                        .error(
                            MessageId::AttributeWithoutSpan,
                            attribute.key.place(),
                            "`#[attribute]` on a parameter needs `#[traced]` on the function",
                        )
                        .help("add `#[traced]`; attributes of metrics go into `#[metric(attributes(key = expr))]`");
                }
            }
        }
        check_metric_names(&metrics, diagnostics);
        check_item(traced.is_some(), item, diagnostics);
        let krate = traced
            .as_ref()
            .map(|traced| &traced.krate)
            .or(metrics.first().map(|metric| &metric.krate))
            .cloned()?;
        let returns = Returns::of(&item.signature.output);
        let shape = shape(item, &returns, diagnostics);
        let returns = match shape {
            Shape::Value | Shape::AsyncFn => returns,
            Shape::Future | Shape::BoxedFuture => Returns::of_output(&item.signature.output),
        };
        if shape == Shape::Future || (shape == Shape::BoxedFuture && !has_boxed_tail(&item.body())) {
            check_nothing_is_evaluated(traced.as_ref(), &metrics, diagnostics);
        }
        let block = traced.as_ref().and_then(|traced| traced.block.as_ref());
        let block = block.or_else(|| metrics.iter().find_map(|metric| metric.block.as_ref()));
        let name = match block {
            Some(block) if !block.owner.is_empty() => format!("{}::{}", block.owner, item.name()),
            _ => item.name(),
        };
        Some(Self { traced, metrics, shape, returns, bindings: bindings(&item.signature), name, krate })
    }

    /// Whether the result has to be looked at before it is returned.
    pub(crate) fn inspects(&self) -> bool {
        self.returns.may_fail || self.metrics.iter().any(MetricArgs::needs_result)
    }
}

fn shape(item: &FnItem, returns: &Returns, diagnostics: &mut Diagnostics) -> Shape {
    if item.signature.asyncness.is_some() {
        return Shape::AsyncFn;
    }
    match returns.deferred {
        None => Shape::Value,
        Some(Deferred::Future) => Shape::Future,
        Some(Deferred::BoxedFuture) => Shape::BoxedFuture,
        Some(Deferred::Stream) => {
            diagnostics
                .error(
                    MessageId::NotYetSupported,
                    &item.signature.output,
                    "functions that return a stream are not supported yet",
                )
                .help("put the attribute on the function that makes one item");
            Shape::Value
        }
    }
}

fn check_item(traced: bool, item: &FnItem, diagnostics: &mut Diagnostics) {
    let owner = if traced { "#[traced]" } else { "#[metric]" };
    if let Some(constness) = &item.signature.constness {
        diagnostics
            .error(MessageId::ConstFn, constness, format!("`{owner}` cannot be applied to a `const fn`"))
            .help("remove `const` or the attribute");
    }
    if let Some(variadic) = &item.signature.variadic {
        diagnostics
            .error(
                MessageId::VariadicFn,
                variadic,
                format!("`{owner}` cannot be applied to a variadic function"),
            )
            .help("put the attribute on a function that this one calls");
    }
    if !item.has_body() {
        diagnostics
            .error_at(
                MessageId::FunctionWithoutBody,
                item.signature.ident.span(),
                format!("`{owner}` needs a function with a body"),
            )
            .help("put the attribute on the implementations, or give the method a default body");
    }
}

/// The call of a function that returns a future is recorded from the first poll on, and by then its parameters are gone.
fn check_nothing_is_evaluated(
    traced: Option<&TracedArgs>,
    metrics: &[MetricArgs],
    diagnostics: &mut Diagnostics,
) {
    let spans = traced.into_iter().flat_map(|traced| &traced.attributes).map(|attribute| &attribute.value);
    for value in spans.chain(metrics.iter().flat_map(MetricArgs::entry_expressions)) {
        diagnostics
            .error(
                MessageId::NotYetSupported,
                value,
                "attributes and values of a function that returns a future are not supported yet",
            )
            .help("make it an `async fn`, or let it end in `Box::pin(async move { .. })`");
    }
}

/// The same metric twice on one function.
fn check_metric_names(metrics: &[MetricArgs], diagnostics: &mut Diagnostics) {
    let mut names = MetricNames::default();
    for instrument in metrics.iter().flat_map(|metric| &metric.instruments) {
        if let Some(name) = instrument.declared_name() {
            let unit = instrument.unit.as_ref().map(syn::LitStr::value).unwrap_or_default();
            names.declare(&name.value(), &unit, instrument.kind, name.span(), diagnostics);
        }
    }
}
