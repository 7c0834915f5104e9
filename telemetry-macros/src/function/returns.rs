//! What the return type says about how a call can end, without knowing the types.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::visit_mut::{VisitMut, visit_type_mut};
use syn::{GenericArgument, PathArguments, ReturnType, Type, TypeParamBound};

use super::scalar::is_scalar;

/// The return type of a function.
pub(crate) struct Returns {
    /// For annotations: every `impl Trait` is `_`. None where the type cannot be written there.
    pub(crate) hint: Option<TokenStream>,
    /// Whether the value can be a `Result`, as far as the words tell.
    pub(crate) may_fail: bool,
    /// A future or stream in the place of the value.
    pub(crate) deferred: Option<Deferred>,
}

/// What a function returns that goes on after it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deferred {
    /// `impl Future`.
    Future,
    /// `Pin<Box<dyn Future>>`.
    BoxedFuture,
    /// `impl Stream`.
    Stream,
    /// `Pin<Box<dyn Stream>>`.
    BoxedStream,
}

impl Returns {
    pub(crate) fn of(output: &ReturnType) -> Self {
        match output {
            ReturnType::Default => Self { hint: Some(quote!(())), may_fail: false, deferred: None },
            ReturnType::Type(_, written) => {
                Self { hint: hint(written), may_fail: may_fail(written), deferred: deferred(written) }
            }
        }
    }

    /// The same for the output of the future that is returned.
    pub(crate) fn of_output(output: &ReturnType) -> Self {
        Self::of_inner(output, "Future", "Output")
    }

    /// The same for the items of the stream that is returned.
    pub(crate) fn of_item(output: &ReturnType) -> Self {
        Self::of_inner(output, "Stream", "Item")
    }

    fn of_inner(output: &ReturnType, word: &str, associated: &str) -> Self {
        match output {
            ReturnType::Default => Self::of(output),
            ReturnType::Type(_, written) => match associated_type(written, word, associated) {
                Some(inner) => Self { hint: hint(inner), may_fail: may_fail(inner), deferred: None },
                None => Self { hint: None, may_fail: true, deferred: None },
            },
        }
    }
}

/// Whether the value can be a `Result`. Names of the standard library are taken at their word; of any other one nothing
/// is known.
pub(super) fn may_fail(written: &Type) -> bool {
    const PLAIN: &[&str] = &[
        "str", "String", "Option", "Vec", "Box", "Arc", "Rc", "Cow", "HashMap", "HashSet", "BTreeMap",
        "BTreeSet", "VecDeque", "PathBuf", "Ordering",
    ];
    match written {
        Type::Paren(paren) => may_fail(&paren.elem),
        Type::Group(group) => may_fail(&group.elem),
        Type::Path(path) => match (&path.qself, path.path.segments.last()) {
            (None, Some(last)) if path.path.segments.len() == 1 => {
                !is_scalar(&last.ident) && !PLAIN.contains(&last.ident.to_string().as_str())
            }
            _ => true,
        },
        Type::Macro(_) | Type::Verbatim(_) | Type::Infer(_) => true,
        _ => false,
    }
}

fn hint(written: &Type) -> Option<TokenStream> {
    // `!` cannot be written in an annotation on stable.
    if has_never(written.to_token_stream()) {
        return None;
    }
    let mut erased = written.clone();
    EraseImpl.visit_type_mut(&mut erased);
    Some(erased.into_token_stream())
}

fn has_never(tokens: TokenStream) -> bool {
    let mut previous_is_word = false;
    for token in tokens {
        match &token {
            // `name!(..)` is a macro, not the never type.
            TokenTree::Punct(punct) if punct.as_char() == '!' && !previous_is_word => return true,
            TokenTree::Group(group) if has_never(group.stream()) => return true,
            _ => {}
        }
        previous_is_word = matches!(token, TokenTree::Ident(_));
    }
    false
}

struct EraseImpl;

impl VisitMut for EraseImpl {
    fn visit_type_mut(&mut self, node: &mut Type) {
        if matches!(node, Type::ImplTrait(_)) {
            *node = Type::Infer(syn::TypeInfer {
                attrs: Vec::new(),
                underscore_token: <syn::Token![_]>::default(),
            });
        } else {
            visit_type_mut(self, node);
        }
    }
}

