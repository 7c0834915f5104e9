//! Typed reading of the tree: each read names the key once, checks the value, and collects what is wrong.
//!
//! The keys that a section asks for are the keys it knows, so nothing else has to list them: when a section is left,
//! every key that nobody asked for is reported, with the nearest one that was.

use std::cell::RefCell;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::time::Duration;

use telemetry_naming as naming;

use super::findings::{Findings, Source};
use super::node::{Entry, Node, Origin, Scalar, Value as NodeValue, entry};
use super::schema::NO_LIMIT;

/// A value at a key path.
#[derive(Clone)]
pub(super) struct Value<'a> {
    node: &'a Node,
    /// The place of the key that the value stands under.
    key: &'a Origin,
    /// The key's path, as messages name it.
    path: String,
    /// The key of `app-config.yaml` that this sets, where `path` is one of another kind of file.
    sets: Option<String>,
    findings: &'a Findings,
    /// A mistake is a notice, and the value is ignored.
    lenient: bool,
}

/// A mapping that is being read.
pub(super) struct Object<'a> {
    value: Value<'a>,
    entries: &'a [Entry],
    asked: RefCell<Vec<&'static str>>,
}

impl<'a> Value<'a> {
    /// The whole configuration.
    pub(super) fn root(node: &'a Node, findings: &'a Findings) -> Self {
        Self::of(node, String::new(), findings)
    }

    /// The value of an entry below `path`.
    pub(super) fn at(entry: &'a Entry, path: &str, findings: &'a Findings) -> Self {
        Self { key: &entry.origin, ..Self::of(&entry.value, join(path, &entry.key), findings) }
    }

    /// The value `node` of the key `path`.
    pub(super) fn of(node: &'a Node, path: String, findings: &'a Findings) -> Self {
        Self { node, key: &node.origin, path, sets: None, findings, lenient: false }
    }

    /// The same, where a mistake is a notice and the value is ignored.
    pub(super) fn lenient(self) -> Self {
        Self { lenient: true, ..self }
    }

    /// The same value, which sets the key `path` of `app-config.yaml`.
    pub(super) fn setting(&self, path: impl Into<String>) -> Self {
        Self { sets: Some(path.into()), ..self.clone() }
    }

    pub(super) fn node(&self) -> &'a Node {
        self.node
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Whether keys and values stand here.
    pub(super) fn is_mapping(&self) -> bool {
        matches!(self.node.value, NodeValue::Mapping(_))
    }

    /// Reports a mistake in this value.
    pub(super) fn problem(&self, text: impl Display) {
        self.report(&self.node.origin, text);
    }

    /// Reports a mistake in the key that this value stands under.
    pub(super) fn key_problem(&self, text: impl Display) {
        self.report(self.key, text);
    }

    fn report(&self, place: &Origin, text: impl Display) {
        // A variable and a whole file are not under a key.
        let key = if self.path.is_empty() { String::new() } else { format!("{}: ", self.path) };
        if self.lenient {
            self.findings.notice(format!("{place}: {key}{text}; the value is ignored"));
        } else {
            self.findings.error_at(place, &format!("{key}{text}"));
        }
    }

    /// Says something about the key that this value stands under.
    pub(super) fn key_notice(&self, text: impl Display) {
        self.findings.notice(format!("{}: {}: {text}", self.key, self.path));
    }

    fn key_path(&self) -> &str {
        self.sets.as_ref().unwrap_or(&self.path)
    }

    /// Whether this value has been read and is right.
    pub(super) fn is_found(&self) -> bool {
        self.findings.source(self.key_path()).is_some()
    }

    /// Whether the key `path` of `app-config.yaml` has been read and is right.
    pub(super) fn is_found_at(&self, path: &str) -> bool {
        self.findings.source(path).is_some()
    }

    /// Whether this is the number 0.
    pub(super) fn is_zero(&self) -> bool {
        matches!(&self.node.value, NodeValue::Scalar(scalar) if scalar.text == "0")
    }

