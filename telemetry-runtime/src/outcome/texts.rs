//! The texts of an error, which belong to the user: they may be endless, fail, or panic.

use std::error::Error;
use std::fmt::{self, Write};

use crate::context::provoke;

/// A text of an error is cut after so many bytes, whatever the limits of attributes are: an error may quote what made it
/// fail, and a span is no place for a document.
const MAX_TEXT: usize = 16 * 1024;

/// A chain of sources is cut after so many errors: a longer one would be a cycle.
const MAX_SOURCES: usize = 64;

/// One line for an error and one for each source below it.
pub(super) fn chain_of(type_name: &str, message: &str, source: &(dyn Error + 'static)) -> String {
    let mut chain = Bounded { text: String::new(), room: 4 * MAX_TEXT };
    let mut sources =
        std::iter::successors(Some(source), |&error| provoke(|| error.source()).flatten()).take(MAX_SOURCES);
    // An error is that the chain is full.
    let mut written = write!(chain, "{type_name}: {message}");
    while written.is_ok()
        && let Some(source) = sources.next()
    {
        written = write!(chain, "\ncaused by: {}", text_of(&source));
    }
    chain.text
}

/// The text of a value whose formatting belongs to the user, and may panic or fail; the call that returned it must
/// not notice.
pub(super) fn text_of(value: &dyn fmt::Display) -> String {
    // Most texts come in several parts and fit into this, so that they are not moved while they grow.
    let mut bounded = Bounded { text: String::with_capacity(64), room: MAX_TEXT };
    match provoke(|| write!(bounded, "{value}")) {
        Some(Ok(())) => bounded.text,
        Some(Err(_)) if bounded.room == 0 => bounded.text,
        _ => "an error whose text cannot be formatted".to_owned(),
    }
}

/// The start of a text, of at most [`MAX_TEXT`] bytes.
pub(crate) fn cut(text: &str) -> &str {
    start_of(text, MAX_TEXT)
}

/// As many whole characters as there are in so many bytes.
fn start_of(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or_default()]
}

/// A text with room for so many bytes more. Writing stops where it is full, so that a long text is never made as a whole.
struct Bounded {
    text: String,
    room: usize,
}

impl Write for Bounded {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        if part.len() <= self.room {
            self.room -= part.len();
            self.text.push_str(part);
            return Ok(());
        }
        self.text.push_str(start_of(part, self.room));
        self.room = 0;
        Err(fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An error that is its own source.
    #[derive(Debug)]
    struct Cycle;

    impl fmt::Display for Cycle {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("round")
        }
    }

    impl Error for Cycle {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&Cycle)
        }
    }

    #[test]
    fn a_cycle_of_sources_ends() {
        let chain = chain_of("Cycle", "round", &Cycle);
        assert_eq!(chain.lines().count(), 1 + MAX_SOURCES);
    }

    #[test]
    fn a_long_text_is_cut_between_characters_while_it_is_written() {
        struct Endless;
        impl fmt::Display for Endless {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                loop {
                    f.write_str("größe ")?;
                }
            }
        }
        let text = text_of(&Endless);
        assert!(text.len() <= MAX_TEXT && text.len() > MAX_TEXT - 4, "{} bytes", text.len());
        assert!(text.starts_with("größe größe"));
    }

    #[test]
    fn a_chain_of_long_texts_is_cut() {
        #[derive(Debug)]
        struct Long;
        impl fmt::Display for Long {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&"x".repeat(2 * MAX_TEXT))
            }
        }
        impl Error for Long {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(&Long)
            }
        }
        let chain = chain_of("Long", &text_of(&Long), &Long);
        assert_eq!(chain.len(), 4 * MAX_TEXT);
    }

    #[test]
    fn a_text_that_fails_or_panics_is_replaced() {
        struct Fails(bool);
        impl fmt::Display for Fails {
            fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
                assert!(!self.0, "a text that panics");
                Err(fmt::Error)
            }
        }
        for fails in [Fails(false), Fails(true)] {
            assert_eq!(text_of(&fails), "an error whose text cannot be formatted");
        }
    }
}