fn deferred(written: &Type) -> Option<Deferred> {
    if let Type::ImplTrait(opaque) = written {
        return match trait_of(&opaque.bounds)?.as_str() {
            "Future" => Some(Deferred::Future),
            "Stream" => Some(Deferred::Stream),
            _ => None,
        };
    }
    if last_word(written).is_some_and(|word| word == "BoxFuture" || word == "LocalBoxFuture") {
        return Some(Deferred::BoxedFuture);
    }
    if last_word(written).is_some_and(|word| word == "BoxStream" || word == "LocalBoxStream") {
        return Some(Deferred::BoxedStream);
    }
    let Type::TraitObject(object) = argument_of(argument_of(written, "Pin")?, "Box")? else { return None };
    match trait_of(&object.bounds)?.as_str() {
        "Future" => Some(Deferred::BoxedFuture),
        "Stream" => Some(Deferred::BoxedStream),
        _ => None,
    }
}

/// `T` in `impl Future<Output = T>`, `Pin<Box<dyn Future<Output = T>>>` and `BoxFuture<'_, T>`; the same for streams and
/// their `Item`.
pub(super) fn associated_type<'a>(written: &'a Type, word: &str, associated: &str) -> Option<&'a Type> {
    let bounds = match written {
        Type::ImplTrait(opaque) => &opaque.bounds,
        Type::Path(_) if last_word(written).is_some_and(|last| last.ends_with(&format!("Box{word}"))) => {
            return type_arguments(written)?.last().copied();
        }
        _ => match argument_of(argument_of(written, "Pin")?, "Box")? {
            Type::TraitObject(object) => &object.bounds,
            _ => return None,
        },
    };
    let bound = bounds.iter().find_map(|bound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().filter(|last| last.ident == word),
        _ => None,
    })?;
    let PathArguments::AngleBracketed(arguments) = &bound.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(assoc) if assoc.ident == associated => Some(&assoc.ty),
        _ => None,
    })
}

fn trait_of<'a>(bounds: impl IntoIterator<Item = &'a TypeParamBound>) -> Option<String> {
    bounds.into_iter().find_map(|bound| match bound {
        TypeParamBound::Trait(bound) => {
            let word = bound.path.segments.last()?.ident.to_string();
            matches!(word.as_str(), "Future" | "Stream").then_some(word)
        }
        _ => None,
    })
}

pub(super) fn last_word(written: &Type) -> Option<String> {
    match written {
        Type::Path(path) => Some(path.path.segments.last()?.ident.to_string()),
        _ => None,
    }
}

pub(super) fn type_arguments(written: &Type) -> Option<Vec<&Type>> {
    let Type::Path(path) = written else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    Some(
        arguments
            .args
            .iter()
            .filter_map(|argument| match argument {
                GenericArgument::Type(written) => Some(written),
                _ => None,
            })
            .collect(),
    )
}

/// `T` in `word<T>`.
fn argument_of<'a>(written: &'a Type, word: &str) -> Option<&'a Type> {
    last_word(written).filter(|last| last == word)?;
    type_arguments(written)?.first().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn returns(output: &str) -> Returns {
        Returns::of(&syn::parse_str(output).unwrap_or(ReturnType::Default))
    }

    #[test]
    fn only_types_that_cannot_be_a_result_are_taken_for_infallible() {
        for plain in [
            "",
            "-> ()",
            "-> u64",
            "-> &str",
            "-> Option<u8>",
            "-> (u8, Result<(), ()>)",
            "-> !",
            "-> [u8; 4]",
        ] {
            assert!(!returns(plain).may_fail, "{plain}");
        }
        for unknown in
            ["-> Result<(), E>", "-> io::Result<()>", "-> T", "-> Self", "-> (Result<(), E>)", "-> t!()"]
        {
            assert!(returns(unknown).may_fail, "{unknown}");
        }
    }

    #[test]
    fn hints_leave_out_what_cannot_be_written_in_an_annotation() {
        let hint = |output: &str| returns(output).hint.map(|hint| hint.to_string().replace(' ', ""));
        assert_eq!(hint("-> Result<impl Fn(u8) -> u8, E>").as_deref(), Some("Result<_,E>"));
        assert_eq!(hint("-> !"), None);
        assert_eq!(hint("-> Result<fn() -> !, E>"), None);
        assert_eq!(hint("-> my_type!()").as_deref(), Some("my_type!()"));
    }

    #[test]
    fn futures_and_streams_are_recognised_by_their_words() {
        let deferred = |output: &str| returns(output).deferred;
        assert!(deferred("-> impl Future<Output = ()> + Send") == Some(Deferred::Future));
        assert!(deferred("-> impl Send + std::future::Future<Output = u8>") == Some(Deferred::Future));
        assert!(deferred("-> Pin<Box<dyn Future<Output = u8> + Send + '_>>") == Some(Deferred::BoxedFuture));
        assert!(deferred("-> BoxFuture<'_, u8>") == Some(Deferred::BoxedFuture));
        assert!(deferred("-> impl futures::Stream<Item = u8>") == Some(Deferred::Stream));
        assert!(deferred("-> impl Iterator<Item = u8>").is_none());
    }
}
