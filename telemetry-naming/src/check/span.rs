//! Span names.

use super::NameError;

/// Checks a span name: constant text of low cardinality.
///
/// A named placeholder such as `get_account/{accountId}` is a route template and accepted; an empty or formatting one
/// (`{}`, `{:?}`) is meant for a format string, which a span name is not.
///
/// # Errors
///
/// The first of: empty, a control character or an outer space, a placeholder of a format string.
pub const fn span_name(name: &str) -> Result<(), NameError> {
    let bytes = name.as_bytes();
    let Some(last) = bytes.len().checked_sub(1) else {
        return Err(NameError::SpanNameEmpty);
    };
    if bytes[0] == b' ' || bytes[last] == b' ' {
        return Err(NameError::SpanNameCharacter);
    }
    let mut index = 0;
    let mut placeholder = false;
    while index < bytes.len() {
        if bytes[index].is_ascii_control() {
            return Err(NameError::SpanNameCharacter);
        }
        placeholder |= bytes[index] == b'{' && index < last && matches!(bytes[index + 1], b'}' | b':');
        index += 1;
    }
    if placeholder { Err(NameError::SpanNamePlaceholder) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_route_templates_are_accepted() {
        for name in ["stitch", "GET /entities/{name}", "get_account/{accountId}", "Ingestion läuft", "{"] {
            assert_eq!(span_name(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn what_is_never_filled_in_is_refused() {
        for name in ["task {}", "task {:?}"] {
            assert_eq!(span_name(name), Err(NameError::SpanNamePlaceholder), "{name}");
        }
    }

    #[test]
    fn empty_and_unprintable_names_are_refused() {
        assert_eq!(span_name(""), Err(NameError::SpanNameEmpty));
        for name in [" a", "a ", "a\nb", "a\tb", " "] {
            assert_eq!(span_name(name), Err(NameError::SpanNameCharacter), "{name:?}");
        }
    }
}