    pub(super) fn is_list(&self) -> bool {
        matches!(self.node.value, NodeValue::Sequence(_))
    }

    /// The keys of a mapping, `null` ones too.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'a str> {
        let entries: &'a [Entry] = match &self.node.value {
            NodeValue::Mapping(entries) => entries,
            _ => &[],
        };
        entries.iter().map(|entry| entry.key.as_str())
    }

    /// This value is the one in effect.
    pub(super) fn found(&self) {
        let written = |node: &Node| match &node.value {
            NodeValue::Scalar(scalar) => scalar.written.clone(),
            _ => None,
        };
        let reference = match &self.node.value {
            NodeValue::Sequence(elements) => elements.iter().find_map(written),
            _ => written(self.node),
        };
        self.findings.found(self.key_path(), Source { origin: self.node.origin.clone(), reference });
    }

    /// The entries of a mapping of free keys, such as headers.
    pub(super) fn entries(&self) -> Vec<(&'a str, Value<'a>)> {
        let entries = self.mapping().unwrap_or_default();
        entries
            .iter()
            .filter(|entry| !entry.value.is_null())
            .map(|entry| (entry.key.as_str(), self.child(entry)))
            .collect()
    }

    /// Reads a mapping of known keys; the ones that `read` does not ask for are reported.
    pub(super) fn object<T>(&self, read: impl FnOnce(&Object<'a>) -> T) -> Option<T> {
        let object = self.open()?;
        let result = read(&object);
        object.finish();
        Some(result)
    }

    /// Reads a mapping that also holds keys of other programs.
    pub(super) fn shared_object<T>(&self, read: impl FnOnce(&Object<'a>) -> T) -> Option<T> {
        Some(read(&self.open()?))
    }

    fn open(&self) -> Option<Object<'a>> {
        Some(Object { value: self.clone(), entries: self.mapping()?, asked: RefCell::new(Vec::new()) })
    }

    fn mapping(&self) -> Option<&'a [Entry]> {
        if let NodeValue::Mapping(entries) = &self.node.value {
            return Some(entries);
        }
        self.problem(format_args!("expected keys and values, got {}", self.got()));
        None
    }

    fn child(&self, entry: &'a Entry) -> Value<'a> {
        Value {
            node: &entry.value,
            key: &entry.origin,
            path: join(&self.path, &entry.key),
            sets: self.sets.as_ref().map(|sets| join(sets, &entry.key)),
            findings: self.findings,
            lenient: self.lenient,
        }
    }

    /// The elements of a list.
    pub(super) fn list(&self) -> Option<Vec<Value<'a>>> {
        let NodeValue::Sequence(nodes) = &self.node.value else {
            self.problem(format_args!("expected a list, got {}", self.got()));
            return None;
        };
        let value = |(index, node)| Value {
            node,
            key: &node.origin,
            path: format!("{}[{index}]", self.path),
            sets: None,
            findings: self.findings,
            lenient: self.lenient,
        };
        Some(nodes.iter().enumerate().map(value).collect())
    }

    /// `true` or `false`, also in the other spellings that Backstage takes.
    pub(super) fn boolean(&self) -> Option<bool> {
        let read = boolean(self.raw()?);
        self.expect(read, "`true` or `false`")
    }

    /// A whole number in `range`, which `what` describes.
    pub(super) fn whole(&self, range: &RangeInclusive<u64>, what: &str) -> Option<u64> {
        let read = self.raw()?.parse().ok().filter(|number| range.contains(number));
        self.expect(read, &format!("{what} ({} to {})", range.start(), range.end()))
    }

    /// A count, such as a size in items.
    pub(super) fn count(&self, range: RangeInclusive<u32>) -> Option<usize> {
        let range = u64::from(*range.start())..=u64::from(*range.end());
        self.whole(&range, "a whole number")?.try_into().ok()
    }

    /// A number in `range`.
    pub(super) fn decimal(&self, range: RangeInclusive<f64>) -> Option<f64> {
        let read = self.raw()?.parse().ok().filter(|number| range.contains(number));
        self.expect(read, &format!("a number ({} to {})", range.start(), range.end()))
    }

    /// Any finite number.
    pub(super) fn finite(&self) -> Option<f64> {
        let read = self.raw()?.parse().ok().filter(|number: &f64| number.is_finite());
        self.expect(read, "a number")
    }

    /// A time of at least a millisecond, in milliseconds.
    pub(super) fn millis(&self) -> Option<Duration> {
        self.whole(&(1..=MAX_MILLIS), "milliseconds").map(Duration::from_millis)
    }

    /// A time limit in milliseconds; 0 is no limit.
    pub(super) fn timeout_millis(&self) -> Option<Duration> {
        self.whole(&(0..=MAX_MILLIS), "milliseconds").map(timeout)
    }

    /// A text that is not empty. What a file writes as a number is not one, because its digits might not be kept: version
    /// `1.10` is not `1.1`.
    pub(super) fn text(&self) -> Option<String> {
        if let (Some(kind), Origin::File { .. }) = (self.node.core_type(), &self.node.origin) {
            let got = self.got();
            self.problem(format_args!(
                "expected a text, got the {kind} {}; put it in quotes",
                got.trim_matches('"')
            ));
            return None;
        }
        self.plain_text()
    }

    /// A text that is not empty. Numbers and the like are taken as they are written.
    pub(super) fn plain_text(&self) -> Option<String> {
        let text = self.raw()?;
        let read = (!text.trim().is_empty()).then(|| text.to_owned());
        self.expect(read, "a text that is not empty")
    }

    /// A text that may be empty.
    pub(super) fn any_text(&self) -> Option<String> {
        self.raw().map(str::to_owned)
    }

    /// The elements of a list, or this one value.
    pub(super) fn one_or_list(&self) -> Option<Vec<Self>> {
        match &self.node.value {
            NodeValue::Sequence(_) => self.list(),
            _ => Some(vec![self.clone()]),
        }
    }

    /// Whether the value is written in a file, which does not refer to another place for it.
    pub(super) fn stands_in_a_file(&self) -> bool {
        let refers = matches!(&self.node.value, NodeValue::Scalar(Scalar { written: Some(_), .. }));
        matches!(self.node.origin, Origin::File { .. }) && !refers
    }

    /// Where the value stands, as messages name it.
    pub(super) fn place(&self) -> String {
        self.node.origin.to_string()
    }

    /// A text that may be a secret or hold one, and that `check` accepts. It is not shown when it does not.
    pub(super) fn secret<T>(&self, check: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let text = self.raw()?;
        check(text).map_err(|wrong| self.problem(wrong)).ok()
    }

    /// One of `choices`.
    pub(super) fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Option<T> {
        let text = self.raw()?;
        let found = choices.iter().find(|(name, _)| *name == text);
        if found.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            // A substituted value may be a secret: then the nearest name would give it away.
            let near = match &self.node.value {
                NodeValue::Scalar(Scalar { written: None, .. }) => {
                    naming::nearest(text, names.iter().copied())
                }
                _ => None,
            };
            let hint = match near {
                Some(near) => format!(" (nearest: `{near}`)"),
                None => String::new(),
            };
            self.problem(format_args!("expected {}, got {}{hint}", one_of(&names), self.got()));
        }
        found.map(|(_, value)| *value)
    }

    fn expect<T>(&self, read: Option<T>, what: &str) -> Option<T> {
        if read.is_none() {
            self.problem(format_args!("expected {what}, got {}", self.got()));
        }
        read
    }

    /// The text of a scalar; what is not a scalar is reported.
    fn raw(&self) -> Option<&'a str> {
        if let NodeValue::Scalar(scalar) = &self.node.value {
            return Some(&scalar.text);
        }
        self.problem(format_args!("expected one value, got {}", self.got()));
        None
    }

    /// What stands here, as messages show it.
    pub(super) fn got(&self) -> String {
        self.node.got()
    }
}

