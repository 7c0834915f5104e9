//! The tokens of `impl MetricSet`, and of the set that a plugin has once.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::DeriveInput;
use syn::spanned::Spanned;

use super::model::{InstrumentField, InstrumentSet};
use crate::paths::CratePath;

/// Input: `pub struct Metrics { #[metric(counter = "entities.processed")] processed: Counter<u64, Processed> }`
///
/// Output:
/// ```text
/// const _: () = {
///     static __METRIC_0: Descriptor = Descriptor::new(Counter, <field type>::NUMBER, scope, "entities.processed", crate)
///         .attribute_keys(<field type's attributes>::KEYS);
///     inventory::submit! { Declared::new(&__METRIC_0) }
///     static __SET: Metrics = Metrics { processed: <Counter<u64, Processed>>::declared(&__METRIC_0) };
///     impl Metrics { pub const fn get() -> &'static Self { &__SET } }
///     impl MetricSet for Metrics {
///         fn for_plugin(scope: Scope) -> Self { Self { processed: <field type>::in_scope(&__METRIC_0, scope) } }
///     }
/// };
/// ```
/// A set with parameters has no one type to make a static of: its descriptors are promoted constants, and `get` is
/// left out.
pub(super) fn expand(set: &InstrumentSet) -> TokenStream {
    let InstrumentSet { ident, visibility, generics, fields, scope, krate } = set;
    let private = krate.private();
    let tracking = scope.tracking();
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let idents: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let types: Vec<_> = fields.iter().map(|field| &field.ty).collect();
    let descriptors = fields.iter().map(|field| descriptor(field, set));
    if !generics.params.is_empty() {
        return quote! {
            #tracking
            #[automatically_derived]
            impl #impl_generics #private::MetricSet for #ident #type_generics #where_clause {
                fn for_plugin(scope: #private::Scope) -> Self {
                    Self { #(#idents: <#types>::in_scope(const { &#descriptors }, scope),)* }
                }
            }
        };
    }
    let statics: Vec<_> = (0..fields.len()).map(|index| format_ident!("__METRIC_{index}")).collect();
    let declarations = fields.iter().zip(&statics).map(|(field, descriptor)| {
        if let Some(callback) = &field.definition.callback {
            let ty = &field.ty;
            quote!(#private::Declared::with_callback(&#descriptor, &<#ty>::callback(#callback)))
        } else {
            quote!(#private::Declared::new(&#descriptor))
        }
    });
    let about = format!("The instruments of `{ident}`, which record for its plugin.");
    quote! {
        const _: () = {
            #tracking
            #(static #statics: #private::Descriptor = #descriptors;
            #private::inventory::submit! { #declarations })*
            static __SET: #ident = #ident { #(#idents: <#types>::declared(&#statics),)* };
            impl #ident {
                #[doc = #about]
                #[must_use]
                #visibility const fn get() -> &'static Self {
                    &__SET
                }
            }
            #[automatically_derived]
            impl #private::MetricSet for #ident {
                fn for_plugin(scope: #private::Scope) -> Self {
                    Self { #(#idents: <#types>::in_scope(&#statics, scope),)* }
                }
            }
        };
    }
}

/// The constant of type `Descriptor`. What depends on the field's type is at the type's place, so that a type that is no
/// instrument is underlined.
fn descriptor(field: &InstrumentField, set: &InstrumentSet) -> TokenStream {
    let InstrumentField { ty, definition, .. } = field;
    let private = set.krate.private();
    let instrument = quote_spanned!(ty.span()=> <#ty as #private::Instrument>);
    let number = quote!(#instrument::NUMBER);
    let attributes = quote_spanned!(ty.span()=> #instrument::Attributes);
    let keys = quote!(<#attributes as #private::MetricAttributes>::KEYS);
    definition.descriptor(&set.scope, &number, Some(keys), &set.krate).unwrap_or_default()
}

/// An implementation that is never called, so that a refused set is not refused a second time wherever it is used.
pub(super) fn fallback(input: &DeriveInput, krate: &CratePath) -> TokenStream {
    let ident = &input.ident;
    let private = krate.private();
    let visibility = &input.vis;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    let get = input.generics.params.is_empty().then(|| {
        quote! {
            impl #ident {
                #visibility const fn get() -> &'static Self {
                    ::core::panic!()
                }
            }
        }
    });
    quote! {
        #get
        #[automatically_derived]
        impl #impl_generics #private::MetricSet for #ident #type_generics #where_clause {
            fn for_plugin(_: #private::Scope) -> Self {
                ::core::panic!()
            }
        }
    }
}
