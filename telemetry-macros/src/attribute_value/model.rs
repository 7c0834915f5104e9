//! An enum whose values are known, distinct and not empty.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Data, DataEnum, DeriveInput, Fields, Generics, Ident, LitStr, Variant};
use telemetry_naming::snake_case;

use super::args::ValueArgs;
use crate::diag::{Diagnostics, MessageId};
use crate::paths::CratePath;

/// A closed set of values.
pub(super) struct ClosedValues {
    pub(super) ident: Ident,
    pub(super) generics: Generics,
    /// The variants with what they are exported as.
    pub(super) variants: Vec<(Ident, String)>,
    pub(super) krate: CratePath,
}

impl ClosedValues {
    pub(super) fn build(
        input: &DeriveInput,
        args: &ValueArgs,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let data = enum_of(input, diagnostics)?;
        let mut variants: Vec<(Ident, String)> = Vec::new();
        for (variant, written) in data.variants.iter().zip(&args.values) {
            check_fieldless(variant, diagnostics);
            let (value, place) = exported(variant, written.as_ref());
            if value.is_empty() {
                diagnostics
                    .error(MessageId::EmptyAttributeValue, place, "an attribute value must not be empty")
                    .help(
                        "name the value; an `Option` around the enum leaves the attribute out where it is `None`",
                    );
            } else if let Some((first, _)) = variants.iter().find(|(_, known)| *known == value) {
                diagnostics
                    .error(
                        MessageId::DuplicateAttributeValue,
                        place,
                        format!("attribute value `{value}` is also that of `{first}`"),
                    )
                    .help(format!("give `{}` another value: `#[attribute(\"...\")]`", variant.ident));
            }
            variants.push((variant.ident.clone(), value));
        }
        Some(Self {
            ident: input.ident.clone(),
            generics: input.generics.clone(),
            variants,
            krate: args.krate.clone(),
        })
    }
}

/// The enum with at least one variant.
fn enum_of<'i>(input: &'i DeriveInput, diagnostics: &mut Diagnostics) -> Option<&'i DataEnum> {
    let keyword = match &input.data {
        Data::Enum(data) if data.variants.is_empty() => {
            diagnostics
                .error(
                    MessageId::EnumWithoutVariants,
                    &input.ident,
                    format!("`{}` has no variants, so no value can be recorded", input.ident),
                )
                .help("add a variant for each value");
            return None;
        }
        Data::Enum(data) => return Some(data),
        Data::Struct(data) => data.struct_token.to_token_stream(),
        Data::Union(data) => data.union_token.to_token_stream(),
    };
    diagnostics
        .error(MessageId::NotAnEnum, keyword, "`#[derive(AttributeValue)]` needs an enum")
        .help("use `#[derive(MetricAttributes)]` for a struct of attributes, or `Label` for free text");
    None
}

fn check_fieldless(variant: &Variant, diagnostics: &mut Diagnostics) {
    if !matches!(variant.fields, Fields::Unit) {
        diagnostics
            .error(
                MessageId::VariantWithFields,
                &variant.fields,
                format!("variant `{}` must not have fields", variant.ident),
            )
            .help("remove the fields; free text goes into an attribute of its own, as a `Label`")
            .note("the number of values has to be known to the compiler");
    }
}

/// The exported value, and what to point at if it is wrong.
fn exported(variant: &Variant, written: Option<&LitStr>) -> (String, TokenStream) {
    match written {
        Some(literal) => (literal.value(), literal.to_token_stream()),
        None => (snake_case(&variant.ident.unraw().to_string()), variant.ident.to_token_stream()),
    }
}
