//! Functions whose call goes on after they returned: those that give a future or a stream.
//!
//! `async fn f(..) -> R` becomes `fn f(..) -> impl Future<Output = R>`, which is what it means. Only so can the wrapper
//! take its parent where the function is called, and hold the arguments once.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

use super::expand::{braces, call_parts, inspect};
use super::item::{Body, FnItem};
use super::model::{AsyncForm, TracedFn};
use super::params::{capture, capture_in_order, local, rebind};
use crate::metric::Parts;
use crate::traced::{self, TracedArgs};

/// An async function.
///
/// Output: `traced(Parent::current(), move |__parent| (Prepared::new(..), async move { body }), |__out, __call| ..)`.
pub(super) fn async_fn(function: &TracedFn, item: &FnItem, body: &Body, parts: &Parts) -> TokenStream {
    let future = async_block(function, body);
    let context = local("__telemetry_context");
    match function.async_form() {
        AsyncForm::Returned => traced_future(function, parts, None, &future, true),
        // The patterns of the parameters are matched inside the future, as they would be.
        AsyncForm::ReturnedWithPatterns => {
            let current = current(function);
            let rebind = rebind(&item.signature);
            let traced = traced_future(function, parts, Some(quote!(#context)), &future, true);
            quote! {
                let #context = #current;
                async move { #rebind #traced.await }
            }
        }
        AsyncForm::Awaited => {
            let traced = traced_future(function, parts, None, &future, true);
            quote!(#traced.await)
        }
    }
}

/// A function that returns `impl Future`.
///
/// One that ends in `async move { .. }` is wrapped as an async function is. Any other makes its future at the call, so
/// what its attributes say is evaluated there, too: afterwards the parameters are gone.
pub(super) fn future(function: &TracedFn, body: &Body, parts: &Parts) -> TokenStream {
    if let Some(Tail { before, pin: _, inner }) = async_tail(body) {
        let inner = typed_block(function, inner);
        let traced = traced_future(function, parts, None, &inner, false);
        return quote!(#before #traced);
    }
    let (made, context) = (local("__telemetry_made"), local("__telemetry_context"));
    let evaluated = evaluated(function, parts);
    let future = made_by(function, body, false);
    let traced = traced_future(function, parts, Some(quote!(#context)), &quote!(#made), false);
    quote!(#evaluated let #made = #future; #traced)
}

/// A function that returns a future in a box.
///
/// `Box::pin(async move { .. })` in the end, as `async_trait` writes it, is wrapped inside its box; anything else gets a
/// box of its own around it.
pub(super) fn boxed_future(function: &TracedFn, body: &Body, parts: &Parts) -> TokenStream {
    let private = function.krate.private();
    if let Some(Tail { before, pin, inner }) = boxed_tail(body) {
        let inner = typed_block(function, inner);
        let traced = traced_future(function, parts, None, &inner, false);
        return quote!(#before #pin(#traced));
    }
    let (made, context) = (local("__telemetry_made"), local("__telemetry_context"));
    let evaluated = evaluated(function, parts);
    let future = made_by(function, body, true);
    let traced = traced_future(function, parts, Some(quote!(#context)), &quote!(#made), false);
    quote!(#evaluated let #made = #future; #private::boxed(#traced))
}

/// A function that returns a stream, in a box or not.
///
/// Output: `traced_stream(__context, stream, |__parent| Prepared::new(..), |__item: &T, __end: &mut CallEnd| ..)`.
pub(super) fn stream(function: &TracedFn, body: &Body, parts: &Parts, in_box: bool) -> TokenStream {
    let private = function.krate.private();
    let (made, context, parent) =
        (local("__telemetry_made"), local("__telemetry_context"), local("__telemetry_parent"));
    let evaluated = evaluated(function, parts);
    let stream = made_by(function, body, in_box);
    let prepared = prepared(function, parts);
    let inspection = if function.inspects() {
        let (item, end) = (local("__telemetry_item"), local("__telemetry_end"));
        let hint = function.returns.hint.clone().unwrap_or_else(|| quote!(_));
        let inspect = inspect(function, &quote!(#item), &quote!(#end));
        quote!(|#item: &#hint, #end: &mut #private::CallEnd| { #inspect })
    } else {
        quote!(|_, _| {})
    };
    let traced = quote!(#private::traced_stream(#context, #made, move |#parent| #prepared, #inspection));
    let traced = if in_box { quote!(#private::boxed(#traced)) } else { traced };
    quote!(#evaluated let #made = #stream; #traced)
}

/// Whether the future is made where the call begins, so that the attributes can be evaluated there.
pub(super) fn is_made_at_the_beginning(body: &Body, in_box: bool) -> bool {
    if in_box { boxed_tail(body).is_some() } else { async_tail(body).is_some() }
}

/// The body of an async function as a future that owns the parameters, unused ones too.
///
/// Output: `async move { let _ = (&last, &first); if false { return never::<R>(); } body }`. The dead `return` gives the
/// body its type where it starts, as the function's return type would.
fn async_block(function: &TracedFn, body: &Body) -> TokenStream {
    let capture = capture(&function.bindings);
    let typed = typed(function);
    let statements = &body.statements;
    let block = braces(quote!(#capture #typed #statements), body.span);
    quote!(async move #block)
}

/// A dead `return` that tells an async block its type, which nothing else around it says.
fn typed(function: &TracedFn) -> Option<TokenStream> {
    let private = function.krate.private();
    function.returns.hint.as_ref().map(|hint| quote!(if false { return #private::never::<#hint>(); }))
}

/// The async block at the end of a function, told its type. Input: `async move { .. }`.
fn typed_block(function: &TracedFn, block: TokenStream) -> TokenStream {
    let typed = typed(function);
    let tell = |token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
            let statements = group.stream();
            let mut told = Group::new(Delimiter::Brace, quote!(#typed #statements));
            told.set_span(group.span());
            TokenTree::Group(told)
        }
        other => other,
    };
    block.into_iter().map(tell).collect()
}

/// The call of `future`, below `context` or what is current where it is made, in one of three forms.
///
/// - A span alone: `traced_span(SpanState::here(site), async move { .. }, NotInspected)`. The state comes first: what is
///   made before it would need code for the case that it unwinds.
/// - With metrics: `traced(context, async move { .. }, |__parent| Prepared::new(..), |__out, __call| ..)`.
/// - Where an expression needs the parameters:
///   `traced_lazily(context, move |__parent| { let _ = (&first, &last); (Prepared::new(..), async move { .. }) }, ..)`.
fn traced_future(
    function: &TracedFn,
    parts: &Parts,
    context: Option<TokenStream>,
    future: &TokenStream,
    owns_parameters: bool,
) -> TokenStream {
    let private = function.krate.private();
    let parent = local("__telemetry_parent");
    if let Some(span) = function.only_a_span() {
        return span_of_future(function, span, context, future);
    }
    let context = context.unwrap_or_else(|| current(function));
    let prepared = prepared(function, parts);
    let inspection = inspection(function, parts);
    if !function.is_lazy {
        return quote!(#private::traced(#context, #future, move |#parent| #prepared, #inspection));
    }
    let capture = owns_parameters.then(|| capture_in_order(&function.bindings));
    quote! {
        #private::traced_lazily(#context, move |#parent| { #capture (#prepared, #future) }, #inspection)
    }
}

fn span_of_future(
    function: &TracedFn,
    span: &TracedArgs,
    context: Option<TokenStream>,
    future: &TokenStream,
) -> TokenStream {
    let private = function.krate.private();
    let site = traced::site(span, &function.name);
    let waiting = match context.or_else(|| traced::parent(span)) {
        None => quote!(#private::SpanState::here(#site)),
        Some(context) => quote!(#private::SpanState::below(#context, #site)),
    };
    if !function.returns.may_fail {
        return quote!(#private::traced_span(#waiting, #future, #private::NotInspected));
    }
    let (state, made, probe) =
        (local("__telemetry_span"), local("__telemetry_future"), local("__telemetry_probe"));
    quote! {{
        let #state = #waiting;
        let #made = #future;
        let #probe = #private::probe_output(&#made);
        let #probe = #private::Inspected(#probe.class_for_telemetry(), #probe.text_for_telemetry());
        #private::traced_span(#state, #made, #probe)
    }}
}

/// What the call knows of the place where the function is called.
fn current(function: &TracedFn) -> TokenStream {
    let private = function.krate.private();
    function.traced.as_ref().map_or_else(
        || quote!(#private::NoSpan),
        |args| traced::parent(args).unwrap_or_else(|| quote!(#private::Parent::current())),
    )
}

/// Statements that evaluate what the attributes say, before the body takes the parameters.
///
/// Output: `let __context = Parent::current().evaluate(&__TELEMETRY_SPAN, |span| { span.put(&"key", expr); }); ..`.
fn evaluated(function: &TracedFn, parts: &Parts) -> TokenStream {
    let context = local("__telemetry_context");
    let current = current(function);
    let evaluate = function.traced.as_ref().and_then(traced::fill).map(|fill| quote!(.evaluate(#fill)));
    let hoisted = &parts.hoisted;
    quote!(let #context = #current #evaluate; #hoisted)
}

/// The future or stream that the body makes. The body runs at the call, and may leave early.
fn made_by(function: &TracedFn, body: &Body, in_box: bool) -> TokenStream {
    let private = function.krate.private();
    let capture = capture(&function.bindings);
    let statements = &body.statements;
    let block = braces(quote!(#capture #statements), body.span);
    // Only the type in the signature makes one type of the boxes of different branches.
    let hint = function.made.as_ref().filter(|_| in_box).map(|made| quote!(-> #made));
    quote!(#private::call_once(move || #hint #block))
}

/// Output: `Prepared::new(span, metrics)`.
fn prepared(function: &TracedFn, parts: &Parts) -> TokenStream {
    let private = function.krate.private();
    let (span, metrics) = call_parts(function, parts);
    quote!(#private::Prepared::new(#span, #metrics))
}

/// What a future's call does with the value. Output: `|__out: &R, __call: &mut Call<_, _>| ..`.
fn inspection(function: &TracedFn, parts: &Parts) -> TokenStream {
    if !function.inspects() {
        return quote!(|_, _| {});
    }
    let private = function.krate.private();
    let (call, out) = (local("__telemetry_call"), local("__telemetry_out"));
    let hint = function.returns.hint.clone().unwrap_or_else(|| quote!(_));
    let inspect = inspect(function, &quote!(#out), &quote!(#call));
    let after = &parts.after;
    quote!(|#out: &#hint, #call: &mut #private::Call<_, _>| { #inspect #after })
}

struct Tail {
    /// What stands before the tail.
    before: TokenStream,
    /// `Box::pin`, or nothing.
    pin: TokenStream,
    /// `async move { .. }`.
    inner: TokenStream,
}

/// Input: `.. async move { .. }`.
fn async_tail(body: &Body) -> Option<Tail> {
    let mut tokens: Vec<TokenTree> = body.statements.clone().into_iter().collect();
    let start = tokens.len().checked_sub(3)?;
    let inner: Vec<TokenTree> = tokens.drain(start..).collect();
    is_async_block(&inner).then(|| Tail {
        before: tokens.into_iter().collect(),
        pin: TokenStream::new(),
        inner: inner.into_iter().collect(),
    })
}

/// Input: `.. Box::pin(async move { .. })`.
fn boxed_tail(body: &Body) -> Option<Tail> {
    let mut tokens: Vec<TokenTree> = body.statements.clone().into_iter().collect();
    let TokenTree::Group(call) = tokens.pop()? else { return None };
    let inner = async_argument(&call)?;
    let path_start = path_start(&tokens);
    let pin: TokenStream = tokens.drain(path_start..).collect();
    let words: String = pin.to_string().replace(' ', "");
    words.ends_with("Box::pin").then(|| Tail { before: tokens.into_iter().collect(), pin, inner })
}

fn async_argument(call: &Group) -> Option<TokenStream> {
    let inner: Vec<TokenTree> = call.stream().into_iter().collect();
    (call.delimiter() == Delimiter::Parenthesis && is_async_block(&inner)).then(|| call.stream())
}

fn is_async_block(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [TokenTree::Ident(asynchronous), TokenTree::Ident(by_move), TokenTree::Group(block)]
        if asynchronous == "async" && by_move == "move" && block.delimiter() == Delimiter::Brace)
}

/// Where the path at the end of `tokens` starts.
fn path_start(tokens: &[TokenTree]) -> usize {
    tokens
        .iter()
        .rposition(|token| match token {
            TokenTree::Ident(ident) => ident == "return",
            TokenTree::Punct(punct) => punct.as_char() != ':',
            TokenTree::Group(_) | TokenTree::Literal(_) => true,
        })
        .map_or(0, |index| index + 1)
}
