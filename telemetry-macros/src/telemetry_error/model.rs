//! An error type of which it is known what each of its cases says.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Field, Fields, Generics, Ident, LitStr, Member, Type};
use telemetry_naming::snake_case;

use super::args::{ErrorArgs, Said};
use crate::diag::{Diagnostics, MessageId};
use crate::names;
use crate::paths::CratePath;

/// An error type.
pub(super) struct ErrorCases {
    pub(super) ident: Ident,
    pub(super) generics: Generics,
    pub(super) cases: Vec<Case>,
    pub(super) krate: CratePath,
}

/// A variant, or the struct itself.
pub(super) struct Case {
    /// `Self::Variant`, or `Self`.
    pub(super) path: TokenStream,
    pub(super) says: Says,
}

/// What a case says.
pub(super) enum Says {
    Word {
        error_type: String,
        expected: bool,
    },
    /// What the error in this field says.
    Inner {
        field: Member,
        ty: Box<Type>,
    },
}

impl ErrorCases {
    pub(super) fn build(
        input: &DeriveInput,
        args: &ErrorArgs,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let cases = match &input.data {
            Data::Enum(data) => {
                let variants = data.variants.iter().zip(&args.variants);
                variants
                    .filter_map(|(variant, said)| {
                        let ident = &variant.ident;
                        let says = says(ident, &variant.fields, said, &args.whole, diagnostics)?;
                        Some(Case { path: quote!(Self::#ident), says })
                    })
                    .collect()
            }
            Data::Struct(data) => {
                let says = says(&input.ident, &data.fields, &args.whole, &args.whole, diagnostics)?;
                vec![Case { path: quote!(Self), says }]
            }
            Data::Union(data) => {
                diagnostics
                    .error(
                        MessageId::NotAnEnum,
                        data.union_token,
                        "`#[derive(TelemetryError)]` needs an enum or a struct",
                    )
                    .help("implement `TelemetryError` by hand");
                return None;
            }
        };
        let ErrorArgs { krate, .. } = args;
        Some(Self {
            ident: input.ident.clone(),
            generics: input.generics.clone(),
            cases,
            krate: krate.clone(),
        })
    }
}

fn says(
    ident: &Ident,
    fields: &Fields,
    said: &Said,
    whole: &Said,
    diagnostics: &mut Diagnostics,
) -> Option<Says> {
    if let Some(transparent) = &said.transparent {
        return inner(fields, transparent, diagnostics);
    }
    let literal = said.error_type.as_ref().or(whole.error_type.as_ref()).cloned().unwrap_or_else(|| {
        // At the place of the name that it comes from.
        LitStr::new(&snake_case(&ident.unraw().to_string()), ident.span())
    });
    names::error_type(&literal, diagnostics);
    let expected = said.expected.or(whole.expected).unwrap_or_default();
    Some(Says::Word { error_type: literal.value(), expected })
}

/// The only field, or the one that is marked as the source.
fn inner(fields: &Fields, transparent: &Ident, diagnostics: &mut Diagnostics) -> Option<Says> {
    let all: Vec<(usize, &Field)> = fields.iter().enumerate().collect();
    let mut sources = all.iter().filter(|(_, field)| is_source(field));
    let chosen = match (&all[..], sources.next(), sources.next()) {
        ([only], ..) => Some(only),
        (_, Some(source), None) => Some(source),
        _ => None,
    };
    let Some((index, field)) = chosen else {
        diagnostics
            .error(
                MessageId::TransparentWithoutSource,
                transparent,
                "`transparent` needs one error to pass on",
            )
            .help("keep one field, or name the one with the error `source`")
            .note("a field with `#[source]` or `#[from]` counts too");
        return None;
    };
    let field_name = match &field.ident {
        Some(ident) => Member::Named(ident.clone()),
        None => Member::Unnamed((*index).into()),
    };
    Some(Says::Inner { field: field_name, ty: Box::new(field.ty.clone()) })
}

fn is_source(field: &Field) -> bool {
    let is_marked =
        |attribute: &syn::Attribute| attribute.path().is_ident("source") || attribute.path().is_ident("from");
    field.ident.as_ref().is_some_and(|ident| ident == "source") || field.attrs.iter().any(is_marked)
}

impl ErrorCases {
    /// The types of inner errors that a type parameter occurs in: only whoever names it knows what it says.
    pub(super) fn generic_inners(&self) -> impl Iterator<Item = &Type> {
        let parameters: Vec<String> =
            self.generics.type_params().map(|param| param.ident.to_string()).collect();
        self.cases.iter().filter_map(move |case| match &case.says {
            Says::Inner { ty, .. } => mentions(ty.to_token_stream(), &parameters).then_some(&**ty),
            Says::Word { .. } => None,
        })
    }
}

fn mentions(tokens: TokenStream, words: &[String]) -> bool {
    tokens.into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => words.iter().any(|word| ident == word),
        proc_macro2::TokenTree::Group(group) => mentions(group.stream(), words),
        _ => false,
    })
}
