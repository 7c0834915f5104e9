//! References to environment variables, by the rules of the specification ("Environment variable substitution").
//!
//! They are not Backstage's: a variable that is not set is empty, `$$` is `$`, the type of a value is that of the text
//! after substitution, and an invalid reference leaves nothing of the file.

use std::collections::BTreeSet;

use super::super::env::Environment;
use super::super::findings::{Findings, shown};
use super::super::node::{Node, Scalar, Value};

/// The tree with all references replaced, and the names of the variables in them; `None` where one is invalid.
pub(super) fn resolve(
    root: Node,
    environment: &Environment,
    findings: &Findings,
) -> Option<(Node, BTreeSet<String>)> {
    let mut substitution = Substitution { environment, findings, used: BTreeSet::new(), valid: true };
    let root = substitution.node(root);
    substitution.valid.then_some((root, substitution.used))
}

struct Substitution<'a> {
    environment: &'a Environment,
    findings: &'a Findings,
    used: BTreeSet<String>,
    valid: bool,
}

impl Substitution<'_> {
    fn node(&mut self, mut node: Node) -> Node {
        match node.value {
            Value::Scalar(scalar) => match self.text(&scalar.text) {
                Ok(text) => {
                    let written = (text != scalar.text).then_some(scalar.text);
                    node.value =
                        Value::Scalar(Scalar { text: decimal(text, scalar.plain), written, ..scalar });
                }
                Err(reference) => {
                    self.valid = false;
                    let text = format!(
                        "invalid reference {}; expected `${{NAME}}`, `${{env:NAME}}` or `${{NAME:-default}}`",
                        shown(&reference)
                    );
                    self.findings.error_at(&node.origin, &text);
                    node.value = Value::Scalar(scalar);
                }
            },
            Value::Sequence(nodes) => {
                node.value = Value::Sequence(nodes.into_iter().map(|node| self.node(node)).collect());
            }
            // Keys are not substituted.
            Value::Mapping(mut entries) => {
                for entry in &mut entries {
                    let empty = Value::Sequence(Vec::new());
                    let value = std::mem::replace(&mut entry.value.value, empty);
                    let origin = entry.value.origin.clone();
                    entry.value = self.node(Node { origin, value });
                }
                node.value = Value::Mapping(entries);
            }
        }
        node
    }

    /// The text with its references replaced, or the first reference that is invalid.
    fn text(&mut self, text: &str) -> Result<String, String> {
        // A reference does not reach over `$$`, nor does what comes out of one.
        let parts: Result<Vec<String>, String> = text.split("$$").map(|part| self.part(part)).collect();
        Ok(parts?.join("$"))
    }

    fn part(&mut self, mut rest: &str) -> Result<String, String> {
        let mut text = String::new();
        while let Some(start) = rest.find("${") {
            let (before, reference) = rest.split_at(start);
            let Some(end) = reference.find('}') else { break };
            text.push_str(before);
            text.push_str(&self.value(&reference[2..end]).ok_or_else(|| reference[..=end].to_owned())?);
            rest = &reference[end + 1..];
        }
        text.push_str(rest);
        Ok(text)
    }

    /// The value of what stands between the braces; `None` where that is not a reference.
    fn value(&mut self, reference: &str) -> Option<String> {
        let reference = reference.strip_prefix("env:").unwrap_or(reference);
        let (name, default) = reference.split_once(":-").unwrap_or((reference, ""));
        let starts = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        let valid = starts && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !valid || reference.contains(char::is_control) {
            return None;
        }
        self.used.insert(name.to_owned());
        let value = self.environment.exact(name).unwrap_or_else(|_| {
            self.findings.notice(format!("{name}: not UTF-8 text; it counts as unset"));
            None
        });
        Some(value.filter(|value| !value.is_empty()).unwrap_or(default).to_owned())
    }
}

