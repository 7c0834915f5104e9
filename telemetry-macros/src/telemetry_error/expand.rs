//! The tokens of `impl TelemetryError`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{DeriveInput, Ident, parse_quote};

use super::model::{Case, ErrorCases, Says};
use crate::paths::CratePath;

/// Input: `enum Failed { NotFound, #[telemetry(expected)] Denied(String), #[telemetry(transparent)] Store(StoreError) }`
///
/// Output:
/// ```text
/// impl TelemetryError for Failed {
///     fn error_type(&self) -> &'static str {
///         match self {
///             Self::NotFound { .. } => "not_found",
///             Self::Denied { .. } => "denied",
///             Self::Store { 0: inner, .. } => TelemetryError::error_type(inner),
///         }
///     }
///     fn is_expected(&self) -> bool { .. }
/// }
/// inventory::submit! { DerivedError::of::<Failed>() }    // unless it is generic
/// ```
pub(super) fn expand(error: &ErrorCases) -> TokenStream {
    let ErrorCases { ident, cases, krate, .. } = error;
    let private = krate.private();
    let mut generics = error.generics.clone();
    for ty in error.generic_inners() {
        generics.make_where_clause().predicates.push(parse_quote!(#ty: #private::TelemetryError));
    }
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let error_type = method(cases, "error_type", krate, |error_type, _| error_type.to_token_stream());
    let is_expected = method(cases, "is_expected", krate, |_, expected| expected.to_token_stream());
    // For code that is generic over errors, and so cannot ask the compiler what one says of itself.
    let entry = error
        .generics
        .params
        .is_empty()
        .then(|| quote!(#private::inventory::submit! { #private::DerivedError::of::<#ident>() }));
    quote! {
        #entry
        #[automatically_derived]
        #[allow(deprecated)]
        impl #impl_generics #private::TelemetryError for #ident #type_generics #where_clause {
            fn error_type(&self) -> &'static ::core::primitive::str {
                #error_type
            }
            fn is_expected(&self) -> ::core::primitive::bool {
                #is_expected
            }
        }
    }
}

/// The match of one method. Cases that say the same share an arm.
fn method(
    cases: &[Case],
    name: &str,
    krate: &CratePath,
    value: impl Fn(&str, bool) -> TokenStream,
) -> TokenStream {
    if cases.is_empty() {
        return quote!(match *self {});
    }
    let mut words: Vec<(String, TokenStream, Vec<&TokenStream>)> = Vec::new();
    let mut inners = TokenStream::new();
    for Case { path, says } in cases {
        match says {
            Says::Word { error_type, expected } => {
                let value = value(error_type, *expected);
                let text = value.to_string();
                match words.iter_mut().find(|(known, ..)| *known == text) {
                    Some((.., paths)) => paths.push(path),
                    None => words.push((text, value, vec![path])),
                }
            }
            Says::Inner { field, ty } => {
                // At the type, which is what lacks an implementation if there is none.
                let span = ty.span().resolved_at(Span::mixed_site());
                let (private, inner) = (krate.private_at(span), Ident::new("__inner", span));
                let method = Ident::new(name, span);
                let call = quote_spanned!(span=> #private::TelemetryError::#method(#inner));
                inners.extend(quote!(#path { #field: #inner, .. } => #call,));
            }
        }
    }
    let words = words.iter().map(|(_, value, paths)| quote!(#(#paths { .. })|* => #value,));
    quote!(match self { #(#words)* #inners })
}

/// An implementation that says nothing, so that a refused type is not refused a second time wherever it is used.
pub(super) fn fallback(input: &DeriveInput, krate: &CratePath) -> TokenStream {
    let ident = &input.ident;
    let private = krate.private();
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #private::TelemetryError for #ident #type_generics #where_clause {
            fn error_type(&self) -> &'static ::core::primitive::str {
                ""
            }
        }
    }
}
