//! Carrying the plugin id to the attributes inside a block, token by token: code that does not parse yet keeps its
//! plugin, and everything that is not an attribute of ours stays as it is.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Meta, Path, Token};

use super::BlockArgs;
use crate::function;
use crate::paths::CratePath;

/// Input: `mod catalog { #[traced(root)] fn f() {} }`
/// Output: `mod catalog { #[traced(__plugin = "catalog", root)] fn f() {} }`
///
/// The argument goes first, and an attribute takes the first one that it finds: of nested blocks the outer one expands
/// first, so the nearest one wins.
pub(super) fn inject(args: &BlockArgs, tokens: TokenStream) -> TokenStream {
    let mut output = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(pound) if pound.as_char() == '#' => {
                let attribute = match tokens.peek() {
                    Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => group.clone(),
                    _ => {
                        pound.to_tokens(&mut output);
                        continue;
                    }
                };
                tokens.next();
                attribute_tokens(args, &pound.into(), &attribute, &mut output);
            }
            TokenTree::Group(group) => {
                same_group(&group, inject(args, group.stream())).to_tokens(&mut output);
            }
            other => other.to_tokens(&mut output),
        }
    }
    output
}

/// The attribute with the id, or as it was.
fn attribute_tokens(args: &BlockArgs, pound: &TokenTree, attribute: &Group, output: &mut TokenStream) {
    let unchanged = |output: &mut TokenStream| {
        pound.to_tokens(output);
        attribute.to_tokens(output);
    };
    let Ok(meta) = syn::parse2::<Meta>(attribute.stream()) else {
        // Not an attribute of any form yet.
        return unchanged(output);
    };
    let metas = rewrite(args, meta);
    // A derive brings an attribute of its own, which stands behind it as the compiler wants it.
    for (index, meta) in metas.into_iter().enumerate() {
        if index == 0 {
            pound.to_tokens(output);
            same_group(attribute, meta).to_tokens(output);
        } else {
            output.extend(quote!(#[#meta]));
        }
    }
}

/// The contents of one attribute; several where a derive needs one more.
fn rewrite(args: &BlockArgs, meta: Meta) -> Vec<TokenStream> {
    if recognised(meta.path(), &args.krate) {
        return vec![with_id(args, &meta)];
    }
    if let Meta::List(list) = &meta {
        if list.path.is_ident("cfg_attr") {
            return vec![rewrite_cfg_attr(args, list).unwrap_or_else(|| meta.to_token_stream())];
        }
        if list.path.is_ident("derive") && derives_metric_set(list, &args.krate) {
            let hidden = hidden(args);
            return vec![meta.to_token_stream(), quote!(metric_set(#hidden))];
        }
    }
    vec![meta.into_token_stream()]
}

/// Input: `cfg_attr(condition, traced, derive(MetricSet))`. The condition is not looked into.
fn rewrite_cfg_attr(args: &BlockArgs, list: &syn::MetaList) -> Option<TokenStream> {
    let parser = |input: syn::parse::ParseStream<'_>| {
        let condition: Meta = input.parse()?;
        input.parse::<Token![,]>()?;
        let metas = Punctuated::<Meta, Token![,]>::parse_terminated(input)?;
        Ok((condition, metas))
    };
    let (condition, metas) = parser.parse2(list.tokens.clone()).ok()?;
    let path = &list.path;
    let metas = metas.into_iter().flat_map(|meta| rewrite(args, meta));
    Some(quote!(#path(#condition, #(#metas),*)))
}

/// Whether the path is `traced` or `metric` as they are usually written.
fn recognised(path: &Path, krate: &CratePath) -> bool {
    function::recognise(path, krate).is_some()
}

fn derives_metric_set(list: &syn::MetaList, krate: &CratePath) -> bool {
    let paths = Punctuated::<Path, Token![,]>::parse_terminated.parse2(list.tokens.clone());
    paths.is_ok_and(|paths| paths.iter().any(|path| function::is_ours(path, "MetricSet", krate)))
}

/// Output: `traced(__plugin = "catalog", root)`.
fn with_id(args: &BlockArgs, meta: &Meta) -> TokenStream {
    let hidden = hidden(args);
    match meta {
        Meta::Path(path) => quote!(#path(#hidden)),
        Meta::List(list) => {
            let (path, written) = (&list.path, &list.tokens);
            quote!(#path(#hidden, #written))
        }
        // Not a form of ours: the attribute itself says so.
        Meta::NameValue(_) => meta.to_token_stream(),
    }
}

/// Output: `__plugin = "catalog"`, at the place of the written id.
fn hidden(args: &BlockArgs) -> TokenStream {
    let key = Ident::new(args.owner.hidden(), args.source.span().resolved_at(Span::mixed_site()));
    let source = &args.source;
    quote!(#key = #source)
}

/// The group with other contents and the same span.
pub(crate) fn same_group(group: &Group, contents: TokenStream) -> Group {
    let mut same = Group::new(group.delimiter(), contents);
    same.set_span(group.span());
    same
}
