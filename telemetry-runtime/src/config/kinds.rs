//! The kinds of single values: switches, numbers, times, texts, choices.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::json::Json;
use super::keys::{Kind, Secrecy, Shown};
use super::read::{MAX_MILLIS, Value, join};
use super::schema::NO_LIMIT;

/// A kind whose value is one scalar or one list.
pub(super) trait Leaf: Sync {
    type Value;

    /// Reads `value`, and reports what is wrong with it.
    fn parse(&self, value: &Value<'_>) -> Option<Self::Value>;
    /// The value as it would be written; `null` where nothing is set.
    fn json(&self, target: &Self::Value) -> Json;
    /// The JSON Schema of what is written, without references to other places.
    fn rule(&self) -> Json;

    fn secrecy(&self) -> Secrecy {
        Secrecy::Open
    }
}

impl<L: Leaf> Kind<L::Value> for L {
    fn read(&self, value: &Value<'_>, target: &mut L::Value) {
        if let Some(read) = self.parse(value) {
            *target = read;
            value.found();
        }
    }

    fn schema(&self, default: &L::Value) -> Json {
        let schema = or_elsewhere(self.rule());
        match self.json(default) {
            Json::Null => schema,
            default => schema.with("default", default),
        }
    }

    fn show(&self, path: &str, target: &L::Value) -> Shown {
        Shown::Value { path: path.to_owned(), value: self.json(target), secrecy: self.secrecy() }
    }
}

/// The schema of a value that can also stand elsewhere (`${NAME}`, `$env`), or be `null`.
pub(super) fn or_elsewhere(rule: Json) -> Json {
    let elsewhere = Json::object([("$ref", Json::text("#/$defs/elsewhere"))]);
    Json::object([("anyOf", Json::List(vec![rule, elsewhere]))])
}

fn typed(name: &str) -> Json {
    Json::object([("type", Json::text(name))])
}

fn between(kind: &str, least: impl std::fmt::Display, most: impl std::fmt::Display) -> Json {
    typed(kind).with("minimum", Json::number(least)).with("maximum", Json::number(most))
}

/// `true` or `false`, and Backstage's other spellings.
pub(super) struct Switch;

impl Leaf for Switch {
    type Value = bool;

    fn parse(&self, value: &Value<'_>) -> Option<bool> {
        value.boolean()
    }

    fn json(&self, target: &bool) -> Json {
        Json::Boolean(*target)
    }

    fn rule(&self) -> Json {
        Json::object([("$ref", Json::text("#/$defs/switch"))])
    }
}

impl Switch {
    /// What [`Leaf::rule`] refers to.
    pub(super) fn definition() -> Json {
        let spelled = ["yes", "y", "on", "no", "n", "off"].map(Json::text);
        let spelled = Json::object([("enum", Json::List(spelled.into()))]);
        Json::object([("anyOf", Json::List(vec![typed("boolean"), spelled, between("integer", 0, 1)]))])
    }
}

/// How many: items, bytes.
pub(super) struct Count(pub(super) RangeInclusive<u32>);

impl Leaf for Count {
    type Value = usize;

    fn parse(&self, value: &Value<'_>) -> Option<usize> {
        value.count(self.0.clone())
    }

    fn json(&self, target: &usize) -> Json {
        Json::number(target)
    }

    fn rule(&self) -> Json {
        between("integer", self.0.start(), self.0.end())
    }
}

/// A port; 0 takes a free one.
pub(super) struct Port;

impl Leaf for Port {
    type Value = u16;

    fn parse(&self, value: &Value<'_>) -> Option<u16> {
        value.whole(&(0..=65_535), "a port")?.try_into().ok()
    }

    fn json(&self, target: &u16) -> Json {
        Json::number(target)
    }

    fn rule(&self) -> Json {
        between("integer", 0, u16::MAX)
    }
}

/// A time of at least a millisecond, in milliseconds.
pub(super) struct Millis;

impl Leaf for Millis {
    type Value = Duration;

    fn parse(&self, value: &Value<'_>) -> Option<Duration> {
        value.millis()
    }

    fn json(&self, target: &Duration) -> Json {
        Json::number(target.as_millis())
    }

    fn rule(&self) -> Json {
        between("integer", 1, MAX_MILLIS)
    }
}

/// A time limit in milliseconds; 0 is none.
pub(super) struct TimeoutMillis;

impl Leaf for TimeoutMillis {
    type Value = Duration;

    fn parse(&self, value: &Value<'_>) -> Option<Duration> {
        value.timeout_millis()
    }

    fn json(&self, target: &Duration) -> Json {
        if *target == NO_LIMIT { Json::number(0) } else { Json::number(target.as_millis()) }
    }

    fn rule(&self) -> Json {
        between("integer", 0, MAX_MILLIS)
    }
}

/// A text that is not empty.
pub(super) struct Text;

impl Leaf for Text {
    type Value = String;

