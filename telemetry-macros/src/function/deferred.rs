//! Functions that return a future instead of being `async`.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

use super::expand::{braces, inspection, prepared, traced_future};
use super::item::Body;
use super::model::TracedFn;
use super::params::capture;
use crate::metric::Parts;

/// A function that returns `impl Future`.
///
/// Output: `deferred(|| Prepared::new(..), call_once(move || { body }), |__out: &R, ..| ..)`. The call is recorded from the
/// first poll on, so that a future which is never polled records nothing.
pub(super) fn future(function: &TracedFn, body: &Body, parts: &Parts) -> TokenStream {
    let private = function.krate.private();
    let prepared = prepared(function, parts);
    let made = made(function, body);
    let inspection = inspection(function, parts);
    quote!(#private::deferred(|| #prepared, #made, #inspection))
}

/// A function that returns a future in a box.
///
/// `Box::pin(async move { .. })` in the end, as `async_trait` writes it, is wrapped inside its box; anything else gets a
/// box of its own around it.
pub(super) fn boxed_future(function: &TracedFn, body: &Body, parts: &Parts) -> TokenStream {
    let private = function.krate.private();
    if let Some(tail) = boxed_tail(body.statements.clone()) {
        let BoxedTail { before, pin, inner } = tail;
        let traced = traced_future(function, parts, &inner);
        let block = braces(quote!(#traced.await), body.span);
        return quote!(#before #pin(async move #block));
    }
    let deferred = future(function, body, parts);
    quote!(#private::boxed(#deferred))
}

/// The future that the body makes. The body runs at the call, and may leave early.
fn made(function: &TracedFn, body: &Body) -> TokenStream {
    let private = function.krate.private();
    let capture = capture(&function.bindings);
    let statements = &body.statements;
    let block = braces(quote!(#capture #statements), body.span);
    quote!(#private::call_once(move || #block))
}

struct BoxedTail {
    /// What stands before the tail.
    before: TokenStream,
    /// `Box::pin`.
    pin: TokenStream,
    /// `async move { .. }`.
    inner: TokenStream,
}

/// Whether the body ends in `Box::pin(async move { .. })`.
pub(super) fn has_boxed_tail(body: &Body) -> bool {
    boxed_tail(body.statements.clone()).is_some()
}

/// Input: `.. Box::pin(async move { .. })`.
fn boxed_tail(tokens: TokenStream) -> Option<BoxedTail> {
    let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let TokenTree::Group(call) = tokens.pop()? else { return None };
    let inner = async_block(&call)?;
    let path_start = path_start(&tokens);
    let pin: TokenStream = tokens.drain(path_start..).collect();
    let words: String = pin.to_string().replace(' ', "");
    words.ends_with("Box::pin").then(|| BoxedTail { before: tokens.into_iter().collect(), pin, inner })
}

fn async_block(call: &Group) -> Option<TokenStream> {
    if call.delimiter() != Delimiter::Parenthesis {
        return None;
    }
    let inner: Vec<TokenTree> = call.stream().into_iter().collect();
    match &inner[..] {
        [TokenTree::Ident(asynchronous), TokenTree::Ident(by_move), TokenTree::Group(block)]
            if asynchronous == "async" && by_move == "move" && block.delimiter() == Delimiter::Brace =>
        {
            Some(call.stream())
        }
        _ => None,
    }
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
