//! The parameters of a function: which names they bind.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt as _;
use syn::{Attribute, FnArg, Ident, Pat, PatIdent, ReceiverKind, Signature, Type};

use super::scalar::is_scalar;

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
    each(pattern, &mut |bound| found.push(bound.ident.clone()));
}

/// Whether a part of what is matched is lent as `ref mut`.
fn lends_exclusively(pattern: &Pat) -> bool {
    let mut lends = false;
    each(pattern, &mut |bound| lends |= bound.by_ref.is_some() && bound.mutability.is_some());
    lends
}

/// Gives each name in a pattern, with what stands around it, from left to right.
fn each<'p>(pattern: &'p Pat, visit: &mut dyn FnMut(&'p PatIdent)) {
    match pattern {
        Pat::Ident(ident) => {
            visit(ident);
            if let Some((_, inner)) = &ident.subpat {
                each(inner, visit);
            }
        }
        Pat::Paren(paren) => each(&paren.pat, visit),
        Pat::Reference(reference) => each(&reference.pat, visit),
        Pat::Type(typed) => each(&typed.pat, visit),
        Pat::Tuple(tuple) => tuple.elems.iter().for_each(|pattern| each(pattern, visit)),
        Pat::TupleStruct(tuple) => tuple.elems.iter().for_each(|pattern| each(pattern, visit)),
        Pat::Slice(slice) => slice.elems.iter().for_each(|pattern| each(pattern, visit)),
        Pat::Struct(fields) => fields.fields.iter().for_each(|field| each(&field.pat, visit)),
        // The alternatives of an or-pattern bind the same names.
        Pat::Or(or) => {
            if let Some(first) = or.cases.first() {
                each(first, visit);
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
    capture_each(bindings.iter().rev())
}

fn capture_each<'a>(bindings: impl Iterator<Item = &'a Binding> + Clone) -> TokenStream {
    if bindings.clone().next().is_none() {
        return TokenStream::new();
    }
    // The names resolve where they were written, so they keep their own spans.
    let allow = allow_underscore(bindings.clone().map(|binding| &binding.ident));
    if bindings.clone().all(|binding| binding.cfg.is_empty()) {
        let names = bindings.map(|binding| &binding.ident);
        return quote!(#allow let _ = (#(&#names,)*););
    }
    bindings.map(|Binding { ident, cfg }| quote!(#allow #(#cfg)* let _ = &#ident;)).collect()
}

/// What is captured counts as used.
fn allow_underscore<'a>(names: impl IntoIterator<Item = &'a Ident>) -> Option<TokenStream> {
    let unused = names.into_iter().any(|name| name.to_string().starts_with('_'));
    unused.then(|| quote!(#[allow(clippy::used_underscore_binding)]))
}

/// The same, the first parameter first: in this order a future that is never polled drops them.
pub(crate) fn capture_in_order(bindings: &[Binding]) -> TokenStream {
    capture_each(bindings.iter())
}

/// Whether a parameter is more than a name.
pub(crate) fn has_patterns(signature: &Signature) -> bool {
    signature.inputs.iter().any(|input| matches!(input, FnArg::Typed(typed) if !is_name(&typed.pat)))
}

/// Whether the order in which the parameters are dropped can be seen: more than one of them may have a destructor.
pub(crate) fn have_order(signature: &Signature) -> bool {
    let may_drop = |input: &&FnArg| match input {
        FnArg::Receiver(receiver) => match &receiver.kind {
            ReceiverKind::Reference(..) => false,
            ReceiverKind::Typed(_, written) => may_drop(written),
            _ => true,
        },
        FnArg::Typed(typed) => may_drop(&typed.ty),
    };
    signature.inputs.iter().filter(may_drop).count() > 1
}

fn may_drop(written: &Type) -> bool {
    match written {
        Type::Reference(_) | Type::Ptr(_) | Type::FnPtr(_) => false,
        Type::Paren(paren) => may_drop(&paren.elem),
        Type::Group(group) => may_drop(&group.elem),
        Type::Path(path) => !path.path.get_ident().is_some_and(is_scalar),
        _ => true,
    }
}

fn is_name(pattern: &Pat) -> bool {
    matches!(pattern, Pat::Ident(ident) if ident.by_ref.is_none() && ident.subpat.is_none())
}

/// The signature with a name for each parameter that is more than a name.
pub(crate) fn with_names(signature: &Signature) -> Signature {
    let mut named = signature.clone();
    for (input, name) in named.inputs.iter_mut().zip(names(signature)) {
        if let (FnArg::Typed(typed), Some(name)) = (input, name) {
            *typed.pat = syn::parse_quote!(#name);
        }
    }
    named
}

/// Statements that take every parameter of [`with_names`] into the future around them, and its patterns apart, in the
/// order in which an `async fn` does.
pub(crate) fn rebind(signature: &Signature) -> TokenStream {
    let statements = signature.inputs.iter().zip(names(signature)).map(|(input, name)| match input {
        FnArg::Receiver(_) => quote!(let _ = &self;),
        FnArg::Typed(typed) => {
            let cfg = typed.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
            let cfg = quote!(#(#cfg)*);
            match (&*typed.pat, name) {
                (pattern, Some(name)) => {
                    let mutable = lends_exclusively(pattern).then(|| quote!(mut));
                    quote!(#cfg let #mutable #name = #name; #cfg let #pattern = #name;)
                }
                (Pat::Ident(pattern), None) => {
                    let name = &pattern.ident;
                    let allow = allow_underscore([name]);
                    quote!(#cfg #allow let #pattern = #name;)
                }
                _ => TokenStream::new(),
            }
        }
    });
    statements.collect()
}

/// For each parameter that is more than a name, the name that it gets: documentation and editors show it, so it is made of
/// what the pattern binds. It is one that no parameter has; its span keeps it apart from names in the body.
fn names(signature: &Signature) -> Vec<Option<Ident>> {
    let mut taken: Vec<String> = Vec::new();
    let patterns: Vec<Option<&Pat>> = signature
        .inputs
        .iter()
        .map(|input| match input {
            FnArg::Typed(typed) if !is_name(&typed.pat) => Some(&*typed.pat),
            FnArg::Typed(typed) => {
                let mut idents = Vec::new();
                collect(&typed.pat, &mut idents);
                taken.extend(idents.iter().map(ToString::to_string));
                None
            }
            FnArg::Receiver(_) => None,
        })
        .collect();
    let name = |(index, pattern): (usize, Option<&Pat>)| {
        let mut idents = Vec::new();
        collect(pattern?, &mut idents);
        let words: Vec<String> = idents.iter().map(|ident| ident.unraw().to_string()).collect();
        let mut name = words.join("_");
        if name.is_empty() || taken.contains(&name) || syn::parse_str::<Ident>(&name).is_err() {
            name = format!("{name}_{index}");
        }
        taken.push(name.clone());
        Some(local(&name))
    };
    patterns.into_iter().enumerate().map(name).collect()
}

/// The span for a name of ours, which no name of the user's can meet.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}
