//! The tokens of `impl AttributeValue`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use super::model::ClosedValues;
use crate::paths::CratePath;

/// Input: `enum Kind { Component, Api }`
///
/// Output:
/// ```text
/// impl AttributeValue for Kind {
///     type Schema = Self;
///     const VALUES: usize = 2;
///     fn ordinal(&self) -> usize { match self { Self::Component => 0, Self::Api => 1 } }
///     fn value(ordinal: usize) -> Option<AttributeData> { text_value(&["component", "api"], ordinal) }
/// }
/// ```
pub(super) fn expand(values: &ClosedValues) -> TokenStream {
    let ClosedValues { ident, generics, variants, krate } = values;
    let private = krate.private();
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let count = variants.len();
    let names = variants.iter().map(|(variant, _)| variant);
    let ordinals = 0..count;
    let texts = variants.iter().map(|(_, text)| text);
    quote! {
        #[automatically_derived]
        #[allow(deprecated)]
        impl #impl_generics #private::AttributeValue for #ident #type_generics #where_clause {
            type Schema = Self;
            const VALUES: usize = #count;
            #[inline]
            fn ordinal(&self) -> usize {
                match self {
                    #(Self::#names => #ordinals,)*
                }
            }
            fn value(ordinal: usize) -> ::core::option::Option<#private::AttributeData> {
                #private::text_value(&[#(#texts),*], ordinal)
            }
        }
    }
}

/// An implementation with one value, so that a refused type is not refused a second time wherever it is used.
pub(super) fn fallback(input: &DeriveInput, krate: &CratePath) -> TokenStream {
    let ident = &input.ident;
    let private = krate.private();
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #private::AttributeValue for #ident #type_generics #where_clause {
            type Schema = ();
            const VALUES: usize = 1;
            fn ordinal(&self) -> usize {
                0
            }
            fn value(_: usize) -> ::core::option::Option<#private::AttributeData> {
                ::core::option::Option::None
            }
        }
    }
}
