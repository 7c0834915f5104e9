//! The tokens of `impl MetricSet`, and of the set that a plugin has once.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Field, Generics, Ident, Path, parse_quote};

use super::model::{InstrumentField, InstrumentSet, kind_of, wrong_number};
use crate::paths::CratePath;

/// Input: `pub struct Metrics { #[metric(counter = "entities.processed")] processed: Counter<u64, Processed> }`
///
/// Output:
/// ```text
/// const _: () = {
///     static METRIC_0: Descriptor = Descriptor::new(Counter, <field type>::NUMBER, scope, "entities.processed", crate)
///         .attribute_keys(<field type's attributes>::KEYS);
///     inventory::submit! { Declared::new(&METRIC_0) }
///     static SET: Metrics = Metrics { processed: <Counter<u64, Processed>>::declared(&METRIC_0) };
///     impl Metrics { pub const fn get() -> &'static Self { &SET } }
///     impl MetricSet for Metrics {
///         fn for_plugin(scope: Scope) -> Self { Self { processed: <field type>::in_scope(&METRIC_0, scope) } }
///     }
/// };
/// ```
pub(super) fn expand(set: &InstrumentSet) -> TokenStream {
    if set.generics.params.is_empty() { expand_plain(set) } else { expand_generic(set) }
}

