//! Metric names: the author's `{category}.{name}`, the absolute `::name`, and the length with the prefix.

use super::NameError;
use super::bytes::are_joined_words;

/// The longest instrument name that OpenTelemetry accepts, in bytes.
pub const METRIC_NAME_LIMIT: usize = 255;

/// What the compiler keeps free for the root (`backend.metrics.serviceName`), in bytes.
pub const ROOT_LIMIT: usize = 63;

/// Checks an author's metric name: grammar, category and style.
///
/// The name is `{category}.{name}`, or `::` and the whole name for one that gets no prefix.
///
/// # Errors
///
/// As [`metric_name_grammar`], then as [`metric_name_style`].
pub const fn metric_name(name: &str) -> Result<(), NameError> {
    match metric_name_grammar(name) {
        Ok(()) => metric_name_style(name),
        Err(error) => Err(error),
    }
}

/// Checks what no option can allow: OpenTelemetry's instrument name syntax, its length, and the category.
///
/// # Errors
///
/// The first of: empty, a wrong first character, a wrong character, no category (unless absolute), too long.
pub const fn metric_name_grammar(name: &str) -> Result<(), NameError> {
    let bytes = name.as_bytes();
    let start = if is_absolute(name) { 2 } else { 0 };
    if start == bytes.len() {
        return Err(NameError::MetricNameEmpty);
    }
    if !bytes[start].is_ascii_alphabetic() {
        return Err(NameError::MetricNameStart);
    }
    let mut category = start > 0;
    let mut index = start;
    while index < bytes.len() {
        let byte = bytes[index];
        if !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'/')) {
            return Err(NameError::MetricNameCharacter);
        }
        // A dot makes a category only where a name follows it.
        category |= byte == b'.' && index + 1 < bytes.len();
        index += 1;
    }
    if !category {
        return Err(NameError::MetricNameCategory);
    }
    if bytes.len() - start > METRIC_NAME_LIMIT {
        return Err(NameError::MetricNameLength);
    }
    Ok(())
}

/// Checks the style: lower case words joined by single dots and underscores.
///
/// # Errors
///
/// [`NameError::MetricNameStyle`].
pub const fn metric_name_style(name: &str) -> Result<(), NameError> {
    let start = if is_absolute(name) { 2 } else { 0 };
    if are_joined_words(name.as_bytes(), start, [b'.', b'_']) {
        Ok(())
    } else {
        Err(NameError::MetricNameStyle)
    }
}

/// Whether the name starts with `::`, and so is exported without a prefix.
pub const fn is_absolute(name: &str) -> bool {
    matches!(name.as_bytes(), [b':', b':', ..])
}

/// Checks that the exported name fits: `{root}.{owner}.{id}.{name}`, with [`ROOT_LIMIT`] bytes for the root.
///
/// `owner` is `plugin` or `core`. An absolute name has only its own length.
///
/// # Errors
///
/// [`NameError::MetricNameLength`].
pub const fn prefixed_length(owner: &str, id: &str, name: &str) -> Result<(), NameError> {
    let length = if is_absolute(name) {
        name.len() - 2
    } else {
        ROOT_LIMIT + owner.len() + id.len() + name.len() + "...".len()
    };
    if length > METRIC_NAME_LIMIT { Err(NameError::MetricNameLength) } else { Ok(()) }
}

