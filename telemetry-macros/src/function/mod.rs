//! `#[traced]` and `#[metric]` on one function: whichever expands first takes the other ones along, and all of them make
//! one wrapper with one clock and one outcome.

mod deferred;
mod expand;
mod item;
mod model;
mod params;
mod returns;
mod siblings;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

use crate::diag::Diagnostics;
use crate::metric::MetricArgs;
use crate::traced::TracedArgs;

pub(crate) use item::{ABSORBED, FnItem};
pub(crate) use model::{Flavour, TracedFn};
pub(crate) use params::local;
pub(crate) use siblings::{Attribute, is_ours, recognise};

/// The attributes of one function, as they were written.
#[derive(Default)]
pub(crate) struct FnArgs {
    pub(crate) traced: Option<TracedArgs>,
    pub(crate) metrics: Vec<MetricArgs>,
}

impl FnArgs {
    /// Adds one attribute. A second `#[traced]` is refused by the caller, who knows its place.
    pub(crate) fn add(
        &mut self,
        attribute: Attribute,
        span: Span,
        tokens: TokenStream,
        diagnostics: &mut Diagnostics,
    ) {
        match attribute {
            Attribute::Traced => self.traced = Some(TracedArgs::parse(span, tokens, diagnostics)),
            Attribute::Metric => self.metrics.push(MetricArgs::parse(span, tokens, diagnostics)),
        }
    }
}

/// Expands `attribute(tokens)` and its siblings on the function `item`.
pub(crate) fn expand(attribute: Attribute, span: Span, tokens: TokenStream, mut item: FnItem) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let mut args = FnArgs::default();
    args.add(attribute, span, tokens, &mut diagnostics);
    siblings::absorb(&mut args, &mut item, &mut diagnostics);
    let function = TracedFn::build(args, &mut item, &mut diagnostics);
    match function {
        Some(function) if diagnostics.is_empty() => expand::expand(&function, &item),
        _ => diagnostics.finish(item.into_token_stream()),
    }
}

#[cfg(test)]
mod tests;
