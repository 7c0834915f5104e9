//! The configuration in effect, for people: every key with its value and where that came from.

use std::fmt;

use super::findings::{Findings, Notice, Source};
use super::json::{Json, quote};
use super::keys::{Secrecy, Shown};
use super::node::Origin;

/// What is printed in place of a secret.
const MASK: &str = "\"***\"";
/// The furthest column that origins are aligned in; a longer line has its origin right behind it.
const LAST_COLUMN: usize = 72;

/// The configuration in effect, and how it came about.
///
/// It displays as YAML with each value's origin beside it. Secrets are masked: headers always, a text where it comes from
/// a reference such as `${TOKEN}`, and the path of an endpoint unless it is the usual one.
///
/// ```
/// use telemetry_runtime::config::{self, Origin, Sources};
///
/// let explanation = config::explain(&Sources { files: Some(Vec::new()), ..Sources::default() });
/// let port = explanation.settings().iter().find(|setting| setting.key.ends_with("config.port")).unwrap();
/// assert_eq!((port.value.as_str(), &port.origin), ("9464", &Origin::Default));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    settings: Vec<Setting>,
    additions: Vec<String>,
    problems: Vec<String>,
    notices: Vec<Notice>,
    /// The lines of YAML, and the origin of the value that the line holds.
    lines: Vec<(String, Option<String>)>,
}

/// One value in effect.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Setting {
    /// The key's path, such as `telemetry.metrics.exporters[0].config.port`.
    pub key: String,
    /// The value as YAML on one line; empty where nothing is set, masked where it is secret.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
    /// What the file says where that is not the value itself, such as `${PORT}`.
    pub reference: Option<String>,
}

impl Explanation {
    pub(super) fn new(sections: Vec<(String, Shown)>, additions: &[String], findings: &Findings) -> Self {
        let mut explanation = Self {
            settings: Vec::new(),
            additions: additions.to_vec(),
            problems: findings.problems(),
            notices: findings.notices(),
            lines: Vec::new(),
        };
        for (key, shown) in sections {
            explanation.add(&key, shown, "", &key, findings);
        }
        explanation
    }

    /// The values, in the order of the keys.
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }

    /// What the program's code adds that no key says, such as a sampler of its own.
    pub fn additions(&self) -> &[String] {
        &self.additions
    }

    /// What is wrong, a line each; a wrong value is not in effect. Telemetry starts only where there is nothing.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    /// What has no effect or was replaced by a default.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// Adds `shown`, which stands behind `lead`, as in `port:` or `-`, and below `key`.
    fn add(&mut self, key: &str, shown: Shown, indent: &str, lead: &str, findings: &Findings) {
        let lead = if lead.is_empty() { String::new() } else { format!("{}:", plain_or_quoted(lead)) };
        match shown {
            Shown::Value { path, value, secrecy } => {
                let source = findings.source(&path);
                let setting = setting(key, &value, secrecy, source);
                let space = if setting.value.is_empty() { "" } else { " " };
                let line = format!("{indent}{lead}{space}{}", setting.value);
                self.lines.push((line, Some(setting.comment())));
                self.settings.push(setting);
            }
            Shown::Map(entries) if entries.is_empty() => {
                self.lines.push((format!("{indent}{lead} {{}}"), None));
            }
            Shown::Map(entries) => {
                self.lines.push((format!("{indent}{lead}"), None));
                let inner = format!("{indent}  ");
                for (name, shown) in entries {
                    self.add(&super::read::join(key, &name), shown, &inner, &name, findings);
                }
            }
            Shown::List(elements) => {
                self.lines.push((format!("{indent}{lead}"), None));
                for (index, element) in elements.into_iter().enumerate() {
                    self.add_element(&format!("{key}[{index}]"), element, indent, findings);
                }
            }
        }
    }

    /// Adds an element of a list: its first line starts with a dash.
    fn add_element(&mut self, key: &str, element: Shown, indent: &str, findings: &Findings) {
        let inner = format!("{indent}    ");
        let start = self.lines.len();
        match element {
            Shown::Map(entries) => {
                for (name, shown) in entries {
                    self.add(&super::read::join(key, &name), shown, &inner, &name, findings);
                }
            }
            other => self.add(key, other, &inner, "", findings),
        }
        if let Some((line, _)) = self.lines.get_mut(start) {
            line.replace_range(..inner.len(), &format!("{indent}  - "));
        }
    }
}

/// YAML with origins as comments; what code adds, notices and problems follow as comments.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths =
            self.lines.iter().filter(|(_, origin)| origin.is_some()).map(|(line, _)| line.chars().count());
        let column = widths.filter(|width| *width <= LAST_COLUMN).max().unwrap_or_default();
        for (line, origin) in &self.lines {
            match origin {
                Some(origin) => writeln!(f, "{line:<column$}  # {origin}")?,
                None => writeln!(f, "{line}")?,
            }
        }
        for addition in &self.additions {
            writeln!(f, "# added in code: {addition}")?;
        }
        for notice in &self.notices {
            writeln!(f, "# notice: {notice}")?;
        }
        for problem in &self.problems {
            writeln!(f, "# wrong: {problem}")?;
        }
        Ok(())
    }
}

impl Setting {
    fn comment(&self) -> String {
        match &self.reference {
            Some(reference) => format!("{}: {reference}", self.origin),
            None => self.origin.to_string(),
        }
    }
}

fn setting(key: &str, value: &Json, secrecy: Secrecy, source: Option<Source>) -> Setting {
    let (origin, reference) = match source {
        None => (Origin::Default, None),
        Some(source) => (source.origin, source.reference),
    };
    let hidden = match secrecy {
        Secrecy::Open => false,
        Secrecy::Text => reference.is_some(),
        Secrecy::Secret => true,
    };
    let value = if hidden { MASK.to_owned() } else { inline(value) };
    Setting { key: key.to_owned(), value, origin, reference }
}

/// A value as YAML on one line.
fn inline(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::Boolean(value) => value.to_string(),
        Json::Number(number) => number.clone(),
        Json::Text(text) => plain_or_quoted(text),
        Json::List(values) => format!("[{}]", values.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Json::Object(members) => {
            let members =
                members.iter().map(|(name, value)| format!("{}: {}", plain_or_quoted(name), inline(value)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A text without quotes where no parser takes it for something else.
fn plain_or_quoted(text: &str) -> String {
    let mut chars = text.chars();
    let plain = chars.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '/')
        && chars.all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c))
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n"
        );
    // A URL's colons are not followed by a space.
    let url =
        text.starts_with("http") && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:".contains(c));
    if plain || (url && !text.ends_with(':')) {
        return text.to_owned();
    }
    let mut quoted = String::new();
    // Writing to a `String` does not fail.
    let _ = quote(&mut quoted, text);
    quoted
}