    fn parse(&self, value: &Value<'_>) -> Option<String> {
        value.text()
    }

    fn json(&self, target: &String) -> Json {
        Json::text(target)
    }

    fn rule(&self) -> Json {
        typed("string").with("pattern", Json::text("\\S"))
    }

    fn secrecy(&self) -> Secrecy {
        Secrecy::Text
    }
}

/// A text that a rule accepts.
pub(super) struct Checked {
    /// The rule; where it refuses, it says what is expected.
    pub(super) check: fn(&str) -> Result<(), String>,
    /// What the rule comes to as a regular expression, for editors.
    pub(super) pattern: &'static str,
}

impl Leaf for Checked {
    type Value = String;

    fn parse(&self, value: &Value<'_>) -> Option<String> {
        let text = value.text()?;
        match (self.check)(&text) {
            Ok(()) => Some(text),
            Err(reason) => {
                value.problem(format_args!("{reason}, got {}", value.got()));
                None
            }
        }
    }

    fn json(&self, target: &String) -> Json {
        Json::text(target)
    }

    fn rule(&self) -> Json {
        typed("string").with("pattern", Json::text(self.pattern))
    }

    fn secrecy(&self) -> Secrecy {
        Secrecy::Text
    }
}

/// One of a few words.
pub(super) struct Choice<T: 'static>(pub(super) &'static [(&'static str, T)]);

impl<T: Copy + PartialEq + Sync> Leaf for Choice<T> {
    type Value = T;

    fn parse(&self, value: &Value<'_>) -> Option<T> {
        value.choice(self.0)
    }

    fn json(&self, target: &T) -> Json {
        let name = self.0.iter().find(|(_, value)| value == target);
        name.map_or(Json::Null, |(name, _)| Json::text(*name))
    }

    fn rule(&self) -> Json {
        let names = self.0.iter().map(|(name, _)| Json::text(*name));
        Json::object([("enum", Json::List(names.collect()))])
    }
}

/// A list of words, each once.
pub(super) struct Choices<T: 'static>(pub(super) Choice<T>);

impl<T: Copy + PartialEq + Sync> Leaf for Choices<T> {
    type Value = Vec<T>;

    fn parse(&self, value: &Value<'_>) -> Option<Vec<T>> {
        let mut chosen = Vec::new();
        for element in value.list()? {
            if let Some(choice) = self.0.parse(&element)
                && !chosen.contains(&choice)
            {
                chosen.push(choice);
            }
        }
        Some(chosen)
    }

    fn json(&self, target: &Vec<T>) -> Json {
        Json::List(target.iter().map(|choice| self.0.json(choice)).collect())
    }

    fn rule(&self) -> Json {
        typed("array").with("items", or_elsewhere(self.0.rule()))
    }
}

/// A value that may be unset.
pub(super) struct Optional<L>(pub(super) L);

impl<L: Leaf> Leaf for Optional<L> {
    type Value = Option<L::Value>;

    fn parse(&self, value: &Value<'_>) -> Option<Option<L::Value>> {
        self.0.parse(value).map(Some)
    }

    fn json(&self, target: &Option<L::Value>) -> Json {
        target.as_ref().map_or(Json::Null, |value| self.0.json(value))
    }

    fn rule(&self) -> Json {
        self.0.rule()
    }

    fn secrecy(&self) -> Secrecy {
        self.0.secrecy()
    }
}

/// A mapping of free keys, whose values are all of one kind.
pub(super) struct MapOf<K> {
    /// What is wrong with a key.
    pub(super) check: fn(&str) -> Result<(), String>,
    pub(super) kind: K,
}

impl<T: Default, K: Kind<T>> Kind<BTreeMap<String, T>> for MapOf<K> {
    fn read(&self, value: &Value<'_>, target: &mut BTreeMap<String, T>) {
        let mut map = BTreeMap::new();
        for (key, value) in value.entries() {
            let right = (self.check)(key).map_err(|reason| value.key_problem(reason)).is_ok();
            let mut element = T::default();
            self.kind.read(&value, &mut element);
            if right && (value.is_mapping() || value.is_found()) {
                map.insert(key.to_owned(), element);
            }
        }
        *target = map;
    }

    fn schema(&self, _default: &BTreeMap<String, T>) -> Json {
        let element = self.kind.schema(&T::default());
        Json::object([
            ("type", Json::List(vec![Json::text("object"), Json::text("null")])),
            ("additionalProperties", element),
        ])
    }

    fn show(&self, path: &str, target: &BTreeMap<String, T>) -> Shown {
        let entry = |(key, value): (&String, &T)| (key.clone(), self.kind.show(&join(path, key), value));
        Shown::Map(target.iter().map(entry).collect())
    }
}
