//! The name of a label.

use alloc::format;
use alloc::string::String;

/// The label of an attribute: what a label may not have becomes `_`, runs of `_` collapse, and a leading digit gets `key_`.
///
/// `__name__`-like keys stay as they are. A key of separators only becomes `key_`, so that no key can break a scrape.
pub fn label_name(key: &str) -> String {
    let is_word = |character: char| character.is_ascii_alphanumeric();
    let is_double_underscored = key.len() > 4
        && key.starts_with("__")
        && key.ends_with("__")
        && key.chars().all(|character| is_word(character) || character == '_')
        && key.contains(is_word);
    if is_double_underscored {
        return key.into();
    }
    let mut label = String::with_capacity(key.len());
    for character in key.chars() {
        if is_word(character) {
            label.push(character);
        } else if !label.ends_with('_') {
            label.push('_');
        }
    }
    if !label.contains(is_word) {
        return "key_".into();
    }
    if label.starts_with(|first: char| first.is_ascii_digit()) { format!("key_{label}") } else { label }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_labels() {
        for (key, label) in [
            ("kind", "kind"),
            ("catalog.entity.kind", "catalog_entity_kind"),
            ("taskId", "taskId"),
            ("a..b", "a_b"),
            ("a__b", "a_b"),
            (".a", "_a"),
            ("__a", "_a"),
            ("__name__", "__name__"),
            ("1st", "key_1st"),
            ("größe", "gr_e"),
            ("", "key_"),
            ("___", "key_"),
            ("ä", "key_"),
        ] {
            assert_eq!(label_name(key), label, "{key}");
        }
    }
}