impl<'a> Object<'a> {
    /// The value of `key`; `null` counts as not there.
    pub(super) fn get(&self, key: &'static str) -> Option<Value<'a>> {
        self.asked.borrow_mut().push(key);
        let entry = entry(self.entries, key).filter(|entry| !entry.value.is_null())?;
        Some(self.value.child(entry))
    }

    /// The one key of `known` that is there, and its value unless that is `null`: a component of OpenTelemetry's
    /// configuration says what it is by its key. None or several are reported.
    pub(super) fn variant(&self, known: &[&'static str]) -> Option<(&'static str, Option<Value<'a>>)> {
        let there = |key: &&&'static str| entry(self.entries, key).is_some();
        let found: Vec<&'static str> = known.iter().filter(there).copied().collect();
        self.asked.borrow_mut().extend(known);
        match found.as_slice() {
            [only] => Some((only, self.get(only))),
            // What is there instead is an unknown key, which is reported as such.
            [] if !self.entries.is_empty() => None,
            [] => {
                self.problem(format_args!("expected {}", one_of(known)));
                None
            }
            several => {
                self.problem(format_args!("expected one key, got {}", quoted(several)));
                None
            }
        }
    }

    /// Where the mapping starts.
    pub(super) fn place(&self) -> &'a Origin {
        &self.value.node.origin
    }

    pub(super) fn findings(&self) -> &'a Findings {
        self.value.findings
    }

