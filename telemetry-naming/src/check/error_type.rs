//! Values of the attribute `error.type`.

use super::NameError;
use super::bytes::ends_at;

/// The longest `error.type` in bytes.
pub const ERROR_TYPE_LIMIT: usize = 127;

/// Checks a value of `error.type`: ASCII letters, digits, `_`, `.`, `-` and `:`, so that it stays one word in a query.
///
/// # Errors
///
/// The first of: empty, wrong syntax, too long, the word that panics have.
pub const fn error_type(name: &str) -> Result<(), NameError> {
    let bytes = name.as_bytes();
    if bytes.is_empty() {
        return Err(NameError::ErrorTypeEmpty);
    }
    let mut index = 0;
    while index < bytes.len() {
        if !(bytes[index].is_ascii_alphanumeric() || matches!(bytes[index], b'_' | b'.' | b'-' | b':')) {
            return Err(NameError::ErrorTypeSyntax);
        }
        index += 1;
    }
    if bytes.len() > ERROR_TYPE_LIMIT {
        return Err(NameError::ErrorTypeLength);
    }
    if ends_at(bytes, 0, bytes.len(), b"panic") {
        return Err(NameError::ErrorTypeReserved);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_codes_and_paths_are_accepted() {
        for name in ["not_found", "404", "_OTHER", "java.net.UnknownHostException", "std::io::Error", "a-b"] {
            assert_eq!(error_type(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn what_is_no_single_word_is_refused() {
        assert_eq!(error_type(""), Err(NameError::ErrorTypeEmpty));
        for name in ["not found", "not\"found", "größe", "a/b", "id={id}"] {
            assert_eq!(error_type(name), Err(NameError::ErrorTypeSyntax), "{name}");
        }
        assert_eq!(error_type(&"a".repeat(128)), Err(NameError::ErrorTypeLength));
        assert_eq!(error_type("panic"), Err(NameError::ErrorTypeReserved));
    }
}
