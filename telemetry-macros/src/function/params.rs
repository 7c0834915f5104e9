//! The parameters of a function: which names they bind.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Attribute, FnArg, Ident, Pat, Signature};

/// A name that a parameter binds, and the `cfg` attributes under which it exists.
pub(crate) struct Binding {
    pub(crate) ident: Ident,
    pub(crate) cfg: Vec<Attribute>,
}

/// Every name that the parameters bind, in order.
pub(crate) fn bindings(signature: &Signature) -> Vec<Binding> {
    let mut found = Vec::new();
    for input in &signature.inputs {
        let (attributes, idents) = match input {
            FnArg::Receiver(receiver) => {
                (&receiver.attrs, vec![Ident::new("self", receiver.self_token.span)])
            }
            FnArg::Typed(typed) => {
                let mut idents = Vec::new();
                collect(&typed.pat, &mut idents);
                (&typed.attrs, idents)
            }
        };
        let cfg: Vec<_> =
            attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect();
        found.extend(idents.into_iter().map(|ident| Binding { ident, cfg: cfg.clone() }));
    }
    found
}

/// The names in an irrefutable pattern, from left to right.
fn collect(pattern: &Pat, found: &mut Vec<Ident>) {
    match pattern {
        Pat::Ident(ident) => {
            found.push(ident.ident.clone());
            if let Some((_, inner)) = &ident.subpat {
                collect(inner, found);
            }
        }
        Pat::Paren(paren) => collect(&paren.pat, found),
        Pat::Reference(reference) => collect(&reference.pat, found),
        Pat::Type(typed) => collect(&typed.pat, found),
        Pat::Tuple(tuple) => tuple.elems.iter().for_each(|pattern| collect(pattern, found)),
        Pat::TupleStruct(tuple) => tuple.elems.iter().for_each(|pattern| collect(pattern, found)),
        Pat::Slice(slice) => slice.elems.iter().for_each(|pattern| collect(pattern, found)),
        Pat::Struct(fields) => fields.fields.iter().for_each(|field| collect(&field.pat, found)),
        // The alternatives of an or-pattern bind the same names.
        Pat::Or(or) => {
            if let Some(first) = or.cases.first() {
                collect(first, found);
            }
        }
        _ => {}
    }
}

/// Statements that move every parameter into the closure or future around them, the last one first: captured values are
/// dropped in the order of their capture, and parameters in the reverse of theirs.
///
/// A parameter that the body does not mention would stay outside, and be dropped at another moment than without us.
pub(crate) fn capture(bindings: &[Binding]) -> TokenStream {
    if bindings.is_empty() {
        return TokenStream::new();
    }
    // The names resolve where they were written, so they keep their own spans.
    let allow = bindings
        .iter()
        .any(|binding| binding.ident.to_string().starts_with('_'))
        .then(|| quote!(#[allow(clippy::used_underscore_binding)]));
    if bindings.iter().all(|binding| binding.cfg.is_empty()) {
        let names = bindings.iter().rev().map(|binding| &binding.ident);
        return quote!(#allow let _ = (#(&#names,)*););
    }
    bindings.iter().rev().map(|Binding { ident, cfg }| quote!(#allow #(#cfg)* let _ = &#ident;)).collect()
}

/// The span for a name of ours, which no name of the user's can meet.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}
