//! `#[traced]` and `#[metric]` on a whole block: each function inside gets the attribute.

mod item;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::quote;
use syn::Ident;

use crate::args::{HIDDEN_BLOCK, HIDDEN_CORE, HIDDEN_PLUGIN};
use crate::block::declare_inside;
use crate::diag::{Diagnostics, MessageId};
use crate::function::Attribute;
use crate::instrument::MetricNames;
use crate::metric::MetricArgs;
use crate::paths::CratePath;
use crate::traced::TracedArgs;

pub(crate) use item::is_hidden_path;

/// The attribute that each function of a block gets.
pub(crate) struct Spread {
    attribute: Attribute,
    krate: CratePath,
    /// What the block is called: a type, a trait or a module.
    label: String,
    arguments: TokenStream,
    /// Items by which the compiler finds a second declaration of the block's metrics.
    claims: TokenStream,
}

/// Input: `#[traced(kind = "client")] impl Catalog { fn find(&self) {} }`
/// Output: `impl Catalog { #[::telemetry_runtime::__private::traced(__block("Catalog", "Catalog"), kind = "client")] fn find(&self) {} }`
///
/// Whatever the function has of its own is merged when its attributes expand. Nothing is parsed but the words in front of
/// the braces, so that code which does not parse yet stays as it is.
pub(crate) fn expand(
    attribute: Attribute,
    span: Span,
    arguments: TokenStream,
    item: TokenStream,
) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let checked = check(attribute, span, arguments.clone(), &item, &mut diagnostics);
    let tokens: Vec<TokenTree> = item.clone().into_iter().collect();
    item::check(attribute, &tokens, &mut diagnostics);
    if !diagnostics.is_empty() {
        return diagnostics.finish(item);
    }
    let label = item::label(&tokens);
    Spread { attribute, krate: checked.krate, label, arguments, claims: checked.claims }.over(tokens)
}

/// What the block as a whole needs of its arguments.
struct Checked {
    krate: CratePath,
    /// As in [`Spread`].
    claims: TokenStream,
}

/// Mistakes in the arguments are said once, and not by every function.
fn check(
    attribute: Attribute,
    span: Span,
    arguments: TokenStream,
    item: &TokenStream,
    diagnostics: &mut Diagnostics,
) -> Checked {
    match attribute {
        Attribute::Metric => {
            let is_in_plugin = is_in_plugin(&arguments);
            let args = MetricArgs::parse(span, arguments, diagnostics);
            if !is_in_plugin && !args.scope.is_explicit() && diagnostics.is_empty() {
                check_names(&args, item, diagnostics);
            }
            let claims = args.instruments.iter().filter_map(|instrument| instrument.claim(&args.scope));
            Checked { claims: claims.collect(), krate: args.krate }
        }
        Attribute::Traced => {
            let args = TracedArgs::parse(span, arguments, diagnostics);
            if let Some(name) = &args.name {
                diagnostics
                    .error(
                        MessageId::ConflictingArguments,
                        name,
                        "`name` on a block would give all its functions one span name",
                    )
                    .help("remove it, or write `#[traced(name = ...)]` on a function");
            }
            Checked { krate: args.krate, claims: TokenStream::new() }
        }
    }
}

/// Whether a plugin block is around this one, which has looked for duplicates itself.
fn is_in_plugin(arguments: &TokenStream) -> bool {
    let first = arguments.clone().into_iter().next();
    matches!(first, Some(TokenTree::Ident(word)) if word == HIDDEN_PLUGIN || word == HIDDEN_CORE)
}

/// Reports a metric of the block that is declared once more inside, or by a second attribute of the block.
fn check_names(args: &MetricArgs, item: &TokenStream, diagnostics: &mut Diagnostics) {
    let mut names = MetricNames::default();
    for instrument in &args.instruments {
        names.declare_instrument(instrument, diagnostics);
    }
    declare_inside(&args.krate, item.clone(), &mut names, diagnostics);
}

impl Spread {
    /// The attribute for a function of `owner`, the type or trait that it belongs to; empty for a free function.
    fn attribute(&self, owner: &str) -> TokenStream {
        let private = self.krate.private();
        let word = Ident::new(self.attribute.word(), Span::call_site());
        let block = Ident::new(HIDDEN_BLOCK, Span::mixed_site());
        let (label, arguments) = (&self.label, &self.arguments);
        quote!(#[#private::#word(#block(#label, #owner), #arguments)])
    }
}

#[cfg(test)]
mod tests;
