//! Carrying the plugin id to the attributes inside a block, token by token: code that does not parse yet keeps its
//! plugin, and everything that is not an attribute of ours stays as it is.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Meta, Path, Token};

use super::{BlockArgs, Owner};
use crate::args::HIDDEN_CRATE;
use crate::function;
use crate::paths::CratePath;

/// Input: `mod catalog { #[traced(root)] fn f() {} }`
/// Output: `mod catalog { #[traced(__plugin = "catalog", root)] fn f() {} }`
///
/// The argument goes first, and an attribute takes the first one that it finds: of nested blocks the outer one expands
/// first, so the nearest one wins. Where the block says what the runtime crate is called, everything of ours inside is told.
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
            TokenTree::Ident(name) if name == "metric_name" && args.krate.written().is_some() => {
                name.to_tokens(&mut output);
                let Some(TokenTree::Punct(bang)) = tokens.next_if(is_bang) else { continue };
                bang.to_tokens(&mut output);
                if let Some(TokenTree::Group(group)) =
                    tokens.next_if(|token| matches!(token, TokenTree::Group(_)))
                {
                    let (krate, written) = (hidden_crate(args), group.stream());
                    same_group(&group, quote!(#krate, #written)).to_tokens(&mut output);
                }
            }
            other => other.to_tokens(&mut output),
        }
    }
    output
}

fn is_bang(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '!')
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
        return vec![with_hidden(&meta, &hidden(args))];
    }
    if takes_crate(meta.path(), &args.krate) {
        return vec![with_hidden(&meta, &hidden_crate(args))];
    }
    if let Meta::List(list) = &meta {
        if list.path.is_ident("cfg_attr") {
            return vec![rewrite_cfg_attr(args, list).unwrap_or_else(|| meta.to_token_stream())];
        }
        if list.path.is_ident("derive") {
            let helpers = helpers_of(args, list);
            return std::iter::once(meta.to_token_stream()).chain(helpers).collect();
        }
    }
    vec![meta.into_token_stream()]
}

/// The attributes that tell our derives what they have to know.
///
/// Output: `metric_set(__plugin = "catalog")`.
fn helpers_of(args: &BlockArgs, list: &syn::MetaList) -> Vec<TokenStream> {
    let paths = Punctuated::<Path, Token![,]>::parse_terminated.parse2(list.tokens.clone());
    let paths = paths.unwrap_or_default();
    let derives = |name| paths.iter().any(|path| function::is_ours(path, name, &args.krate));
    let mut helpers = Vec::new();
    if derives("MetricSet") {
        let hidden = hidden(args);
        helpers.push(quote!(metric_set(#hidden)));
    }
    let krate = hidden_crate(args);
    if !krate.is_empty() {
        for (derive, helper) in [
            ("MetricAttributes", "metric_attributes"),
            ("AttributeValue", "attribute"),
            ("TelemetryError", "telemetry"),
        ] {
            if derives(derive) {
                let helper = Ident::new(helper, Span::mixed_site());
                helpers.push(quote!(#helper(#krate)));
            }
        }
    }
    helpers
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

/// Whether it is an attribute of ours that belongs to no plugin, or says itself which one. `test` and `main` are ours
/// under the name of the crate only.
fn takes_crate(path: &Path, krate: &CratePath) -> bool {
    let is_block =
        [Owner::Plugin, Owner::Core].iter().any(|owner| function::is_ours(path, owner.word(), krate));
    let is_entry = ["main", "test"].iter().any(|word| function::is_ours(path, word, krate));
    krate.written().is_some() && (is_block || (is_entry && path.segments.len() > 1))
}

/// Output: `traced(__plugin = "catalog", root)`.
fn with_hidden(meta: &Meta, hidden: &TokenStream) -> TokenStream {
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

/// Output: `__plugin = "catalog"`, at the place of the written id, and `, __crate = path` where the block says so.
fn hidden(args: &BlockArgs) -> TokenStream {
    let key = Ident::new(args.owner.hidden(), args.source.span().resolved_at(Span::mixed_site()));
    let (source, krate) = (&args.source, hidden_crate(args));
    let comma = (!krate.is_empty()).then(|| quote!(,));
    quote!(#key = #source #comma #krate)
}

/// Output: `__crate = path`, or nothing.
fn hidden_crate(args: &BlockArgs) -> TokenStream {
    let key = Ident::new(HIDDEN_CRATE, Span::mixed_site());
    args.krate.written().map(|path| quote!(#key = #path)).unwrap_or_default()
}

/// The group with other contents and the same span.
pub(crate) fn same_group(group: &Group, contents: TokenStream) -> Group {
    let mut same = Group::new(group.delimiter(), contents);
    same.set_span(group.span());
    same
}