fn expand_plain(set: &InstrumentSet) -> TokenStream {
    let InstrumentSet { ident, visibility, fields, scope, krate, .. } = set;
    let private = krate.private();
    let tracking = scope.tracking();
    let idents: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let metrics: Vec<_> = (0..fields.len()).map(|index| format_ident!("METRIC_{index}")).collect();
    let statics = fields.iter().zip(&metrics).map(|(field, metric)| {
        let descriptor = descriptor(field, set);
        let ty = &field.ty;
        let declared = field.definition.callback.as_ref().map_or_else(
            || quote!(new(&#metric)),
            // At the place of the function, so that one of a wrong type is underlined.
            |path| {
                let path = of_set(path, ident);
                quote_spanned!(path.span()=> with_callback(&#metric, &<#ty>::callback(#path)))
            },
        );
        let claim = field.definition.claim(scope);
        let registered = if crate::OFF {
            // The callback stays in use.
            quote!(const _: #private::Declared = #private::Declared::#declared;)
        } else {
            quote!(#private::inventory::submit! { #private::Declared::#declared })
        };
        quote! {
            #claim
            static #metric: #private::Descriptor = #descriptor;
            #registered
        }
    });
    let declared = fields.iter().zip(&metrics).map(|(field, metric)| declared(field, &quote!(&#metric)));
    let instruments = fields.iter().zip(&metrics).map(|(field, metric)| in_scope(field, &quote!(&#metric)));
    let kinds = fields.iter().filter(|field| field.is_alias).map(|field| kind_assertion(field, krate));
    // A callback needs no reader of its field.
    let observed =
        fields.iter().filter(|field| field.definition.callback.is_some()).map(|field| &field.ident);
    let about = format!("The instruments of `{ident}`, which record for its plugin.");
    quote! {
        const _: () = {
            #tracking
            #(#kinds)*
            const _: fn(&#ident) = |_set| {
                #(let _ = &_set.#observed;)*
            };
            #(#statics)*
            static SET: #ident = #ident { #(#idents: #declared,)* };
            impl #ident {
                #[doc = #about]
                #[must_use]
                #[allow(dead_code)]
                #visibility const fn get() -> &'static Self {
                    &SET
                }
            }
            #[automatically_derived]
            impl #private::MetricSet for #ident {
                fn for_plugin(scope: #private::Scope) -> Self {
                    Self { #(#idents: #instruments,)* }
                }
            }
        };
    }
}

/// A set with parameters has no one type to make a static of, and so no `get` and nothing that is known at link time:
/// its descriptors are promoted constants.
fn expand_generic(set: &InstrumentSet) -> TokenStream {
    let InstrumentSet { ident, fields, scope, krate, .. } = set;
    let private = krate.private();
    let tracking = scope.tracking();
    let generics = static_parameters(&set.generics);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let idents = fields.iter().map(|field| &field.ident);
    let instruments = fields.iter().map(|field| {
        let descriptor = descriptor(field, set);
        in_scope(field, &quote!(const { &#descriptor }))
    });
    quote! {
        const _: () = {
            #tracking
            #[automatically_derived]
            impl #impl_generics #private::MetricSet for #ident #type_generics #where_clause {
                fn for_plugin(scope: #private::Scope) -> Self {
                    Self { #(#idents: #instruments,)* }
                }
            }
        };
    }
}

/// The path of a callback with the set's name for `Self`: the static that holds it stands outside of any `impl`.
fn of_set(path: &Path, set: &Ident) -> Path {
    let mut path = path.clone();
    if let Some(first) = path.segments.first_mut().filter(|first| first.ident == "Self") {
        first.ident = Ident::new(&set.to_string(), first.ident.span());
    }
    path
}

/// The constant of type `Descriptor`. What depends on the field's type is at the type's place, so that a type that is no
/// instrument is underlined.
fn descriptor(field: &InstrumentField, set: &InstrumentSet) -> TokenStream {
    let InstrumentField { ty, definition, .. } = field;
    let private = set.krate.private();
    let instrument = quote_spanned!(ty.span()=> <#ty as #private::Instrument>);
    let number = quote_spanned!(ty.span()=> #instrument::NUMBER);
    let keys = quote_spanned!(ty.span()=> <#instrument::Attributes as #private::MetricAttributes>::KEYS);
    definition.descriptor(&set.scope, &number, Some(keys), &set.krate).unwrap_or_default()
}

/// The instrument of a declaration. The call is at the place of the type, as all that depends on the type.
fn declared(field: &InstrumentField, metric: &TokenStream) -> TokenStream {
    let ty = &field.ty;
    quote_spanned!(ty.span()=> <#ty>::declared(#metric))
}

/// The instrument in the scope that is an argument of `for_plugin`.
fn in_scope(field: &InstrumentField, metric: &TokenStream) -> TokenStream {
    let ty = &field.ty;
    // The argument is ours, whatever macro the type may come from.
    let scope = Ident::new("scope", Span::call_site());
    quote_spanned!(ty.span()=> <#ty>::in_scope(#metric, #scope))
}

/// The name of a type behind an alias is known to the compiler only.
fn kind_assertion(field: &InstrumentField, krate: &CratePath) -> TokenStream {
    let InstrumentField { ty, definition, .. } = field;
    let private = krate.private();
    let kind = format_ident!("{}", definition.kind.type_name());
    let message = format!(
        "`{}` is declared in a field of another kind\nhelp: use `{kind}` for the field",
        definition.kind.keyword()
    );
    // The field's type and the word in `#[metric]` disagree; as with a type that is no alias, the type is underlined.
    quote_spanned! {ty.span()=>
        const _: () = ::core::assert!(
            ::core::matches!(<#ty as #private::Instrument>::KIND, #private::InstrumentKind::#kind),
            #message
        );
    }
}

/// The generics with `'static` parameters, which a set of instruments needs to live for ever.
fn static_parameters(generics: &Generics) -> Generics {
    let mut generics = generics.clone();
    let types: Vec<_> = generics.type_params().map(|parameter| parameter.ident.clone()).collect();
    let lifetimes: Vec<_> = generics.lifetimes().map(|parameter| parameter.lifetime.clone()).collect();
    let clause = generics.make_where_clause();
    clause.predicates.extend(types.iter().map(|ty| -> syn::WherePredicate { parse_quote!(#ty: 'static) }));
    clause
        .predicates
        .extend(lifetimes.iter().map(|lifetime| -> syn::WherePredicate { parse_quote!(#lifetime: 'static) }));
    generics
}

/// An implementation without any metrics, so that a refused set is not refused a second time wherever it is used.
///
/// The program is not built, but constants are evaluated while it is checked: `get` has to have a value.
pub(super) fn fallback(input: &DeriveInput, krate: &CratePath) -> TokenStream {
    let ident = &input.ident;
    let private = krate.private();
    let visibility = &input.vis;
    let generics = static_parameters(&input.generics);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let get = input.generics.params.is_empty().then(|| {
        let (statics, body) = match placeholders(input, krate) {
            Some(fields) => (Some(quote!(static SET: #ident = #ident { #(#fields,)* };)), quote!(&SET)),
            None => (None, quote!(::core::panic!())),
        };
        quote! {
            #statics
            impl #ident {
                #visibility const fn get() -> &'static Self {
                    #body
                }
            }
        }
    });
    quote! {
        const _: () = {
            #get
            #[automatically_derived]
            impl #impl_generics #private::MetricSet for #ident #type_generics #where_clause {
                fn for_plugin(_: #private::Scope) -> Self {
                    ::core::panic!()
                }
            }
        };
    }
}

/// The fields with instruments that nobody declared; `None` where a field is not plainly an instrument.
fn placeholders(input: &DeriveInput, krate: &CratePath) -> Option<Vec<TokenStream>> {
    let private = krate.private();
    let Data::Struct(data) = &input.data else { return None };
    let placeholder = |field: &Field| {
        let Field { ident, ty, .. } = field;
        let ident = ident.as_ref()?;
        let (segment, kind) = kind_of(ty)?;
        if wrong_number(segment, kind).is_some() {
            return None;
        }
        let instrument = quote!(<#ty as #private::Instrument>);
        Some(quote! {
            #ident: <#ty>::declared(const {
                &#private::Descriptor::new(
                    #instrument::KIND, #instrument::NUMBER, #private::Scope::plugin("refused"), "refused.metric", ""
                )
            })
        })
    };
    data.fields.iter().map(placeholder).collect()
}
