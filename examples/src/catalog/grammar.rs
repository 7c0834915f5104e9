//! The grammars of names in the catalog, as Backstage's descriptor format gives them.

/// `group/version`, such as `backstage.io/v1alpha1`, or a version alone.
pub fn is_api_version(text: &str) -> bool {
    let is_version =
        |version: &str| fits(version) && version.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match text.split_once('/') {
        Some((group, version)) => is_dns_subdomain(group) && is_version(version),
        None => is_version(text),
    }
}

/// Letters and digits, starting with a letter.
pub fn is_kind(text: &str) -> bool {
    fits(text)
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Letters, digits, `-`, `_` and `.`, with a letter or digit at both ends.
pub fn is_name(text: &str) -> bool {
    let end = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    fits(text)
        && end(bytes.first())
        && end(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

/// Lower case letters, digits and `-`, with a letter or digit at both ends.
pub fn is_dns_label(text: &str) -> bool {
    fits(text)
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_dns_subdomain(text: &str) -> bool {
    (1..=253).contains(&text.len()) && text.split('.').all(is_dns_label)
}

/// Lower case letters, digits, `:`, `+` and `#`, in parts joined by single `-`.
pub fn is_tag(text: &str) -> bool {
    let is_part = |part: &str| {
        let valid = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b":+#".contains(&byte);
        !part.is_empty() && part.bytes().all(valid)
    };
    fits(text) && text.split('-').all(is_part)
}

/// A name, or a domain, a slash and a name.
pub fn is_label_key(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_dns_subdomain(prefix) && is_name(name),
        None => is_name(text),
    }
}

/// The length of every part of a name.
fn fits(text: &str) -> bool {
    (1..=63).contains(&text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_grammar() {
        for name in ["a", "A-b_c.d", "9", &"x".repeat(63)] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "-a", "a-", "a b", "a/b", "ä", &"x".repeat(64)] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn tags_and_namespaces_follow_the_grammar() {
        assert!(is_tag("c++") && is_tag("java-data:v1"));
        assert!(!is_tag("Java") && !is_tag("a--b") && !is_tag("a_b"));
        assert!(is_dns_label("dev-ex") && !is_dns_label("Dev") && !is_dns_label("dev-"));
    }
}
