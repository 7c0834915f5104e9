//! The expressions of templates: `${{ parameters.name }}` in texts, and the conditions of steps.
//!
//! This is the part of Nunjucks that templates use: paths, literals, `and`, `or`, `not`, comparisons and filters.

use std::error::Error;
use std::fmt;

use serde_json::{Map, Value, json};

use crate::catalog::EntityRef;

/// What an expression can refer to.
pub struct Scope<'a> {
    pub parameters: &'a Value,
    /// The output of each step that ran: `steps.publish.output.remoteUrl`.
    pub steps: &'a Map<String, Value>,
    /// Whether a step failed: what `failure()` says.
    pub failed: bool,
}

/// An expression that cannot be read or evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpressionError(String);

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for ExpressionError {}

type Result<T> = std::result::Result<T, ExpressionError>;

/// Evaluates every expression in a value. A text that is one expression keeps the expression's type.
///
/// # Errors
///
/// For the first expression that cannot be evaluated.
pub fn render(value: &Value, scope: &Scope<'_>) -> Result<Value> {
    Ok(match value {
        Value::String(text) => render_text(text, scope)?,
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| render(item, scope)).collect::<Result<_>>()?)
        }
        Value::Object(entries) => {
            let rendered = entries.iter().map(|(key, value)| Ok((key.clone(), render(value, scope)?)));
            Value::Object(rendered.collect::<Result<_>>()?)
        }
        other => other.clone(),
    })
}

/// Whether a step's `if` holds.
///
/// # Errors
///
/// If the condition cannot be evaluated.
pub fn holds(condition: &Value, scope: &Scope<'_>) -> Result<bool> {
    render(condition, scope).map(|value| is_true(&value))
}

fn render_text(text: &str, scope: &Scope<'_>) -> Result<Value> {
    let mut rendered = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{") {
        let Some((expression, behind)) = after.split_once("}}") else {
            return Err(ExpressionError(format!("`{text}` has a `${{{{` without `}}}}`")));
        };
        let value = evaluate(expression, scope)?;
        if before.trim().is_empty() && behind.trim().is_empty() && rendered.is_empty() {
            return Ok(value);
        }
        rendered.push_str(before);
        rendered.push_str(&as_text(&value));
        rest = behind;
    }
    rendered.push_str(rest);
    Ok(Value::String(rendered))
}

/// Evaluates one expression.
fn evaluate(expression: &str, scope: &Scope<'_>) -> Result<Value> {
    let mut parser = Parser { rest: expression, scope, depth: 0 };
    let value = parser.either()?;
    match parser.rest.trim() {
        "" => Ok(value),
        rest => Err(parser.error(&format!("cannot read `{rest}`"))),
    }
}

/// Reads and evaluates in one go; `rest` is what is still to be read.
struct Parser<'a> {
    rest: &'a str,
    scope: &'a Scope<'a>,
    depth: usize,
}

/// More parentheses and `not`s than this are refused, so that no text can exhaust the stack.
const MAX_DEPTH: usize = 50;

impl<'a> Parser<'a> {
    fn either(&mut self) -> Result<Value> {
        let mut value = self.both()?;
        while self.word("or") || self.sign("||") {
            let other = self.both()?;
            if !is_true(&value) {
                value = other;
            }
        }
        Ok(value)
    }

    fn both(&mut self) -> Result<Value> {
        let mut value = self.negation()?;
        while self.word("and") || self.sign("&&") {
            let other = self.negation()?;
            if is_true(&value) {
                value = other;
            }
        }
        Ok(value)
    }

