//! The tokens of a span.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Ident, Lit, UnOp};

use super::TracedArgs;
use crate::function::local;

/// The constant that describes the spans of the function called `function`.
///
/// Output: `const { &SpanSite::of_function(module_path!(), "stitch", Scope::plugin("catalog")).kind(SpanKind::Client) }`. As an
/// expression, because an item in every function would cost the compiler more.
pub(crate) fn site(args: &TracedArgs, function: &str) -> TokenStream {
    let private = args.krate.private();
    let name = args.name.as_ref().map(|name| quote!(.named(#name)));
    let scope = args.scope.expression(&args.krate);
    let kind = args.kind.map(|kind| {
        let kind = local(kind);
        quote!(.kind(#private::SpanKind::#kind))
    });
    let root = args.is_root().then(|| quote!(.root()));
    quote! {
        const { &#private::SpanSite::of_function(::core::module_path!(), #function, #scope) #name #kind #root }
    }
}

/// The expression that starts the span of a function that stays on its thread.
///
/// Output: `SpanGuard::enter(site)`, or `SpanGuard::enter_with(site, |span| { .. })` where the
/// span starts with attributes or links, or `SpanGuard::enter_below(site, Parent::of(expr), |span| { .. })`.
pub(crate) fn enter(args: &TracedArgs, function: &str) -> TokenStream {
    let private = args.krate.private();
    let site = site(args, function);
    match (parent(args), fill(args)) {
        (None, None) => quote!(#private::SpanGuard::enter(#site)),
        (None, Some(fill)) => quote!(#private::SpanGuard::enter_with(#site, #fill)),
        (Some(parent), fill) => {
            let fill = fill.unwrap_or_else(|| quote!(|_| ()));
            quote!(#private::SpanGuard::enter_below(#site, #parent, #fill))
        }
    }
}

/// The site of a span that starts with no attributes, where the call is made.
pub(crate) fn site_alone(args: &TracedArgs, function: &str) -> Option<TokenStream> {
    (parent(args).is_none() && fill(args).is_none()).then(|| site(args, function))
}

/// The expression that starts the span of a future: `TaskSpan::start(site, __parent)`, or
/// `TaskSpan::start_with(site, __parent, |span| { .. })`.
pub(crate) fn start(args: &TracedArgs, function: &str) -> TokenStream {
    let private = args.krate.private();
    let (site, parent) = (site(args, function), local("__telemetry_parent"));
    match fill(args) {
        None => quote!(#private::TaskSpan::start(#site, #parent)),
        Some(fill) => quote!(#private::TaskSpan::start_with(#site, #parent, #fill)),
    }
}

/// The same where [`fill`] was called before.
pub(crate) fn start_evaluated(args: &TracedArgs, function: &str) -> TokenStream {
    let private = args.krate.private();
    let (site, parent) = (site(args, function), local("__telemetry_parent"));
    let start = if fill(args).is_some() { local("start_evaluated") } else { local("start") };
    quote!(#private::TaskSpan::#start(#site, #parent))
}

/// What `parent =` says. Output: `Parent::of(expr)`.
pub(crate) fn parent(args: &TracedArgs) -> Option<TokenStream> {
    let parent = args.parent.as_ref()?;
    // A value of another type is refused where it stands.
    let span = parent.span().resolved_at(Span::mixed_site());
    let private = args.krate.private_at(span);
    let borrow = is_place(parent).then(|| quote_spanned!(span=> &));
    Some(quote_spanned!(span=> #private::Parent::of(#borrow #parent)))
}

/// The attributes and links that the span starts with. Output: `|span: &mut StartAttributes<'_>| { match expr { value => span.put(&"key", value) } }`.
pub(crate) fn fill(args: &TracedArgs) -> Option<TokenStream> {
    if !args.evaluates() {
        return None;
    }
    let private = args.krate.private();
    let span = local("__telemetry_span");
    let attributes = args.attributes.iter().map(|attribute| {
        let (cfg, key, value) = (&attribute.cfg, attribute.key.borrowed(), &attribute.value);
        if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = value {
            return quote!(#(#cfg)* #span.put_text(#key, &#text););
        }
        let borrow = is_place(value).then(|| quote!(&));
        // At the value: there the compiler says that its type cannot be an attribute.
        let at_value = Ident::new("__telemetry_value", value.span().resolved_at(Span::mixed_site()));
        quote!(#(#cfg)* match #borrow #value { #at_value => #span.put(#key, #at_value) };)
    });
    let link = local("__telemetry_link");
    let links = args.links.as_ref().map(|links| quote!(for #link in #links { #span.link(#link); }));
    // Credentials first: where they are there, the request is not asked.
    let principal = [("credentials", &args.credentials), ("request", &args.request)];
    let principal = principal.into_iter().filter_map(|(method, value)| {
        let value = value.as_ref()?;
        let borrow = is_place(value).then(|| quote!(&));
        let at_value = Ident::new("__telemetry_value", value.span().resolved_at(Span::mixed_site()));
        let method = local(method);
        Some(quote!(match #borrow #value { #at_value => #span.#method(#at_value) };))
    });
    Some(quote!(|#span: &mut #private::StartAttributes<'_>| { #(#attributes)* #links #(#principal)* }))
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
