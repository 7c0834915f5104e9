//! `#[attribute]` on a parameter.

use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Expr, FnArg, Ident, LitStr, Meta, Pat, Signature, Token, parse_quote, parse_quote_spanned,
};

use super::attributes::{Key, SpanAttribute};
use crate::diag::{Diagnostics, MessageId};

/// Takes `#[attribute]` and `#[attribute("key")]` off the parameters; they are no attributes that the compiler knows.
pub(crate) fn take_from_parameters(
    signature: &mut Signature,
    diagnostics: &mut Diagnostics,
) -> Vec<SpanAttribute> {
    let mut found = Vec::new();
    for input in &mut signature.inputs {
        let (attributes, ident) = match input {
            FnArg::Receiver(receiver) => {
                let span = receiver.self_token.span;
                (&mut receiver.attrs, Some(Ident::new("self", span)))
            }
            FnArg::Typed(typed) => {
                let ident = match &*typed.pat {
                    Pat::Ident(pattern) => Some(pattern.ident.clone()),
                    _ => None,
                };
                (&mut typed.attrs, ident)
            }
        };
        let cfg: Vec<_> =
            attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect();
        let mut ours = Vec::new();
        let others = std::mem::take(attributes).into_iter();
        *attributes = others.filter_map(|attribute| split(attribute, &cfg, &mut ours)).collect();
        for (attribute, cfg) in ours {
            let Some(ident) = &ident else {
                diagnostics
                    .error(
                        MessageId::AttributeOnPattern,
                        &attribute,
                        "`#[attribute]` needs a parameter with a name, not a pattern",
                    )
                    .help("name the parts in `#[traced(attributes(key = part))]`");
                continue;
            };
            let Some(key) = parameter_key(&attribute, ident, diagnostics) else { continue };
            // At the parameter, whose type the compiler may refuse. The span of a key would hijack go-to-definition.
            let value: Expr = parse_quote_spanned!(ident.span()=> &#ident);
            found.push(SpanAttribute { key: Key::Literal(key), value, cfg });
        }
    }
    found
}

/// What is left of an attribute when ours are taken out. `#[cfg_attr(predicate, attribute)]` is looked into: the compiler
/// would do so only afterwards, and then not know the attribute.
fn split(
    attribute: Attribute,
    cfg: &[Attribute],
    ours: &mut Vec<(Attribute, Vec<Attribute>)>,
) -> Option<Attribute> {
    if attribute.path().is_ident("attribute") {
        ours.push((attribute, cfg.to_vec()));
        return None;
    }
    if !attribute.path().is_ident("cfg_attr") {
        return Some(attribute);
    }
    // What does not parse is told by the compiler.
    let Ok(parts) = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) else {
        return Some(attribute);
    };
    let mut parts = parts.into_iter();
    let Some(predicate) = parts.next() else { return Some(attribute) };
    let mut cfg = cfg.to_vec();
    cfg.push(parse_quote!(#[cfg(#predicate)]));
    let found = ours.len();
    let rest = parts.filter_map(|part| Some(split(parse_quote!(#[#part]), &cfg, ours)?.meta));
    let rest: Vec<Meta> = rest.collect();
    if ours.len() == found {
        return Some(attribute);
    }
    (!rest.is_empty()).then(|| parse_quote!(#[cfg_attr(#predicate, #(#rest),*)]))
}

fn parameter_key(attribute: &Attribute, ident: &Ident, diagnostics: &mut Diagnostics) -> Option<LitStr> {
    match &attribute.meta {
        Meta::Path(_) => Some(LitStr::new(&ident.unraw().to_string(), ident.span())),
        Meta::List(list) => match syn::parse2::<LitStr>(list.tokens.clone()) {
            Ok(key) => Some(key),
            Err(error) => {
                diagnostics.syntax(&error).help("write `#[attribute]` or `#[attribute(\"the.key\")]`");
                None
            }
        },
        Meta::NameValue(pair) => {
            diagnostics
                .error(MessageId::ArgumentShape, pair, "`attribute` needs parentheses")
                .help("write `#[attribute(\"the.key\")]`");
            None
        }
    }
}
