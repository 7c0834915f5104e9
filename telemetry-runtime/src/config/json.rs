//! The little JSON that configuration is described in.

use std::fmt::{self, Write as _};

/// A JSON value; an object keeps the order of its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Json {
    Null,
    Boolean(bool),
    /// A number as it is written.
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn number(number: impl fmt::Display) -> Self {
        Self::Number(number.to_string())
    }

    pub(super) fn object<const N: usize>(members: [(&str, Json); N]) -> Self {
        Self::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// `self` with one more member, where it is an object.
    pub(super) fn with(mut self, key: &str, value: Json) -> Self {
        if let Self::Object(members) = &mut self {
            members.push((key.to_owned(), value));
        }
        self
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Number(number) => f.write_str(number),
            Self::Text(text) => quote(f, text),
            Self::List(values) => enclose(f, depth, ['[', ']'], values, |f, value| value.write(f, depth + 1)),
            Self::Object(members) => enclose(f, depth, ['{', '}'], members, |f, (key, value)| {
                quote(f, key)?;
                f.write_str(": ")?;
                value.write(f, depth + 1)
            }),
        }
    }
}

/// Over several lines, indented by two spaces a level.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, 0)
    }
}

fn enclose<T>(
    f: &mut fmt::Formatter<'_>,
    depth: usize,
    [open, close]: [char; 2],
    elements: &[T],
    mut write: impl FnMut(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    f.write_char(open)?;
    for (index, element) in elements.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        write!(f, "{comma}\n{:width$}", "", width = (depth + 1) * 2)?;
        write(f, element)?;
    }
    if !elements.is_empty() {
        write!(f, "\n{:width$}", "", width = depth * 2)?;
    }
    f.write_char(close)
}

pub(super) fn quote(f: &mut impl fmt::Write, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            c if c.is_control() => write!(f, "\\u{:04x}", u32::from(c))?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

#[cfg(test)]
mod tests {
    use super::Json;

    #[test]
    fn texts_are_escaped_and_containers_indented() {
        let json = Json::object([
            ("a\"b", Json::List(vec![Json::number(1), Json::text("\u{1}\\")])),
            ("e", Json::List(Vec::new())),
        ]);
        assert_eq!(
            json.with("n", Json::Null).to_string(),
            "{\n  \"a\\\"b\": [\n    1,\n    \"\\u0001\\\\\"\n  ],\n  \"e\": [],\n  \"n\": null\n}"
        );
    }
}
