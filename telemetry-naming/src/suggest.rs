//! What a refused name was probably meant to be.

use alloc::format;
use alloc::string::{String, ToString};

use crate::check::{self, next_term};
use crate::{snake_case, units};

/// The unit that was probably meant: look-alikes replaced, words for countable things put in braces.
///
/// `None` where the unit is right already, or where nothing better is known.
pub fn unit(unit: &str) -> Option<String> {
    if check::unit(unit).is_ok() {
        return None;
    }
    let bytes = unit.as_bytes();
    let mut suggestion = String::new();
    let mut start = 0;
    while start < bytes.len() {
        let term = next_term(bytes, start).ok()?;
        let (symbol, rest) = (&unit[start..term.symbol_end], &unit[term.symbol_end..term.end]);
        if symbol == "1" && rest.starts_with('{') {
            suggestion.push_str(rest);
        } else if symbol.is_empty() || units::is_known(bytes, term.start, term.symbol_end) {
            suggestion.push_str(&unit[start..term.end]);
        } else if let Some(look_alike) = units::look_alike(bytes, term.start, term.symbol_end) {
            suggestion.push_str(look_alike.symbol);
            suggestion.push_str(rest);
        } else {
            suggestion.push_str(&annotation(symbol)?);
        }
        if let Some(operator) = unit.get(term.end..=term.end) {
            suggestion.push_str(operator);
        }
        start = term.end + 1;
    }
    check::unit(&suggestion).is_ok().then_some(suggestion)
}

/// `{widget}` for `widgets`. A word of one or two letters is more likely a wrong symbol than a thing.
fn annotation(word: &str) -> Option<String> {
    let is_word = word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    is_word.then(|| format!("{{{}}}", singular(word)))
}

fn singular(word: &str) -> String {
    match word.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None if word.ends_with("ss") => word.to_string(),
        None => word.strip_suffix('s').unwrap_or(word).to_string(),
    }
}

/// The metric name in style: snake case words, single dots.
///
/// `None` where the result would be no legal name either, or where the name is right already.
pub fn metric_name(name: &str) -> Option<String> {
    let (prefix, name) = if check::is_absolute(name) { name.split_at(2) } else { ("", name) };
    let words: alloc::vec::Vec<String> = name
        .split(['.', '/'])
        .map(|segment| snake_case(&segment.replace(|c: char| !c.is_ascii_alphanumeric(), "_")))
        .filter(|word| !word.is_empty())
        .collect();
    let suggestion = format!("{prefix}{}", words.join("."));
    let differs = suggestion.len() != prefix.len() + name.len() || !suggestion.ends_with(name);
    (differs && check::metric_name(&suggestion).is_ok()).then_some(suggestion)
}

/// The plugin id in style: lower case words joined by hyphens.
///
/// `None` where the result would be no legal id either, or where the id is right already.
pub fn plugin_id(id: &str) -> Option<String> {
    let spelled = id.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    let suggestion = snake_case(&spelled).replace('_', "-");
    (check::plugin_id(id).is_err() && check::plugin_id(&suggestion).is_ok()).then_some(suggestion)
}

/// The attribute key made legal: dotted words of letters, digits and underscores.
///
/// `None` where the result would be no legal key either, or where the key is right already.
pub fn attribute_key(key: &str) -> Option<String> {
    let spelled = key.replace(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '_' | '-'), "_");
    let words: alloc::vec::Vec<&str> =
        spelled.split('.').map(|word| word.trim_matches('_')).filter(|word| !word.is_empty()).collect();
    let suggestion = words.join(".");
    (suggestion != key && check::metric_attribute_key(&suggestion).is_ok()).then_some(suggestion)
}

/// The `error.type` made legal: snake case words.
///
/// `None` where the result would not be legal either, or where it is right already.
pub fn error_type(name: &str) -> Option<String> {
    let suggestion = snake_case(&name.replace(|c: char| !c.is_ascii_alphanumeric(), "_"));
    (check::error_type(name).is_err() && check::error_type(&suggestion).is_ok()).then_some(suggestion)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_repaired_term_by_term() {
        assert_eq!(unit("seconds").as_deref(), Some("s"));
        assert_eq!(unit("requests/sec").as_deref(), Some("{request}/s"));
        assert_eq!(unit("1{request}").as_deref(), Some("{request}"));
        assert_eq!(unit("widgets").as_deref(), Some("{widget}"));
        assert_eq!(unit("bytes/entities").as_deref(), Some("By/{entity}"));
        assert_eq!(unit("s"), None);
        assert_eq!(unit("xq"), None);
        assert_eq!(unit("/s"), None);
    }

    #[test]
    fn a_metric_name_is_put_in_style() {
        assert_eq!(metric_name("Entities.processedCount").as_deref(), Some("entities.processed_count"));
        assert_eq!(metric_name("entities-x.count").as_deref(), Some("entities_x.count"));
        assert_eq!(metric_name("entities..count").as_deref(), Some("entities.count"));
        assert_eq!(metric_name("entities/count").as_deref(), Some("entities.count"));
        assert_eq!(metric_name("::HTTP.requests").as_deref(), Some("::http.requests"));
        assert_eq!(metric_name("entities.count"), None);
        assert_eq!(metric_name("9"), None);
    }

    #[test]
    fn ids_and_keys_are_made_legal() {
        assert_eq!(plugin_id("MyPlugin").as_deref(), Some("my-plugin"));
        assert_eq!(plugin_id("my plugin").as_deref(), Some("my-plugin"));
        assert_eq!(plugin_id("catalog"), None);
        assert_eq!(attribute_key("entity kind").as_deref(), Some("entity_kind"));
        assert_eq!(attribute_key("a..b.").as_deref(), Some("a.b"));
        assert_eq!(attribute_key("le"), None);
        assert_eq!(error_type("Not found!").as_deref(), Some("not_found"));
        assert_eq!(error_type("not_found"), None);
    }
}
