//! An instrumented function of which everything is known to be right.

use proc_macro2::{Span, TokenStream};

use super::FnArgs;
use super::item::{FnItem, is_built_in};
use super::later::is_made_at_the_beginning;
use super::none;
use super::params::{Binding, bindings, has_patterns, have_order};
use super::returns::{Deferred, Returns};
use crate::diag::{Diagnostics, MessageId};
use crate::instrument::MetricNames;
use crate::metric::MetricArgs;
use crate::paths::CratePath;
use crate::traced::{TracedArgs, check_span_keys, take_from_parameters};

/// What the function gives, which decides the shape of the wrapper.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A value, when it returns.
    Value,
    /// A value, in the end: `async fn`.
    AsyncFn(AsyncForm),
    /// A future that it makes: `impl Future`.
    Future,
    /// A future in a box.
    BoxedFuture,
    /// `impl Stream`.
    Stream,
    /// A stream in a box.
    BoxedStream,
}

/// What becomes of an `async fn`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum AsyncForm {
    /// A function that returns its future.
    Returned,
    /// The same, where a parameter is more than a name.
    ReturnedWithPatterns,
    /// An `async fn`, whose parent is then what is current at its first poll: another attribute macro below ours may ask
    /// for the word, and the type `!` cannot be written as the output of a future.
    Awaited,
}

/// An instrumented function.
pub(crate) struct TracedFn {
    pub(crate) traced: Option<TracedArgs>,
    pub(crate) metrics: Vec<MetricArgs>,
    pub(crate) shape: Shape,
    /// What the call gives in the end: a future's output, a stream's item.
    pub(crate) returns: Returns,
    /// The type of the box that the function returns.
    pub(crate) made: Option<TokenStream>,
    /// Where it is said that a `None` is an error.
    pub(crate) none_is_error: Option<Span>,
    /// Whether what the attributes say is evaluated at the call, not where the span starts.
    pub(crate) evaluates_at_call: bool,
    /// Whether a future has to be made where its call begins, because something needs the parameters until then: an
    /// expression of an attribute, or the order in which they are dropped if the future is never polled.
    pub(crate) is_lazy: bool,
    pub(crate) bindings: Vec<Binding>,
    /// The name of the function, with its type where a block said so: `Catalog::stitch`.
    pub(crate) name: String,
    pub(crate) krate: CratePath,
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
        let output = &item.signature.output;
        let returns = Returns::of(output);
        let shape = shape(item, &returns);
        let said = traced.iter().filter_map(|traced| traced.none.as_ref());
        let said = said.chain(metrics.iter().filter_map(|metric| metric.none.as_ref()));
        let none_is_error = none::resolve(said, shape, output, diagnostics);
        let made = returns.hint.clone();
        let (returns, evaluates_at_call) = match shape {
            Shape::Value | Shape::AsyncFn(_) => (returns, false),
            Shape::Future => (Returns::of_output(output), !is_made_at_the_beginning(&item.body(), false)),
            Shape::BoxedFuture => (Returns::of_output(output), !is_made_at_the_beginning(&item.body(), true)),
            Shape::Stream | Shape::BoxedStream => {
                check_stream(&metrics, diagnostics);
                (Returns::of_item(output), true)
            }
        };
        let block = traced.as_ref().and_then(|traced| traced.block.as_ref());
        let block = block.or_else(|| metrics.iter().find_map(|metric| metric.block.as_ref()));
        let name = match block {
            Some(block) if !block.owner.is_empty() => format!("{}::{}", block.owner, item.name()),
            _ => item.name(),
        };
        let bindings = bindings(&item.signature);
        let evaluates =
            traced.as_ref().is_some_and(TracedArgs::evaluates) || metrics.iter().any(MetricArgs::evaluates);
        let has_order = shape == Shape::AsyncFn(AsyncForm::Returned) && have_order(&item.signature);
        let is_lazy = !evaluates_at_call && (evaluates || has_order);
        Some(Self {
            traced,
            metrics,
            shape,
            returns,
            made,
            none_is_error,
            evaluates_at_call,
            is_lazy,
            bindings,
            name,
            krate,
        })
    }

    /// What becomes of an `async fn`.
    pub(super) fn async_form(&self) -> AsyncForm {
        match self.shape {
            Shape::AsyncFn(form) => form,
            _ => AsyncForm::Awaited,
        }
    }

    /// Whether an attribute has an expression, which may be all that uses a parameter.
    pub(super) fn evaluates(&self) -> bool {
        self.traced.as_ref().is_some_and(|span| span.evaluates() || span.parent.is_some())
            || self.metrics.iter().any(MetricArgs::evaluates)
    }

    /// The span, if the call is nothing else and nothing waits with the parameters.
    pub(super) fn only_a_span(&self) -> Option<&TracedArgs> {
        let span = self.traced.as_ref().filter(|span| !span.evaluates())?;
        let is_alone = self.metrics.is_empty() && self.none_is_error.is_none();
        (is_alone && !self.is_lazy).then_some(span)
    }

    /// Whether the result has to be looked at before it is returned.
    pub(crate) fn inspects(&self) -> bool {
        self.returns.may_fail
            || self.none_is_error.is_some()
            || self.metrics.iter().any(MetricArgs::needs_result)
    }
}

fn shape(item: &FnItem, returns: &Returns) -> Shape {
    if item.signature.asyncness.is_some() {
        return Shape::AsyncFn(async_form(item, returns));
    }
    match returns.deferred {
        None => Shape::Value,
        Some(Deferred::Future) => Shape::Future,
        Some(Deferred::BoxedFuture) => Shape::BoxedFuture,
        Some(Deferred::Stream) => Shape::Stream,
        Some(Deferred::BoxedStream) => Shape::BoxedStream,
    }
}

fn async_form(item: &FnItem, returns: &Returns) -> AsyncForm {
    let is_never = returns.hint.is_none();
    if is_never || !item.attributes.iter().all(is_built_in) {
        AsyncForm::Awaited
    } else if has_patterns(&item.signature) {
        AsyncForm::ReturnedWithPatterns
    } else {
        AsyncForm::Returned
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

/// A stream has items, and no result that a value could be taken from.
fn check_stream(metrics: &[MetricArgs], diagnostics: &mut Diagnostics) {
    for closure in metrics.iter().flat_map(MetricArgs::result_closures) {
        diagnostics
            .error(MessageId::ValueOfStream, closure, "a stream has no result that `value` could see")
            .help("record values where an item is made, with an instrument of a `MetricSet`");
    }
}

/// The same metric twice on one function.
fn check_metric_names(metrics: &[MetricArgs], diagnostics: &mut Diagnostics) {
    let mut names = MetricNames::default();
    // Those of blocks are looked at where the block is.
    let own = metrics.iter().filter(|metric| metric.block.is_none());
    for instrument in own.flat_map(|metric| &metric.instruments) {
        names.declare_instrument(instrument, diagnostics);
    }
}
