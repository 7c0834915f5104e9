//! `attributes(key = expr, ..)` and `#[attribute]` on a parameter.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Expr, FnArg, Ident, LitStr, Meta, Pat, Signature, Token};

use crate::diag::{Diagnostics, MessageId};
use crate::names;

/// The key of an attribute.
pub(crate) enum Key {
    Literal(LitStr),
    /// `{CONST}`.
    Constant(Expr),
}

impl Key {
    /// What to point at if the key is wrong: the literal, the name of the parameter, or the constant.
    pub(crate) fn place(&self) -> TokenStream {
        match self {
            Self::Literal(literal) => literal.to_token_stream(),
            Self::Constant(expr) => expr.to_token_stream(),
        }
    }
}

/// A key and the expression that gives its value.
pub(crate) struct SpanAttribute {
    pub(crate) key: Key,
    pub(crate) value: Expr,
    /// The `cfg` attributes of the parameter that it comes from.
    pub(crate) cfg: Vec<Attribute>,
}

/// Parses `key.path = expr, "any-key" = expr, {CONST} = expr`. The keys are not checked yet: what a key may be depends on
/// whether it belongs to a span or to a metric.
pub(crate) fn parse_pairs(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Vec<(Key, Expr)> {
    let mut pairs = Vec::new();
    let parsed = (|input: ParseStream<'_>| {
        while !input.is_empty() {
            match parse_pair(input) {
                Ok(pair) => pairs.push(pair),
                Err(error) => {
                    diagnostics.syntax(&error).help(
                        "write `key = expression`, `\"any-key\" = expression` or `{CONSTANT} = expression`",
                    );
                    while !input.is_empty() && !input.peek(Token![,]) {
                        input.parse::<proc_macro2::TokenTree>()?;
                    }
                }
            }
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(())
    })
    .parse2(tokens);
    if let Err(error) = parsed {
        diagnostics.syntax(&error);
    }
    pairs
}

/// As [`parse_pairs`], for the attributes of a span.
pub(super) fn parse(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Vec<SpanAttribute> {
    parse_pairs(tokens, diagnostics)
        .into_iter()
        .map(|(key, value)| SpanAttribute { key, value, cfg: Vec::new() })
        .collect()
}

fn parse_pair(input: ParseStream<'_>) -> syn::Result<(Key, Expr)> {
    let key = if input.peek(syn::token::Brace) {
        let content;
        syn::braced!(content in input);
        Key::Constant(content.parse()?)
    } else if input.peek(LitStr) {
        Key::Literal(input.parse()?)
    } else {
        Key::Literal(parse_path(input)?)
    };
    input.parse::<Token![=]>()?;
    let value = input.parse()?;
    if !input.is_empty() && !input.peek(Token![,]) {
        return Err(input.error("expected `,`"));
    }
    Ok((key, value))
}

/// Identifiers joined by dots, keywords too.
fn parse_path(input: ParseStream<'_>) -> syn::Result<LitStr> {
    let first = Ident::parse_any(input)?;
    let mut key = first.unraw().to_string();
    let mut span = first.span();
    while input.peek(Token![.]) {
        input.parse::<Token![.]>()?;
        let next = Ident::parse_any(input)?;
        key.push('.');
        key.push_str(&next.unraw().to_string());
        span = span.join(next.span()).unwrap_or(span);
    }
    Ok(LitStr::new(&key, span))
}

/// Checks the keys: their grammar, and that each is there once.
pub(crate) fn check_keys<'a>(
    keys: impl Iterator<Item = &'a Key>,
    check: fn(&LitStr, &mut Diagnostics),
    diagnostics: &mut Diagnostics,
) {
    let mut seen: Vec<String> = Vec::new();
    for key in keys {
        let text = match key {
            Key::Literal(literal) => {
                check(literal, diagnostics);
                literal.value()
            }
            Key::Constant(expr) => format!("{{{}}}", expr.to_token_stream()),
        };
        if seen.contains(&text) {
            diagnostics
                .error(
                    MessageId::DuplicateAttributeKey,
                    key.place(),
                    format!("attribute key `{text}` is given twice"),
                )
                .help("keep one of the two");
        }
        seen.push(text);
    }
}

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
        let (ours, others): (Vec<_>, Vec<_>) = std::mem::take(attributes)
            .into_iter()
            .partition(|attribute| attribute.path().is_ident("attribute"));
        *attributes = others;
        let cfg: Vec<_> =
            attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect();
        for attribute in ours {
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
            // The span of the name in the attribute would hijack go-to-definition of the parameter.
            let value: Expr = syn::parse_quote!(&#ident);
            found.push(SpanAttribute { key: Key::Literal(key), value, cfg: cfg.clone() });
        }
    }
    found
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

/// Checks the keys of a span's attributes.
pub(crate) fn check_span_keys(attributes: &[SpanAttribute], diagnostics: &mut Diagnostics) {
    check_keys(attributes.iter().map(|attribute| &attribute.key), names::attribute_key, diagnostics);
}

impl ToTokens for Key {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Literal(literal) => LitStr::new(&literal.value(), Span::call_site()).to_tokens(tokens),
            Self::Constant(expr) => expr.to_tokens(tokens),
        }
    }
}
