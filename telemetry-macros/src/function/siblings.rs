//! Our other attributes on the same function.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Meta, Path};

use super::{FnArgs, FnItem};
use crate::diag::{Diagnostics, MessageId};
use crate::paths::CratePath;
use crate::spread::is_hidden_path;

/// The attributes that instrument a function.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attribute {
    Traced,
    Metric,
}

impl Attribute {
    /// The word in the source.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Traced => "traced",
            Self::Metric => "metric",
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        match word {
            "traced" => Some(Self::Traced),
            "metric" => Some(Self::Metric),
            _ => None,
        }
    }
}

/// Moves every attribute of ours from the function into `args`.
pub(super) fn absorb(args: &mut FnArgs, item: &mut FnItem, diagnostics: &mut Diagnostics) {
    let krate = args.krate();
    let mut others = Vec::new();
    for attribute in std::mem::take(&mut item.attributes) {
        let Some(ours) = recognise(attribute.path(), &krate) else {
            others.push(attribute);
            continue;
        };
        item.absorb(attribute.path());
        if ours == Attribute::Traced && args.traced.is_some() && !is_hidden_path(attribute.path()) {
            diagnostics
                .error(
                    MessageId::DuplicateAttribute,
                    &attribute,
                    "`#[traced]` is written twice on this function",
                )
                .help("keep one of the two");
            continue;
        }
        let tokens = match &attribute.meta {
            Meta::List(list) => list.tokens.clone(),
            Meta::Path(_) => TokenStream::new(),
            Meta::NameValue(pair) => {
                let word = pair.path.to_token_stream();
                diagnostics
                    .error(
                        MessageId::ArgumentShape,
                        pair,
                        format!("`#[{word}]` takes its arguments in parentheses"),
                    )
                    .help(format!("write `#[{word}(...)]`"));
                continue;
            }
        };
        args.add(ours, attribute.path().span(), tokens, diagnostics);
    }
    item.attributes = others;
}

/// An attribute is ours when it is written bare, under the runtime's name, or under the name that `crate =` gave it, and
/// when a block put it there.
/// Under any other name it expands on its own.
pub(crate) fn recognise(path: &Path, krate: &CratePath) -> Option<Attribute> {
    let word = path.segments.last()?.ident.to_string();
    let ours = Attribute::of_word(&word)?;
    (is_hidden_path(path) || is_ours(path, &word, krate)).then_some(ours)
}

/// Whether `path` is `word`, bare or under a name of the runtime.
pub(crate) fn is_ours(path: &Path, word: &str, krate: &CratePath) -> bool {
    let text = |tokens: &dyn ToTokens| tokens.to_token_stream().to_string().replace(' ', "");
    let written = text(path);
    let known = text(krate);
    written == word
        || written.strip_suffix(word).and_then(|prefix| prefix.strip_suffix("::")).is_some_and(|prefix| {
            let prefix = prefix.trim_start_matches("::");
            prefix == "telemetry_runtime" || prefix == known.trim_start_matches("::")
        })
}