    /// Says something about the mapping as a whole.
    pub(super) fn notice(&self, text: impl Display) {
        self.value.key_notice(text);
    }

    /// Reports a mistake in the mapping as a whole.
    pub(super) fn problem(&self, text: impl Display) {
        self.value.problem(text);
    }

    /// The value of `key` where it has been read and is right.
    pub(super) fn right(&self, key: &'static str) -> Option<Value<'a>> {
        self.get(key).filter(Value::is_found)
    }

    /// Keys that are there and were not asked for, with their places.
    pub(super) fn unasked(&self) -> impl Iterator<Item = (&'a str, &'a Origin)> {
        self.entries
            .iter()
            .filter(|entry| !self.asked.borrow().contains(&entry.key.as_str()))
            .map(|entry| (entry.key.as_str(), &entry.origin))
    }

    fn finish(self) {
        let asked = self.asked.borrow();
        for (key, origin) in self.unasked().take(UNKNOWN) {
            let path = join(&self.value.path, key);
            let known = known(key, &asked);
            self.value.findings.error_at(origin, &format!("{path}: unknown key ({known})"));
        }
        let more = self.unasked().skip(UNKNOWN).count();
        if more > 0 {
            self.problem(format_args!("{more} more unknown keys"));
        }
    }
}

/// How many unknown keys of one mapping are reported each; a file that has more is not a configuration.
const UNKNOWN: usize = 50;

/// The longest time that can be configured, about 24 days.
pub(super) const MAX_MILLIS: u64 = i32::MAX as u64;

/// A time limit, where 0 is no limit.
pub(super) fn timeout(millis: u64) -> Duration {
    match millis {
        0 => NO_LIMIT,
        _ => Duration::from_millis(millis),
    }
}

/// The spellings of a boolean that Backstage takes.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" | "on" | "1" => Some(true),
        "false" | "no" | "n" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// "nearest: `port`", or all of them.
pub(super) fn known(word: &str, names: &[&str]) -> String {
    match naming::nearest(word, names.iter().copied()) {
        Some(near) => format!("nearest: `{near}`"),
        None => format!("known: {}", quoted(names)),
    }
}

pub(super) fn one_of(names: &[&str]) -> String {
    match names {
        [only] => format!("`{only}`"),
        _ => format!("one of {}", quoted(names)),
    }
}

fn quoted(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// `telemetry.metrics`, and `headers."x.y"` for a key that the dots of a path would tear apart.
pub(super) fn join(path: &str, key: &str) -> String {
    let plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '/'));
    let key = if plain { key.to_owned() } else { format!("{key:?}") };
    if path.is_empty() { key } else { format!("{path}.{key}") }
}