/// Checks the root of all prefixed names (`backend.metrics.serviceName`): the grammar of a metric name without a category,
/// at most [`ROOT_LIMIT`] bytes.
///
/// # Errors
///
/// The first of: empty, a wrong first character, a wrong character, too long.
pub const fn root_name(root: &str) -> Result<(), NameError> {
    match metric_name_grammar(root) {
        _ if is_absolute(root) => Err(NameError::MetricNameStart),
        Err(NameError::MetricNameCategory) | Ok(()) if root.len() > ROOT_LIMIT => {
            Err(NameError::MetricNameLength)
        }
        Err(NameError::MetricNameCategory) | Ok(()) => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;
    use std::string::String;

    #[test]
    fn names_of_the_seeds_are_accepted() {
        for name in
            ["my_category.my_metric", "entities.processed.total", "entities.count", "events.scm.messages"]
        {
            assert_eq!(metric_name(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn absolute_names_need_no_category() {
        assert_eq!(metric_name("::http.server.request.duration"), Ok(()));
        assert_eq!(metric_name("::uptime"), Ok(()));
        assert_eq!(metric_name("::"), Err(NameError::MetricNameEmpty));
        assert_eq!(metric_name("::9"), Err(NameError::MetricNameStart));
    }

    #[test]
    fn grammar_is_that_of_the_specification() {
        assert_eq!(metric_name(""), Err(NameError::MetricNameEmpty));
        assert_eq!(metric_name("9.total"), Err(NameError::MetricNameStart));
        assert_eq!(metric_name("_a.b"), Err(NameError::MetricNameStart));
        assert_eq!(metric_name(":a.b"), Err(NameError::MetricNameStart));
        assert_eq!(metric_name("entities processed"), Err(NameError::MetricNameCharacter));
        assert_eq!(metric_name("entités.count"), Err(NameError::MetricNameCharacter));
        assert_eq!(metric_name("a.b::c"), Err(NameError::MetricNameCharacter));
    }

    #[test]
    fn a_category_is_required() {
        assert_eq!(metric_name("processed"), Err(NameError::MetricNameCategory));
        assert_eq!(metric_name("processed."), Err(NameError::MetricNameCategory));
    }

    #[test]
    fn style_is_apart_from_grammar() {
        for name in
            ["Entities.count", "a-b.c", "a.b/c", "a..b", "a.b.", "a._b", "entities.processedCount", "a.b__c"]
        {
            assert_eq!(metric_name_grammar(name), Ok(()), "{name}");
            assert_eq!(metric_name(name), Err(NameError::MetricNameStyle), "{name}");
        }
    }

    #[test]
    fn the_prefix_counts_for_the_length() {
        // 63 + ".plugin." + "catalog" + "." = 79 bytes go before the name.
        let longest = format!("a.{}", "b".repeat(255 - 79 - 2));
        assert_eq!(prefixed_length("plugin", "catalog", &longest), Ok(()));
        let longer = format!("{longest}b");
        assert_eq!(prefixed_length("plugin", "catalog", &longer), Err(NameError::MetricNameLength));
        assert_eq!(prefixed_length("plugin", "catalog", &format!("::{longer}")), Ok(()));
        assert_eq!(metric_name(&format!("::{}", "a".repeat(255))), Ok(()));
        assert_eq!(metric_name(&format!("::{}", "a".repeat(256))), Err(NameError::MetricNameLength));
    }

    #[test]
    fn the_root_has_63_bytes_and_no_category() {
        assert_eq!(root_name("backstage"), Ok(()));
        assert_eq!(root_name("acme.backstage"), Ok(()));
        assert_eq!(root_name(&"a".repeat(63)), Ok(()));
        assert_eq!(root_name(&"a".repeat(64)), Err(NameError::MetricNameLength));
        assert_eq!(root_name("::backstage"), Err(NameError::MetricNameStart));
        assert_eq!(root_name("my service"), Err(NameError::MetricNameCharacter));
        assert_eq!(root_name(""), Err(NameError::MetricNameEmpty));
    }

    /// All strings of up to five characters over an alphabet with one of each class.
    #[test]
    fn a_styled_name_agrees_with_the_regular_expression() {
        fn by_definition(name: &str) -> bool {
            let mut words = name.split(['.', '_']);
            name.starts_with(|first: char| first.is_ascii_lowercase())
                && words.all(|word| {
                    !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
                })
        }
        let alphabet = ['a', 'Z', '7', '.', '_', '-', '/', ' ', 'é'];
        let mut names = std::vec![String::new()];
        for start in 0..5 {
            let _ = start;
            let longer: std::vec::Vec<String> =
                names.iter().flat_map(|name| alphabet.iter().map(move |c| format!("{name}{c}"))).collect();
            for name in &longer {
                assert_eq!(metric_name_style(name).is_ok(), by_definition(name), "{name}");
                if metric_name(name).is_ok() {
                    assert!(by_definition(name) && name.contains('.'), "{name}");
                }
            }
            names = longer;
            names.truncate(2000);
        }
    }
}
