//! What the derives have in common: the inert attributes that they read, and the shape of struct that they take.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Fields, FieldsNamed, Meta};

use crate::args::Args;
use crate::diag::{Diagnostics, MessageId};

/// The arguments of all attributes `name`, as if they were written in one; `None` where there is none.
pub(crate) fn args_of(attributes: &[Attribute], name: &str, diagnostics: &mut Diagnostics) -> Option<Args> {
    let mut span: Option<Span> = None;
    let mut tokens = TokenStream::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(name)) {
        span.get_or_insert(attribute.path().span());
        match &attribute.meta {
            Meta::Path(_) => {}
            Meta::List(list) => {
                let list = &list.tokens;
                // Commas at the ends of what was written are right, two in a row are not.
                let comma = (!tokens.is_empty()).then(|| quote!(,));
                tokens.extend(quote!(#comma #list));
            }
            Meta::NameValue(_) => {
                if let Err(error) = attribute.meta.require_list() {
                    diagnostics.syntax(&error);
                }
            }
        }
    }
    Some(Args::parse(&format!("#[{name}]"), span?, tokens, diagnostics))
}

/// The fields of a struct that has named ones; anything else is reported for `#[derive(...)]`.
pub(crate) fn named_fields<'i>(
    input: &'i DeriveInput,
    derive: &str,
    diagnostics: &mut Diagnostics,
) -> Option<&'i FieldsNamed> {
    let mut unnamed = |place: TokenStream| {
        diagnostics
            .error(MessageId::UnnamedFields, place, format!("`#[derive({derive})]` needs named fields"))
            .help(format!("write `struct {} {{ name: Type }}`", input.ident));
    };
    let keyword = match &input.data {
        Data::Struct(data) => {
            match &data.fields {
                Fields::Named(fields) => return Some(fields),
                Fields::Unnamed(fields) => unnamed(fields.to_token_stream()),
                Fields::Unit => unnamed(input.ident.to_token_stream()),
            }
            return None;
        }
        Data::Enum(data) => data.enum_token.to_token_stream(),
        Data::Union(data) => data.union_token.to_token_stream(),
    };
    diagnostics
        .error(
            MessageId::NotAStruct,
            &keyword,
            format!("`#[derive({derive})]` cannot be applied to `{keyword}`"),
        )
        .help("use a `struct` with named fields");
    None
}
