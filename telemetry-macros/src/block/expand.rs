//! The tokens of a struct that stands for a plugin.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Generics, Ident};

use super::{BlockArgs, BlockSource};

/// Output: `impl Plugin for Catalog { const SCOPE: Scope = Scope::plugin("catalog"); }`
pub(super) fn plugin_impl(args: &BlockArgs, ident: &Ident, generics: &Generics) -> TokenStream {
    let private = args.krate.private();
    let scope = match &args.source {
        BlockSource::Id(id) => {
            let constructor = Ident::new(args.owner.constructor(), Span::mixed_site());
            quote!(#private::Scope::#constructor(#id))
        }
        BlockSource::Type(path) => quote!(<#path as #private::Plugin>::SCOPE),
    };
    let (parameters, arguments, bounds) = generics.split_for_impl();
    // The mention of the type takes no span of the user's: hovering over the struct's name must show the struct.
    let name = Ident::new(&ident.to_string(), ident.span().resolved_at(Span::call_site()));
    quote! {
        impl #parameters #private::Plugin for #name #arguments #bounds {
            const SCOPE: #private::Scope = #scope;
        }
    }
}
