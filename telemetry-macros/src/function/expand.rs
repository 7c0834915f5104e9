//! The tokens of an instrumented function. What they name is `__private`, and nothing else.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::quote;

use super::item::{Body, FnItem};
use super::later;
use super::model::{AsyncForm, Shape, TracedFn};
use super::none;
use super::params::{capture, local};
use crate::metric::{self, Parts};
use crate::traced;

/// The function with its wrapper.
pub(super) fn expand(function: &TracedFn, item: &FnItem) -> TokenStream {
    let body = item.body();
    let inner_attributes = &body.inner_attributes;
    let tracking = function.traced.as_ref().and_then(|args| args.scope.tracking());
    let out = local("__telemetry_out");
    let result = if function.shape == Shape::Value { quote!(&#out) } else { quote!(#out) };
    let parts = metric::parts(&function.metrics, &function.name, &result, function.evaluates_at_call);
    let metric_statics = &parts.statics;
    let wrapped = match function.shape {
        Shape::Value => value(function, &body, &parts),
        Shape::AsyncFn(_) => later::async_fn(function, item, &body, &parts),
        Shape::Future => later::future(function, &body, &parts),
        Shape::BoxedFuture => later::boxed_future(function, &body, &parts),
        Shape::Stream => later::stream(function, &body, &parts, false),
        Shape::BoxedStream => later::stream(function, &body, &parts, true),
    };
    let uses = item.uses();
    let body = quote! {
        #inner_attributes
        #uses
        #tracking
        #metric_statics
        #wrapped
    };
    match function.shape {
        Shape::AsyncFn(form) if form != AsyncForm::Awaited => item.with_future(body),
        _ => item.with_body(body),
    }
}

/// The two parts of the call: its span and its metrics, or what stands for none.
pub(super) fn call_parts(function: &TracedFn, parts: &Parts) -> (TokenStream, TokenStream) {
    let private = function.krate.private();
    let span = function.traced.as_ref().map(|args| match function.shape {
        Shape::Value => traced::enter(args, &function.name),
        _ if function.evaluates_at_call => traced::start_evaluated(args, &function.name),
        _ => traced::start(args, &function.name),
    });
    let span = span.unwrap_or_else(|| quote!(#private::NoSpan));
    let metrics = if parts.start.is_empty() { quote!(#private::NoMetrics) } else { parts.start.clone() };
    (span, metrics)
}

/// The expression that begins the call: `Call::new(span, metrics)`, or of a call that has a span and nothing else,
/// `Call::of_span(site)`. Where nobody asks what it returns, `PlainCall::new(span, metrics)`, or the span alone, whose end is
/// that of the call.
fn begin(function: &TracedFn, parts: &Parts) -> TokenStream {
    let private = function.krate.private();
    if parts.start.is_empty()
        && let Some(args) = &function.traced
    {
        if !function.inspects() {
            return traced::enter(args, &function.name);
        }
        if let Some(site) = traced::site_alone(args, &function.name) {
            return quote!(#private::Call::of_span(#site));
        }
    }
    let (span, metrics) = call_parts(function, parts);
    let call = if function.inspects() { quote!(Call) } else { quote!(PlainCall) };
    quote!(#private::#call::new(#span, #metrics))
}

/// A function that returns a value.
///
/// Output, if it cannot fail: `let __telemetry_call = SpanGuard::enter(site); { body }`, where dropping it ends the call.
/// Otherwise:
///
/// ```text
/// let mut __telemetry_call = Call::new(..);
/// let __telemetry_out = call_once(move || -> R { let _ = (&last, &first); body });
/// { let __telemetry_probe = probe(&__telemetry_out); inspect(&__telemetry_out, .., &mut __telemetry_call); }
/// __telemetry_out
/// ```
fn value(function: &TracedFn, body: &Body, parts: &Parts) -> TokenStream {
    let private = function.krate.private();
    let (call, out) = (local("__telemetry_call"), local("__telemetry_out"));
    let begin = begin(function, parts);
    if !function.inspects() {
        let block = braces(body.statements.clone(), body.span);
        return quote! {
            let #call = #begin;
            #[allow(unused_braces)]
            #block
        };
    }
    let bound = if leaves_early(body.statements.clone()) {
        let capture = capture(&function.bindings);
        let statements = &body.statements;
        let block = braces(quote!(#capture #statements), body.span);
        let hint = function.returns.hint.as_ref().map(|hint| quote!(-> #hint));
        let block = if hint.is_some() { block } else { quote!({ #block }) };
        quote! {
            #[allow(clippy::result_large_err)]
            let #out = #private::call_once(move || #hint #block);
        }
    } else {
        // Nothing leaves the body early, so it needs no closure of its own.
        let block = braces(body.statements.clone(), body.span);
        let hint = function.returns.hint.as_ref().map(|hint| quote!(: #hint));
        quote! {
            #[allow(unused_braces, clippy::diverging_sub_expression)]
            let #out #hint = #block;
        }
    };
    let inspect = inspect(function, &quote!(&#out), &quote!(&mut #call));
    let after = &parts.after;
    // A body that never ends may stand before this.
    quote! {
        let mut #call = #begin;
        #bound
        #[allow(unreachable_code)]
        {
            #inspect
            #after
        }
        #out
    }
}

/// What tells the call whether the result is an error; `out` and `call` are references.
///
/// Output: `let __telemetry_probe = probe(&__out); inspect(&__out, __telemetry_probe.class_for_telemetry(), ..);`.
pub(super) fn inspect(function: &TracedFn, out: &TokenStream, call: &TokenStream) -> TokenStream {
    let private = function.krate.private();
    let probe = local("__telemetry_probe");
    let told = function.returns.may_fail.then(|| {
        quote! {
            let #probe = #private::probe(#out);
            #private::inspect(#out, #probe.class_for_telemetry(), #probe.text_for_telemetry(), #call);
        }
    });
    let none = function.none_is_error.map(|span| none::expand(span, &function.krate, out, call));
    quote!(#told #none)
}

/// Braces at the place of the written ones, where a mismatch of the body's value is reported. They are of the edition of the
/// user's crate, which decides when the temporaries at their end are dropped; ours would bring our own edition.
pub(super) fn braces(statements: TokenStream, span: Span) -> TokenStream {
    let mut group = Group::new(Delimiter::Brace, statements);
    group.set_span(span);
    TokenTree::Group(group).into()
}

/// Whether something in the body can leave it other than by its end: `return`, `?`, or a macro, which may hide them.
fn leaves_early(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "return",
        TokenTree::Punct(punct) => matches!(punct.as_char(), '?' | '!'),
        TokenTree::Group(group) => leaves_early(group.stream()),
        TokenTree::Literal(_) => false,
    })
}