/// A whole number in the notation that everything else reads.
fn decimal(text: String, plain: bool) -> String {
    let radix = |prefix, radix| u64::from_str_radix(text.strip_prefix(prefix)?, radix).ok();
    match radix("0x", 16).or_else(|| radix("0o", 8)) {
        Some(number) if plain => number.to_string(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::super::file;
    use super::*;

    /// The value of `key` after substitution, and its type; `None` where nothing is left.
    fn resolved(yaml: &str) -> Option<(String, &'static str)> {
        let environment = Environment::from_iter([
            ("STRING_VALUE", "value"),
            ("BOOL_VALUE", "true"),
            ("INT_VALUE", "1"),
            ("FLOAT_VALUE", "1.1"),
            ("HEX_VALUE", "0xdeadbeef"),
            ("INVALID_MAP_VALUE", "value\nkey:value"),
            ("DO_NOT_REPLACE_ME", "Never use this value"),
            ("REPLACE_ME", "${DO_NOT_REPLACE_ME}"),
            ("VALUE_WITH_ESCAPE", "value$$"),
        ]);
        let findings = Findings::default();
        let root = file::parse(&Arc::from("f"), yaml).expect("YAML").expect("a document");
        let Some((root, _)) = resolve(root, &environment, &findings) else {
            assert_eq!(findings.problems().len(), 1);
            return None;
        };
        let Value::Mapping(entries) = root.value else { panic!("{yaml}") };
        let node = &entries[0].value;
        let Value::Scalar(scalar) = &node.value else { panic!("{yaml}") };
        let kind = if node.is_null() { "null" } else { node.core_type().unwrap_or("text") };
        Some((scalar.text.clone(), kind))
    }

    /// The table of the specification (configuration, data model).
    #[test]
    fn the_rows_of_the_specification_hold() {
        for (input, text, kind) in [
            ("${STRING_VALUE}", "value", "text"),
            ("${BOOL_VALUE}", "true", "boolean"),
            ("${INT_VALUE}", "1", "number"),
            ("${FLOAT_VALUE}", "1.1", "number"),
            ("${HEX_VALUE}", "3735928559", "number"),
            ("\"${STRING_VALUE}\"", "value", "text"),
            ("\"${BOOL_VALUE}\"", "true", "text"),
            ("\"${INT_VALUE}\"", "1", "text"),
            ("\"${FLOAT_VALUE}\"", "1.1", "text"),
            ("\"${HEX_VALUE}\"", "0xdeadbeef", "text"),
            ("${env:STRING_VALUE}", "value", "text"),
            ("${INVALID_MAP_VALUE}", "value\nkey:value", "text"),
            ("foo ${STRING_VALUE} ${FLOAT_VALUE}", "foo value 1.1", "text"),
            ("${UNDEFINED_KEY}", "", "null"),
            ("${UNDEFINED_KEY:-fallback}", "fallback", "text"),
            ("${REPLACE_ME}", "${DO_NOT_REPLACE_ME}", "text"),
            ("${UNDEFINED_KEY:-${STRING_VALUE}}", "${STRING_VALUE}", "text"),
            ("$${STRING_VALUE}", "${STRING_VALUE}", "text"),
            ("$$${STRING_VALUE}", "$value", "text"),
            ("$$$${STRING_VALUE}", "$${STRING_VALUE}", "text"),
            ("$${STRING_VALUE:-fallback}", "${STRING_VALUE:-fallback}", "text"),
            ("$${STRING_VALUE:-${STRING_VALUE}}", "${STRING_VALUE:-value}", "text"),
            ("${UNDEFINED_KEY:-$${UNDEFINED_KEY}}", "${UNDEFINED_KEY:-${UNDEFINED_KEY}}", "text"),
            ("${VALUE_WITH_ESCAPE}", "value$$", "text"),
            ("a $$ b", "a $ b", "text"),
            ("a $ b", "a $ b", "text"),
        ] {
            assert_eq!(resolved(&format!("key: {input}")), Some((text.to_owned(), kind)), "{input}");
        }
        assert_eq!(resolved("key: ${STRING_VALUE:?error}"), None);
        assert_eq!(resolved("${STRING_VALUE}: value"), Some(("value".to_owned(), "text")));
    }

    #[test]
    fn an_invalid_reference_leaves_nothing() {
        for input in
            ["${1API_KEY}", "${API_$KEY}", "${}", "${file:x}", "${A B}", "${ A}", "a ${STRING_VALUE} ${-}"]
        {
            assert_eq!(resolved(&format!("key: {input}")), None, "{input}");
        }
    }

    #[test]
    fn a_default_may_be_empty_and_holds_for_an_empty_variable() {
        assert_eq!(resolved("key: ${UNDEFINED_KEY:-}"), Some((String::new(), "null")));
        assert_eq!(resolved("key: '${UNDEFINED_KEY:-}'"), Some((String::new(), "text")));
        assert_eq!(resolved("key: ${UNDEFINED_KEY:-12}"), Some(("12".to_owned(), "number")));
    }
}
