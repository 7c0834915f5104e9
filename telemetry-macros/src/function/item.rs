//! A function as it was written: the signature parsed, the body left as tokens.
//!
//! The body is never parsed, so that one that does not parse yet still gives the editor its function, and so that every
//! token keeps its span.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, Meta, Path, ReturnType, Signature, Token, Visibility, parse_quote};

use super::params::with_names;

/// A function or method.
pub(crate) struct FnItem {
    pub(crate) attributes: Vec<Attribute>,
    /// The bare names of the attributes of ours that were taken off the function: they may be imports.
    absorbed: Vec<Ident>,
    visibility: Visibility,
    defaultness: Option<Token![default]>,
    pub(crate) signature: Signature,
    body: Option<Group>,
}

impl Parse for FnItem {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let defaultness = input.parse()?;
        let signature = input.parse()?;
        let body = if input.peek(Token![;]) {
            input.parse::<Token![;]>()?;
            None
        } else {
            Some(parse_body(input)?)
        };
        Ok(Self { attributes, absorbed: Vec::new(), visibility, defaultness, signature, body })
    }
}

/// The braces of the body. A `$body:block` of `macro_rules!` arrives inside an invisible group.
fn parse_body(input: ParseStream<'_>) -> syn::Result<Group> {
    let mut token: TokenTree = input.parse()?;
    loop {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => return Ok(group),
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                let mut inner = group.stream().into_iter();
                let (Some(nested), None) = (inner.next(), inner.next()) else {
                    return Err(syn::Error::new(group.span(), "expected the body of a function"));
                };
                token = nested;
            }
            other => return Err(syn::Error::new(other.span(), "expected the body of a function")),
        }
    }
}

/// The body of a function in its parts.
pub(crate) struct Body {
    /// The attributes `#![..]` that hold for the whole function.
    pub(crate) inner_attributes: TokenStream,
    /// The rest, without the braces.
    pub(crate) statements: TokenStream,
    /// The braces' span: errors about the value of the body belong there.
    pub(crate) span: Span,
}

impl FnItem {
    pub(crate) fn visibility(&self) -> &Visibility {
        &self.visibility
    }

    /// The function as an item inside another one: without its visibility.
    pub(crate) fn inner(&self) -> TokenStream {
        let Self { attributes, signature, body, .. } = self;
        quote!(#(#attributes)* #signature #body)
    }

    /// The function's name, without `r#`.
    pub(crate) fn name(&self) -> String {
        self.signature.ident.unraw().to_string()
    }

    pub(crate) fn has_body(&self) -> bool {
        self.body.is_some()
    }

    /// The body; empty for a method without one.
    pub(crate) fn body(&self) -> Body {
        let Some(group) = &self.body else {
            return Body {
                inner_attributes: TokenStream::new(),
                statements: TokenStream::new(),
                span: Span::call_site(),
            };
        };
        let mut tokens = group.stream().into_iter().peekable();
        let mut inner_attributes = TokenStream::new();
        let mut statements = TokenStream::new();
        loop {
            let ahead: Vec<TokenTree> = tokens.clone().take(3).collect();
            let [TokenTree::Punct(pound), TokenTree::Punct(bang), TokenTree::Group(content)] = &ahead[..]
            else {
                break;
            };
            let is_attribute =
                pound.as_char() == '#' && bang.as_char() == '!' && content.delimiter() == Delimiter::Bracket;
            if !is_attribute {
                break;
            }
            inner_attributes.extend(tokens.by_ref().take(3));
        }
        statements.extend(tokens);
        Body { inner_attributes, statements, span: group.span() }
    }

    /// Notes that this attribute was taken off the function.
    pub(crate) fn absorb(&mut self, attribute: &Path) {
        self.absorbed.extend(attribute.get_ident().filter(|name| !self.absorbed.contains(name)).cloned());
    }

    /// Items that name the attributes taken off the function, so that their imports are not unused.
    pub(crate) fn uses(&self) -> TokenStream {
        let absorbed = self.absorbed.iter().map(mark);
        quote!(#(#absorbed const _: () = ();)*)
    }

    /// The function with another body, everything else as it was written.
    pub(crate) fn with_body(&self, body: TokenStream) -> TokenStream {
        self.with(&self.signature, body)
    }

    /// An `async fn` as a function that returns its future, which `body` makes.
    ///
    /// `impl Future` has the place of the macro, so it captures what an `async fn` does, in crates of every edition.
    pub(crate) fn with_future(&self, body: TokenStream) -> TokenStream {
        let mut signature = with_names(&self.signature);
        signature.asyncness = None;
        let output = match &self.signature.output {
            ReturnType::Default => quote!(()),
            ReturnType::Type(_, written) => written.to_token_stream(),
        };
        signature.output = parse_quote!(-> impl ::core::future::Future<Output = #output>);
        self.with(&signature, body)
    }

    fn with(&self, signature: &Signature, body: TokenStream) -> TokenStream {
        let Self { attributes, visibility, defaultness, .. } = self;
        let mut braces = Group::new(Delimiter::Brace, body);
        if let Some(written) = &self.body {
            // The written braces' span: go-to-definition and "expected .. found" still end in the user's function.
            braces.set_span(written.span());
        }
        quote!(#(#attributes)* #visibility #defaultness #signature #braces)
    }
}

/// The argument of an attribute that another one has absorbed: it leaves its item as it is.
pub(crate) const ABSORBED: &str = "__absorbed";

fn mark(attribute: &Ident) -> TokenStream {
    let absorbed = Ident::new(ABSORBED, Span::mixed_site());
    quote!(#[#attribute(#absorbed)])
}

impl ToTokens for FnItem {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attributes, absorbed, visibility, defaultness, signature, body } = self;
        let absorbed = absorbed.iter().map(mark);
        tokens.extend(quote!(#(#absorbed)* #(#attributes)* #visibility #defaultness #signature));
        match body {
            Some(body) => body.to_tokens(tokens),
            None => tokens.extend(quote!(;)),
        }
    }
}

/// Whether an attribute is one of the compiler's or of its tools, which leaves the function as it is.
pub(crate) fn is_built_in(attribute: &Attribute) -> bool {
    is_built_in_meta(&attribute.meta)
}

fn is_built_in_meta(meta: &Meta) -> bool {
    const TOOLS: &[&str] = &["clippy", "diagnostic", "rust_analyzer", "rustfmt"];
    const BUILT_IN: &[&str] = &[
        "allow",
        "cfg",
        "cold",
        "deny",
        "deprecated",
        "doc",
        "expect",
        "forbid",
        "inline",
        "must_use",
        "target_feature",
        "track_caller",
        "warn",
    ];
    let first = meta.path().segments.first().map(|segment| segment.ident.to_string()).unwrap_or_default();
    if meta.path().segments.len() > 1 {
        return TOOLS.contains(&first.as_str());
    }
    match meta {
        // `cfg_attr(condition, attribute, ..)`
        Meta::List(list) if first == "cfg_attr" => list
            .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
            .is_ok_and(|metas| metas.iter().skip(1).all(is_built_in_meta)),
        _ => BUILT_IN.contains(&first.as_str()),
    }
}
