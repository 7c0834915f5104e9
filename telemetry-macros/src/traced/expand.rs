//! The tokens of a span.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Expr, UnOp};

use super::TracedArgs;
use crate::function::{Flavour, local};

/// The constant that describes the spans of the function called `function`.
///
/// Output: `static __TELEMETRY_SPAN: SpanSite = SpanSite::new("stitch", Scope::plugin("catalog")).kind(SpanKind::Client);`
pub(crate) fn statics(args: &TracedArgs, function: &str) -> TokenStream {
    let private = args.krate.private();
    let site = local("__TELEMETRY_SPAN");
    let name = match &args.name {
        None => quote!(#function),
        Some(name) => name.to_token_stream(),
    };
    let scope = args.scope.expression(&args.krate);
    let kind = args.kind.map(|kind| {
        let kind = local(kind);
        quote!(.kind(#private::SpanKind::#kind))
    });
    let root = args.root.then(|| quote!(.root()));
    let tracking = args.scope.tracking();
    quote! {
        #tracking
        static #site: #private::SpanSite = #private::SpanSite::new(#name, #scope)
            #kind #root
            .function(::core::concat!(::core::module_path!(), "::", #function));
    }
}

/// The expression that starts the span.
///
/// Output: `SpanGuard::enter(&__TELEMETRY_SPAN)`, or `SpanGuard::enter_with(&__TELEMETRY_SPAN, |span| { .. })` where the
/// span starts with attributes or links; a future has a `TaskSpan`.
pub(crate) fn enter(args: &TracedArgs, flavour: Flavour) -> TokenStream {
    let private = args.krate.private();
    let site = local("__TELEMETRY_SPAN");
    let span = local("__span");
    let (guard, plain, with) = match flavour {
        Flavour::Sync => (quote!(#private::SpanGuard), local("enter"), local("enter_with")),
        Flavour::Async => (quote!(#private::TaskSpan), local("start"), local("start_with")),
    };
    if args.attributes.is_empty() && args.links.is_none() {
        return quote!(#guard::#plain(&#site));
    }
    let attributes = args.attributes.iter().map(|attribute| {
        let (cfg, key, value) = (&attribute.cfg, &attribute.key, &attribute.value);
        let borrow = is_place(value).then(|| quote!(&));
        quote!(#(#cfg)* #span.set(#key, #borrow #value);)
    });
    let links = args.links.as_ref().map(|links| quote!(for __link in #links { #span.link(__link); }));
    quote! {
        #guard::#with(&#site, |#span: &mut #private::StartAttributes| { #(#attributes)* #links })
    }
}

/// Whether the expression names a place, such as a parameter. The span only reads it: the body still needs it.
fn is_place(value: &Expr) -> bool {
    match value {
        Expr::Path(_) | Expr::Field(_) | Expr::Index(_) => true,
        Expr::Unary(unary) => matches!(unary.op, UnOp::Deref(_)),
        Expr::Paren(paren) => is_place(&paren.expr),
        Expr::Group(group) => is_place(&group.expr),
        _ => false,
    }
}
