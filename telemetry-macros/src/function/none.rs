//! `none = "error"`: whether a call that returns `None` ended as an error.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::quote;
use syn::{Ident, ReturnType, Type};

use super::model::Shape;
use super::returns::{associated_type, last_word, may_fail, type_arguments};
use crate::args::{Args, choice};
use crate::diag::{Diagnostics, MessageId};
use crate::paths::CratePath;

/// What one attribute says of `None`.
pub(crate) struct NoneArg {
    key: Ident,
    is_error: bool,
    /// Whether a block says it, of all its functions.
    from_block: bool,
}

impl NoneArg {
    /// Takes the argument `none` out of `args`.
    pub(crate) fn take(args: &mut Args, diagnostics: &mut Diagnostics) -> Option<Self> {
        let arg = args.take("none")?;
        let key = arg.key.clone();
        let literal = arg.string(diagnostics)?;
        let chosen = choice(&literal, "outcome", &["error", "ok"], diagnostics)?;
        Some(Self { key, is_error: chosen == "error", from_block: args.block.is_some() })
    }
}

/// Whether the words of a type say that its values can be `None`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum CanBeNone {
    Yes,
    /// A name that can stand for anything.
    Perhaps,
    No,
}

/// The place that asks for errors, if one of the attributes does. What the function says itself goes before what its blocks
/// say, and a block means those of its functions that return an `Option`.
pub(super) fn resolve<'a>(
    all: impl Iterator<Item = &'a NoneArg>,
    shape: Shape,
    output: &ReturnType,
    diagnostics: &mut Diagnostics,
) -> Option<Span> {
    let (of_blocks, own): (Vec<_>, Vec<_>) = all.partition(|arg| arg.from_block);
    let can_be = can_be_none(shape, output);
    let Some(first) = own.first() else {
        let of_block = of_blocks.iter().find(|arg| arg.is_error && can_be == CanBeNone::Yes);
        return of_block.map(|arg| arg.key.span());
    };
    for other in own.iter().filter(|other| other.is_error != first.is_error) {
        diagnostics
            .error(MessageId::ConflictingArguments, &other.key, "`none` has two meanings on this function")
            .help("keep one of the two")
            .note("the attributes of a function share one outcome");
    }
    if can_be == CanBeNone::No {
        diagnostics
            .error(
                MessageId::NoneWithoutOption,
                &first.key,
                "`none` needs a function that returns an `Option`",
            )
            .help("remove it, or return `Option<T>` or `Result<Option<T>, E>`");
        return None;
    }
    first.is_error.then(|| first.key.span())
}

fn can_be_none(shape: Shape, output: &ReturnType) -> CanBeNone {
    let ReturnType::Type(_, written) = output else { return CanBeNone::No };
    match shape {
        Shape::Value | Shape::AsyncFn(_) => of_type(written),
        Shape::Future | Shape::BoxedFuture => {
            associated_type(written, "Future", "Output").map_or(CanBeNone::Perhaps, of_type)
        }
        // Items are not the end of a stream.
        Shape::Stream | Shape::BoxedStream => CanBeNone::No,
    }
}

fn of_type(written: &Type) -> CanBeNone {
    match written {
        Type::Paren(paren) => return of_type(&paren.elem),
        Type::Group(group) => return of_type(&group.elem),
        _ => {}
    }
    match last_word(written).as_deref() {
        Some("Option") => CanBeNone::Yes,
        Some("Result") => {
            let value = type_arguments(written).and_then(|arguments| arguments.first().copied());
            value.map_or(CanBeNone::Perhaps, of_type)
        }
        _ if may_fail(written) => CanBeNone::Perhaps,
        _ => CanBeNone::No,
    }
}

/// Output: `none_is_error(&__out, __call);`, at the place that asked for it: there a type that is never `None` is told.
pub(super) fn expand(span: Span, krate: &CratePath, out: &TokenStream, call: &TokenStream) -> TokenStream {
    let private = krate.private_at(span);
    let out: TokenStream = out
        .clone()
        .into_iter()
        .map(|mut token: TokenTree| {
            token.set_span(span.resolved_at(Span::mixed_site()));
            token
        })
        .collect();
    quote!(#private::none_is_error(#out, #call);)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_recognised_by_their_words() {
        let of = |output: &str| of_type(&syn::parse_str(output).expect("a type"));
        for yes in
            ["Option<u8>", "std::option::Option<u8>", "Result<Option<u8>, E>", "io::Result<Option<()>>"]
        {
            assert_eq!(of(yes), CanBeNone::Yes, "{yes}");
        }
        for perhaps in ["T", "Self", "Found", "Result<Found, E>", "fmt::Result"] {
            assert_eq!(of(perhaps), CanBeNone::Perhaps, "{perhaps}");
        }
        for no in ["()", "u32", "&str", "Vec<Option<u8>>", "Result<u8, E>", "impl Iterator<Item = u8>"] {
            assert_eq!(of(no), CanBeNone::No, "{no}");
        }
    }
}
