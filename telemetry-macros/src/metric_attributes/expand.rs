//! The tokens of `impl MetricAttributes`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{DeriveInput, GenericParam, Generics, Lifetime, Type, parse_quote, parse_quote_spanned};

use super::model::{AttributeField, AttributeSet};
use crate::paths::CratePath;

/// Input: `struct Processed { kind: Kind, changed: bool }`
///
/// Output:
/// ```text
/// impl MetricAttributes for Processed {
///     type Schema = Processed;
///     const KEYS: &'static [&'static str] = &["kind", "changed"];
///     const CARDINALITY: usize = combinations(&[Kind::VALUES, bool::VALUES]);
///     const OPEN: bool = any(&[Kind::OPEN, bool::OPEN]);
///     const LIMITS: &'static [(usize, usize)] = &[];
///     fn index(&self) -> usize { ((0 * Kind::VALUES) + self.kind.ordinal()) * bool::VALUES + self.changed.ordinal() }
///     fn values(index: usize, visit: &mut dyn FnMut(usize, AttributeData)) { /* the way back */ }
///     fn labels(&self, visit: &mut dyn FnMut(usize, &str)) { /* for each field that has free text */ }
/// }
/// const _: () = assert_combinations(Processed::CARDINALITY, 2000, "Processed");
/// ```
pub(super) fn expand(set: &AttributeSet) -> TokenStream {
    let AttributeSet { ident, fields, krate, .. } = set;
    let private = krate.private();
    let generics = bounded(set);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let schema = schema(set);
    let keys = fields.iter().map(|field| &field.key);
    let limits = fields.iter().enumerate().filter_map(|(position, field)| {
        let texts = field.limit.as_ref()?.texts;
        Some(quote!((#position, #texts)))
    });
    let traits: Vec<_> = fields.iter().map(|field| value_trait(&field.ty, krate)).collect();
    let idents: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let positions = 0..fields.len();
    let assertions = assertions(set);
    quote! {
        #[automatically_derived]
        impl #impl_generics #private::MetricAttributes for #ident #type_generics #where_clause {
            type Schema = #schema;
            const KEYS: &'static [&'static str] = &[#(#keys),*];
            const CARDINALITY: usize = #private::combinations(&[#(#traits::VALUES),*]);
            const OPEN: bool = false #(|| #traits::OPEN)*;
            const LIMITS: &'static [(usize, usize)] = &[#(#limits),*];
            #[inline]
            fn index(&self) -> usize {
                let index = 0;
                #(let index = index * #traits::VALUES + #traits::ordinal(&self.#idents);)*
                index
            }
            fn values(index: usize, visit: &mut dyn ::core::ops::FnMut(usize, #private::AttributeData)) {
                #private::visit_values(index, &[#((#traits::VALUES, #traits::value)),*], visit);
            }
            fn labels(&self, visit: &mut dyn ::core::ops::FnMut(usize, &str)) {
                #(if let ::core::option::Option::Some(text) = #traits::label(&self.#idents) {
                    visit(#positions, text);
                })*
            }
        }
        #assertions
    }
}

/// An implementation without attributes, so that a refused type is not refused a second time wherever it is used.
pub(super) fn fallback(input: &DeriveInput, krate: &CratePath) -> TokenStream {
    let ident = &input.ident;
    let private = krate.private();
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #private::MetricAttributes for #ident #type_generics #where_clause {
            type Schema = ();
            const KEYS: &'static [&'static str] = &[];
            const CARDINALITY: usize = 1;
            const OPEN: bool = false;
            fn index(&self) -> usize {
                0
            }
            fn values(_: usize, _: &mut dyn ::core::ops::FnMut(usize, #private::AttributeData)) {}
        }
    }
}

/// `<Kind as AttributeValue>`, at the place of the field's type, so that a type without the trait is underlined.
fn value_trait(ty: &Type, krate: &CratePath) -> TokenStream {
    let private = krate.private();
    quote_spanned!(ty.span()=> <#ty as #private::AttributeValue>)
}

/// The struct's generics with what the implementation needs of its type parameters: `'static` for the schema, and an
/// attribute value in each field that may depend on one.
fn bounded(set: &AttributeSet) -> Generics {
    let mut generics = set.generics.clone();
    let parameters: Vec<_> = generics.type_params().map(|parameter| parameter.ident.clone()).collect();
    if parameters.is_empty() {
        return generics;
    }
    let private = set.krate.private();
    let clause = generics.make_where_clause();
    for parameter in parameters {
        clause.predicates.push(parse_quote!(#parameter: 'static));
    }
    for AttributeField { ty, .. } in &set.fields {
        clause.predicates.push(parse_quote_spanned!(ty.span()=> #ty: #private::AttributeValue));
    }
    generics
}

/// The struct's type with every lifetime `'static`.
fn schema(set: &AttributeSet) -> TokenStream {
    let ident = &set.ident;
    let mut generics = set.generics.clone();
    StaticLifetimes.visit_generics_mut(&mut generics);
    let (_, type_generics, _) = generics.split_for_impl();
    quote!(#ident #type_generics)
}

struct StaticLifetimes;

impl VisitMut for StaticLifetimes {
    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        *lifetime = Lifetime::new("'static", lifetime.apostrophe);
    }

    fn visit_type_reference_mut(&mut self, reference: &mut syn::TypeReference) {
        if reference.lifetime.is_none() {
            reference.lifetime = Some(Lifetime::new("'static", reference.and_token.span()));
        }
        visit_mut::visit_type_reference_mut(self, reference);
    }
}

/// What only the compiler can count. Generic sets are left to the runtime's own limit, since no type is at hand here.
fn assertions(set: &AttributeSet) -> TokenStream {
    let AttributeSet { ident, generics, fields, limit, krate } = set;
    if generics.params.iter().any(|parameter| !matches!(parameter, GenericParam::Lifetime(_))) {
        return TokenStream::new();
    }
    let private = krate.private();
    let schema = schema(set);
    let name = ident.to_string();
    let caller = krate.private_at(ident.span());
    // The struct's name is what the count belongs to: no single field is too much.
    let cardinality = quote_spanned! {ident.span()=>
        const _: () = #caller::assert_combinations(
            <#schema as #private::MetricAttributes>::CARDINALITY, #limit, #name
        );
    };
    let open = fields.iter().filter_map(|field| {
        let limit = field.limit.as_ref()?;
        let mut ty = field.ty.clone();
        StaticLifetimes.visit_type_mut(&mut ty);
        // The limit has to go, or the type has to change.
        Some(quote_spanned! {limit.span=>
            const _: () = ::core::assert!(
                <#ty as #private::AttributeValue>::OPEN,
                "`limit` is for free text only\nhelp: remove it, or make the field a `Label<'a>`"
            );
        })
    });
    quote!(#cardinality #(#open)*)
}
