//! `#[traced]` and `#[metric]` on one function: whichever expands first takes the other ones along, and all of them make
//! one wrapper with one clock and one outcome.

mod expand;
mod item;
mod later;
mod model;
mod none;
mod params;
mod returns;
mod scalar;
mod siblings;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};

use crate::diag::Diagnostics;
use crate::metric::MetricArgs;
use crate::paths::CratePath;
use crate::traced::TracedArgs;

pub(crate) use item::{ABSORBED, FnItem};
pub(crate) use model::TracedFn;
pub(crate) use none::NoneArg;
pub(crate) use params::local;
pub(crate) use siblings::{Attribute, is_ours, recognise};

/// The attributes of one function, as they were written.
#[derive(Default)]
pub(crate) struct FnArgs {
    pub(crate) traced: Option<TracedArgs>,
    /// From the nearest block that has `#[traced]`.
    pub(crate) traced_by_block: Option<TracedArgs>,
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
            Attribute::Traced => {
                let traced = TracedArgs::parse(span, tokens, diagnostics);
                // Of nested blocks the outer one expands first, so the last one is the nearest.
                if traced.block.is_some() {
                    self.traced_by_block = Some(traced);
                } else {
                    self.traced = Some(traced);
                }
            }
            Attribute::Metric => self.metrics.push(MetricArgs::parse(span, tokens, diagnostics)),
        }
    }
}

impl FnArgs {
    /// What the runtime is called: one attribute that says so speaks for all on the function.
    fn krate(&self) -> CratePath {
        let traced = self.traced.iter().chain(&self.traced_by_block).map(|traced| &traced.krate);
        let metrics = self.metrics.iter().map(|metric| &metric.krate);
        let written = traced.chain(metrics).find(|krate| krate.written().is_some());
        written.cloned().unwrap_or_default()
    }

    fn share_krate(&mut self) {
        let shared = self.krate();
        let traced = self.traced.iter_mut().chain(&mut self.traced_by_block).map(|traced| &mut traced.krate);
        let metrics = self.metrics.iter_mut().map(|metric| &mut metric.krate);
        for krate in traced.chain(metrics) {
            krate.clone_from(&shared);
        }
    }

    /// The span and the metrics of the function, with what its blocks say. A `skip` of the function's own holds for what
    /// comes from blocks.
    fn merge(self) -> (Option<TracedArgs>, Vec<MetricArgs>) {
        let traced = match (self.traced, self.traced_by_block) {
            (Some(own), Some(block)) => Some(own.merge(block)),
            (own, block) => own.or(block),
        };
        let skips = self.metrics.iter().any(|metric| metric.skip && metric.block.is_none());
        let metrics = self.metrics.into_iter().filter(|metric| !metric.skip);
        let metrics = metrics.filter(|metric| !skips || metric.block.is_none()).collect();
        (traced.filter(|traced| !traced.skip), metrics)
    }
}

/// Expands `attribute(tokens)` and its siblings on the function `item`.
pub(crate) fn expand(attribute: Attribute, span: Span, tokens: TokenStream, mut item: FnItem) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let mut args = FnArgs::default();
    args.add(attribute, span, tokens, &mut diagnostics);
    siblings::absorb(&mut args, &mut item, &mut diagnostics);
    args.share_krate();
    let function = TracedFn::build(args, &mut item, &mut diagnostics);
    match function {
        // Parameters may be there for the sake of telemetry only.
        Some(function) if crate::OFF && diagnostics.is_empty() => {
            let allow = function.evaluates().then(|| quote!(#[allow(unused_variables)]));
            quote!(#allow #item)
        }
        Some(function) if diagnostics.is_empty() => expand::expand(&function, &item),
        _ => diagnostics.finish(item.into_token_stream()),
    }
}

#[cfg(test)]
mod tests;