    fn negation(&mut self) -> Result<Value> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error("is nested too deeply"));
        }
        let value = if self.word("not") || (!self.rest.trim_start().starts_with("!=") && self.sign("!")) {
            Value::Bool(!is_true(&self.negation()?))
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(value)
    }

    fn comparison(&mut self) -> Result<Value> {
        let left = self.filtered()?;
        for (sign, equal) in [("===", true), ("!==", false), ("==", true), ("!=", false)] {
            if self.sign(sign) {
                return Ok(Value::Bool((left == self.filtered()?) == equal));
            }
        }
        Ok(left)
    }

    fn filtered(&mut self) -> Result<Value> {
        let mut value = self.primary()?;
        while !self.rest.trim_start().starts_with("||") && self.sign("|") {
            let name = self.name().ok_or_else(|| self.error("needs a filter after `|`"))?;
            value = filter(name, &value)
                .ok_or_else(|| self.error(&format!("cannot apply the filter `{name}`")))?;
            value = self.path(value)?;
        }
        Ok(value)
    }

    fn primary(&mut self) -> Result<Value> {
        if self.sign("(") {
            let value = self.either()?;
            self.expect(")")?;
            return self.path(value);
        }
        if let Some(text) = self.quoted()? {
            return Ok(Value::String(text));
        }
        if let Some(number) = self.number() {
            return Ok(number);
        }
        let name = self.name().ok_or_else(|| self.error("needs a value"))?;
        let value = match name {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "none" | "null" | "undefined" => Value::Null,
            "parameters" => self.scope.parameters.clone(),
            "steps" => Value::Object(self.scope.steps.clone()),
            // A dry run has no secrets, no user, and no other context.
            "secrets" | "user" | "context" => Value::Object(Map::new()),
            "always" | "failure" => {
                self.expect("(")?;
                self.expect(")")?;
                Value::Bool(name == "always" || self.scope.failed)
            }
            _ => return Err(self.error(&format!("refers to `{name}`, which does not exist"))),
        };
        self.path(value)
    }

    /// `.name`, `['name']` and `[0]`, as often as they come. What does not exist is null.
    fn path(&mut self, mut value: Value) -> Result<Value> {
        loop {
            if self.rest.starts_with('.') {
                self.rest = &self.rest[1..];
                let key = self.name().ok_or_else(|| self.error("needs a name after `.`"))?;
                value = value.get_mut(key).map(Value::take).unwrap_or_default();
            } else if self.rest.starts_with('[') {
                self.rest = &self.rest[1..];
                value = match self.either()? {
                    Value::String(key) => value.get_mut(&key).map(Value::take),
                    Value::Number(index) => {
                        let index = index.as_u64().and_then(|index| usize::try_from(index).ok());
                        index.and_then(|index| value.get_mut(index)).map(Value::take)
                    }
                    _ => None,
                }
                .unwrap_or_default();
                self.expect("]")?;
            } else {
                return Ok(value);
            }
        }
    }

    fn quoted(&mut self) -> Result<Option<String>> {
        let text = self.rest.trim_start();
        let Some(quote) = text.chars().next().filter(|first| ['\'', '"'].contains(first)) else {
            return Ok(None);
        };
        let Some((inner, rest)) = text[1..].split_once(quote) else {
            return Err(self.error("has a text without an end"));
        };
        self.rest = rest;
        Ok(Some(inner.to_owned()))
    }

    fn number(&mut self) -> Option<Value> {
        let text = self.rest.trim_start();
        let end = text.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(text.len());
        let number = serde_json::from_str(&text[..end]).ok()?;
        self.rest = &text[end..];
        Some(number)
    }

    fn name(&mut self) -> Option<&'a str> {
        let text = self.rest.trim_start();
        let end = text.find(|char| !is_name_char(char)).unwrap_or(text.len());
        self.rest = &text[end..];
        (end > 0).then(|| &text[..end])
    }

    fn word(&mut self, word: &str) -> bool {
        let text = self.rest.trim_start();
        match text.strip_prefix(word) {
            Some(rest) if !rest.starts_with(is_name_char) => {
                self.rest = &text[word.len()..];
                true
            }
            _ => false,
        }
    }

    fn sign(&mut self, sign: &str) -> bool {
        match self.rest.trim_start().strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, sign: &str) -> Result<()> {
        if self.sign(sign) { Ok(()) } else { Err(self.error(&format!("needs `{sign}`"))) }
    }

    #[expect(clippy::unused_self, reason = "it reads as the parser's complaint")]
    fn error(&self, what: &str) -> ExpressionError {
        ExpressionError(format!("the expression {what}"))
    }
}

