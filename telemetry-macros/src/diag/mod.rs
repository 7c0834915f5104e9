//! Collecting every mistake of one attribute, so that one build reports them all.

mod message_id;

use std::fmt::{Display, Write};

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use telemetry_naming::NameError;

pub(crate) use message_id::MessageId;

/// The line of a span in its file; `None` outside of the compiler, as in unit tests. Within it, the conversion cannot fail.
pub(crate) fn line_of(span: Span) -> Option<usize> {
    proc_macro::is_available().then(|| Span::unwrap(span).line())
}

/// One mistake: where, what, and what to do about it.
pub(crate) struct Diagnostic {
    #[cfg_attr(not(test), expect(dead_code, reason = "tests tell the messages apart by their ids"))]
    id: &'static str,
    place: Place,
    message: String,
}

enum Place {
    /// From the first token to the last one.
    Tokens(TokenStream),
    Span(Span),
}

impl Diagnostic {
    /// Adds the exact edit that corrects the mistake.
    pub(crate) fn help(&mut self, text: impl Display) -> &mut Self {
        self.line("help", text)
    }

    /// Adds the rule that was broken, or where it comes from.
    pub(crate) fn note(&mut self, text: impl Display) -> &mut Self {
        self.line("note", text)
    }

    fn line(&mut self, label: &str, text: impl Display) -> &mut Self {
        // Writing to a `String` cannot fail.
        let _ = write!(self.message, "\n{label}: {text}");
        self
    }

    fn into_tokens(self) -> TokenStream {
        match self.place {
            Place::Tokens(tokens) => syn::Error::new_spanned(tokens, self.message),
            Place::Span(span) => syn::Error::new(span, self.message),
        }
        .into_compile_error()
    }
}

/// The mistakes found so far.
#[derive(Default)]
#[must_use = "mistakes are reported by `finish`"]
pub(crate) struct Diagnostics {
    found: Vec<Diagnostic>,
}

impl Diagnostics {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Reports a mistake. The caret covers `place`, the smallest part that has to change.
    pub(crate) fn error(
        &mut self,
        id: MessageId,
        place: impl ToTokens,
        message: impl Display,
    ) -> &mut Diagnostic {
        self.push(id.as_str(), Place::Tokens(place.into_token_stream()), message)
    }

    /// As [`Diagnostics::error`], where only a span is at hand.
    pub(crate) fn error_at(&mut self, id: MessageId, span: Span, message: impl Display) -> &mut Diagnostic {
        self.push(id.as_str(), Place::Span(span), message)
    }

    /// Reports a name that breaks a naming rule. Those messages have the ids of [`NameError`].
    pub(crate) fn name(
        &mut self,
        error: NameError,
        place: impl ToTokens,
        message: impl Display,
    ) -> &mut Diagnostic {
        self.push(error.id(), Place::Tokens(place.into_token_stream()), message)
    }

    /// Takes over an error of the parser, which knows its own place.
    pub(crate) fn syntax(&mut self, error: &syn::Error) -> &mut Diagnostic {
        self.push(MessageId::InvalidSyntax.as_str(), Place::Span(error.span()), error)
    }

    fn push(&mut self, id: &'static str, place: Place, message: impl Display) -> &mut Diagnostic {
        let index = self.found.len();
        self.found.push(Diagnostic { id, place, message: message.to_string() });
        &mut self.found[index]
    }

    /// Whether nothing is wrong, so that the next phase may start.
    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The ids of the mistakes, in the order in which they were found.
    #[cfg(test)]
    pub(crate) fn ids(&self) -> Vec<&'static str> {
        self.found.iter().map(|diagnostic| diagnostic.id).collect()
    }

    /// The user's item followed by all mistakes; just the item where there are none.
    ///
    /// The item comes first: an editor that stops at the first error has then seen it.
    pub(crate) fn finish(self, item: TokenStream) -> TokenStream {
        let mut output = item;
        output.extend(self.found.into_iter().map(Diagnostic::into_tokens));
        output
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    #[test]
    fn every_mistake_is_reported_after_the_item() {
        let mut diagnostics = Diagnostics::new();
        diagnostics.error(MessageId::InvalidSyntax, quote!(first), "one").help("do this");
        diagnostics.error(MessageId::InvalidSyntax, quote!(second), "two");
        let output = diagnostics
            .finish(quote!(
                fn item() {}
            ))
            .to_string();
        assert!(output.starts_with("fn item"));
        assert!(output.contains("one\\nhelp: do this") && output.contains("two"), "{output}");
    }

    #[test]
    fn message_ids_are_unique_and_in_kebab_case() {
        let mut ids: Vec<_> = MessageId::ALL.iter().map(|id| id.as_str()).collect();
        ids.extend(NameError::ALL.map(NameError::id));
        assert!(ids.iter().all(|id| id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')));
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}
