//! Spelling a Rust identifier as a name.

use alloc::string::String;

/// An identifier in snake case: `ClusterScoped` becomes `cluster_scoped`, `HTTPServer` becomes `http_server`.
///
/// A digit belongs to the word before it. Underscores at the ends are dropped, and runs of them collapse.
pub fn snake_case(identifier: &str) -> String {
    let mut name = String::with_capacity(identifier.len() + 4);
    let mut characters = identifier.chars().peekable();
    let mut previous = '_';
    while let Some(character) = characters.next() {
        if character == '_' {
            if previous != '_' {
                name.push('_');
            }
        } else {
            // A new word starts after a lower case letter or digit (`eB`), and with the last capital of a run that
            // lower case follows (`PServer`).
            let starts_word = character.is_uppercase()
                && previous != '_'
                && (!previous.is_uppercase() || characters.peek().is_some_and(|next| next.is_lowercase()));
            if starts_word {
                name.push('_');
            }
            name.extend(character.to_lowercase());
        }
        previous = character;
    }
    name.truncate(name.trim_end_matches('_').len());
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_separated_at_their_capitals() {
        for (identifier, name) in [
            ("Component", "component"),
            ("ClusterScoped", "cluster_scoped"),
            ("HTTPServer", "http_server"),
            ("Http2", "http2"),
            ("V1Beta1", "v1_beta1"),
            ("already_snake", "already_snake"),
            ("_private", "private"),
            ("type_", "type"),
            ("A", "a"),
            ("AB", "ab"),
            ("__", ""),
        ] {
            assert_eq!(snake_case(identifier), name, "{identifier}");
        }
    }
}