fn is_name_char(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

/// The filters that templates use most.
fn filter(name: &str, value: &Value) -> Option<Value> {
    let text = value.as_str();
    Some(match name {
        "dump" => Value::String(value.to_string()),
        "upper" => Value::String(text?.to_uppercase()),
        "lower" => Value::String(text?.to_lowercase()),
        "trim" => Value::String(text?.trim().to_owned()),
        "parseRepoUrl" => repository(text?)?,
        "projectSlug" => {
            let parsed = repository(text?)?;
            Value::String(format!("{}/{}", parsed["owner"].as_str()?, parsed["repo"].as_str()?))
        }
        "parseEntityRef" => {
            let reference = EntityRef::parse(text?, None, "default")?;
            json!({ "kind": reference.kind, "namespace": reference.namespace, "name": reference.name })
        }
        _ => return None,
    })
}

/// The parts of `github.com?owner=acme&repo=web`.
fn repository(url: &str) -> Option<Value> {
    let (host, query) = url.split_once('?')?;
    let mut parsed = Map::from_iter([("host".to_owned(), Value::from(host))]);
    for pair in query.split('&') {
        let (key, value) = pair.split_once('=')?;
        parsed.insert(key.to_owned(), Value::from(value));
    }
    Some(Value::Object(parsed))
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        // A condition that was rendered into a text is still a condition.
        Value::String(text) => !text.is_empty() && text != "false",
        Value::Array(_) | Value::Object(_) => true,
    }
}

fn as_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evaluated(text: &str) -> Result<Value> {
        let steps = Map::from_iter([("fetch-base".to_owned(), json!({"output": {"url": "x"}}))]);
        let parameters = json!({"name": "web", "db": "none", "port": 80, "tags": ["a", "b"], "public": false,
            "repoUrl": "github.com?owner=acme&repo=web"});
        render(&Value::from(text), &Scope { parameters: &parameters, steps: &steps, failed: false })
    }

    #[test]
    fn texts_are_filled_in_and_lone_expressions_keep_their_type() {
        assert_eq!(evaluated("svc-${{ parameters.name }}:${{ parameters.port }}"), Ok(json!("svc-web:80")));
        assert_eq!(evaluated("${{ parameters.port }}"), Ok(json!(80)));
        assert_eq!(evaluated("${{ parameters.tags[1] }}"), Ok(json!("b")));
        assert_eq!(evaluated("plain"), Ok(json!("plain")));
    }

    #[test]
    fn conditions_compare_and_combine() {
        for (condition, expected) in [
            ("${{ parameters.db !== 'none' }}", false),
            ("${{ parameters.db == \"none\" and not parameters.public }}", true),
            ("${{ parameters.missing }}", false),
            ("${{ (parameters.public or parameters.name) === 'web' }}", true),
            ("${{ !parameters.public && parameters.port == 80 }}", true),
            ("${{ always() }}", true),
            ("${{ failure() }}", false),
            ("false", false),
        ] {
            let value = evaluated(condition).map(|value| is_true(&value));
            assert_eq!(value, Ok(expected), "{condition}");
        }
    }

    #[test]
    fn steps_and_filters_are_reached() {
        assert_eq!(evaluated("${{ steps['fetch-base'].output.url }}"), Ok(json!("x")));
        assert_eq!(evaluated("${{ (parameters.repoUrl | parseRepoUrl).owner }}"), Ok(json!("acme")));
        assert_eq!(evaluated("${{ parameters.repoUrl | projectSlug | upper }}"), Ok(json!("ACME/WEB")));
        assert_eq!(evaluated("${{ secrets.TOKEN or false }}"), Ok(json!(false)));
    }

    #[test]
    fn wrong_expressions_are_errors() {
        for text in [
            "${{ nothing }}",
            "${{ 'a }}",
            "${{ parameters.name",
            "${{ a b }}",
            "${{ parameters.name | shout }}",
            "${{ }}",
        ] {
            assert!(evaluated(text).is_err(), "{text}");
        }
        let deep = format!("${{{{ {} }}}}", "(".repeat(100_000));
        assert!(evaluated(&deep).is_err());
    }
}
