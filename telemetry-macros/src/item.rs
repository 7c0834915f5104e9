//! What `#[traced]` and `#[metric]` are put on.

use proc_macro2::{Span, TokenStream};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute as AnyAttribute, Token, Visibility};

use crate::diag::{Diagnostics, MessageId};
use crate::function::{self, ABSORBED, Attribute, FnItem};
use crate::spread;

/// The items that are no functions, by the word that starts them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Other {
    /// `impl`, `mod` and `trait`.
    Block,
    Anything,
}

/// Expands `attribute(arguments)` on `item`.
pub(crate) fn expand(attribute: Attribute, arguments: TokenStream, item: TokenStream) -> TokenStream {
    if arguments.to_string() == ABSORBED {
        return item;
    }
    // The first argument is the best place for what the attribute as a whole lacks. There is none in `#[metric]`.
    let span = arguments.clone().into_iter().next().map_or_else(Span::call_site, |token| token.span());
    let mut diagnostics = Diagnostics::new();
    let word = attribute.word();
    match other_item.parse2(item.clone()) {
        Ok((Other::Block, _)) => return spread::expand(attribute, span, arguments, item),
        Ok((Other::Anything, place)) => {
            diagnostics
                .error_at(
                    MessageId::NotAFunction,
                    place,
                    format!("`#[{word}]` can only be applied to functions and methods"),
                )
                .help("move it to a function");
        }
        // Not one of the other items, so it is a function, perhaps one that is being typed.
        Err(_) => match syn::parse2::<FnItem>(item.clone()) {
            Ok(function) => return function::expand(attribute, span, arguments, function),
            Err(error) => {
                diagnostics.syntax(&error);
            }
        },
    }
    diagnostics.finish(item)
}

/// The item's first word, unless it can start a function.
fn other_item(input: ParseStream<'_>) -> syn::Result<(Other, Span)> {
    input.call(AnyAttribute::parse_outer)?;
    input.parse::<Visibility>()?;
    let span = input.span();
    let ahead = input.lookahead1();
    let is_block = ahead.peek(Token![mod])
        || ahead.peek(Token![trait])
        || ahead.peek(Token![impl])
        || (input.peek(Token![unsafe]) && (input.peek2(Token![impl]) || input.peek2(Token![trait])));
    let is_other = ahead.peek(Token![struct])
        || ahead.peek(Token![enum])
        || ahead.peek(Token![union]) && input.peek2(syn::Ident)
        || ahead.peek(Token![type])
        || ahead.peek(Token![use])
        || ahead.peek(Token![static])
        || ahead.peek(Token![macro])
        || (ahead.peek(Token![const]) && (input.peek2(syn::Ident) || input.peek2(Token![_])));
    input.parse::<TokenStream>()?;
    match (is_block, is_other) {
        (true, _) => Ok((Other::Block, span)),
        (false, true) => Ok((Other::Anything, span)),
        (false, false) => Err(ahead.error()),
    }
}
