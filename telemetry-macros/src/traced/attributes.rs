//! `attributes(key = expr, ..)`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Expr, Ident, LitStr, Token};

use crate::diag::{Diagnostics, MessageId};
use crate::names;

/// The key of an attribute.
pub(crate) enum Key {
    Literal(LitStr),
    /// `{CONST}`.
    Constant(Expr),
}

impl Key {
    /// A reference to the key that lives for ever. Output: `&"key"` or `const { &CONST }`.
    pub(super) fn borrowed(&self) -> TokenStream {
        match self {
            Self::Literal(_) => quote!(&#self),
            Self::Constant(_) => quote!(const { &#self }),
        }
    }

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
    /// The `cfg` attributes under which it exists: those of the parameter that it comes from.
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

/// Checks the keys of a span's attributes.
pub(crate) fn check_span_keys(attributes: &[SpanAttribute], diagnostics: &mut Diagnostics) {
    let (always, sometimes): (Vec<_>, Vec<_>) =
        attributes.iter().partition(|attribute| attribute.cfg.is_empty());
    check_keys(always.iter().map(|attribute| &attribute.key), names::attribute_key, diagnostics);
    // Those of one key may exclude each other.
    for attribute in sometimes {
        check_keys(std::iter::once(&attribute.key), names::attribute_key, diagnostics);
    }
}

impl ToTokens for Key {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Literal(literal) => LitStr::new(&literal.value(), Span::call_site()).to_tokens(tokens),
            Self::Constant(expr) => expr.to_tokens(tokens),
        }
    }
}
