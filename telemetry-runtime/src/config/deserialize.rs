//! Settings of a registered part as a type that derives `Deserialize`.

use std::fmt::{self, Display};

use std::slice;

use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
    Visitor,
};
use serde::forward_to_deserialize_any;

use super::node::{Entry, Node, Scalar, Value};
use super::read::{boolean, join, known};

/// Reads `node`, which stands at `path`.
pub(super) fn deserialize<T: DeserializeOwned>(node: &Node, path: &str) -> Result<T, String> {
    let place = Place { node, path: path.to_owned() };
    T::deserialize(place.clone()).map_err(|failure| place.placed(failure).text)
}

/// A value that is read, and its full key.
#[derive(Clone)]
struct Place<'a> {
    node: &'a Node,
    path: String,
}

/// Why a value is not what was wanted. The first place that sees it adds where that is.
#[derive(Debug)]
struct Failure {
    text: String,
    /// Whether the text tells of a value, which is then shown as the file has it.
    of_value: bool,
    /// Whether the text may quote the value.
    may_quote: bool,
    placed: bool,
}

impl Failure {
    fn new(text: String) -> Self {
        Self { text, of_value: false, may_quote: false, placed: false }
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Failure {}

// The texts of serde quote values, which may be secrets.
impl de::Error for Failure {
    fn custom<T: Display>(message: T) -> Self {
        Self { may_quote: true, ..Self::new(message.to_string()) }
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self { of_value: true, ..Self::new(format!("expected {expected}")) }
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(unexpected, expected)
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self { of_value: true, ..Self::new(format!("expected {}", super::read::one_of(expected))) }
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("unknown key `{field}` ({})", known(field, expected)))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(format!("`{field}` is missing"))
    }
}

impl<'a> Place<'a> {
    fn scalar(&self) -> Option<&'a Scalar> {
        match &self.node.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// What a file says without quotes, or what a variable says.
    fn parsed<T: std::str::FromStr>(&self) -> Option<T> {
        self.scalar()?.text.trim().parse().ok()
    }

    fn placed(&self, mut failure: Failure) -> Failure {
        if failure.placed {
            return failure;
        }
        let hidden = failure.may_quote && is_substituted(self.node);
        if hidden {
            "not what is wanted".clone_into(&mut failure.text);
        }
        let got =
            if failure.of_value || hidden { format!(", got {}", self.node.got()) } else { String::new() };
        failure.text = format!("{}: {}: {}{got}", self.node.origin, self.path, failure.text);
        failure.placed = true;
        failure
    }

    fn entries(&self) -> Entries<'a> {
        let entries: &[Entry] = match &self.node.value {
            Value::Mapping(entries) => entries,
            _ => &[],
        };
        Entries { path: self.path.clone(), rest: entries.iter(), value: None }
    }
}

/// Whether a value came from elsewhere, or one inside it did.
fn is_substituted(node: &Node) -> bool {
    match &node.value {
        Value::Scalar(scalar) => scalar.written.is_some(),
        Value::Sequence(items) => items.iter().any(is_substituted),
        Value::Mapping(entries) => entries.iter().any(|entry| is_substituted(&entry.value)),
    }
}

/// The keys and values of a mapping. A type may refuse a value after it was read, so each place is added here too.
struct Entries<'a> {
    path: String,
    rest: slice::Iter<'a, Entry>,
    value: Option<Place<'a>>,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Failure> {
        let Some(entry) = self.rest.next() else { return Ok(None) };
        self.value = Some(Place { node: &entry.value, path: join(&self.path, &entry.key) });
        let key: StrDeserializer<'_, Failure> = entry.key.as_str().into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Failure> {
        let place = self.value.take().ok_or_else(|| Failure::new("a value without a key".to_owned()))?;
        seed.deserialize(place.clone()).map_err(|failure| place.placed(failure))
    }
}

/// The values of a list.
struct Items<'a> {
    path: &'a str,
    items: std::iter::Enumerate<slice::Iter<'a, Node>>,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Failure;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Failure> {
        let Some((index, node)) = self.items.next() else { return Ok(None) };
        let place = Place { node, path: format!("{}[{index}]", self.path) };
        seed.deserialize(place.clone()).map(Some).map_err(|failure| place.placed(failure))
    }
}

/// Each number is read as the type that is wanted; what cannot be is shown to the visitor as the text that it is, so that it
/// says what it expected.
macro_rules! numbers {
    ($($deserialize:ident, $visit:ident;)+) => { $(
        fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
            let result = match self.parsed() {
                Some(number) => visitor.$visit(number),
                None => return self.deserialize_any(visitor),
            };
            result.map_err(|failure| self.placed(failure))
        }
    )+ };
}

impl<'de> de::Deserializer<'de> for Place<'_> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        let result = match &self.node.value {
            _ if self.node.is_null() => visitor.visit_unit(),
            Value::Mapping(_) => visitor.visit_map(self.entries()),
            Value::Sequence(items) => {
                visitor.visit_seq(Items { path: &self.path, items: items.iter().enumerate() })
            }
            Value::Scalar(Scalar { text, plain: true, .. }) => match text.as_str() {
                "true" => visitor.visit_bool(true),
                "false" => visitor.visit_bool(false),
                _ => match (text.parse(), text.parse(), text.parse::<f64>()) {
                    (Ok(number), _, _) => visitor.visit_u64(number),
                    (_, Ok(number), _) => visitor.visit_i64(number),
                    (_, _, Ok(number)) if number.is_finite() => visitor.visit_f64(number),
                    _ => visitor.visit_str(text),
                },
            },
            Value::Scalar(scalar) => visitor.visit_str(&scalar.text),
        };
        result.map_err(|failure| self.placed(failure))
    }

    numbers! {
        deserialize_i8, visit_i8; deserialize_i16, visit_i16; deserialize_i32, visit_i32; deserialize_i64, visit_i64;
        deserialize_u8, visit_u8; deserialize_u16, visit_u16; deserialize_u32, visit_u32; deserialize_u64, visit_u64;
        deserialize_f32, visit_f32; deserialize_f64, visit_f64; deserialize_char, visit_char;
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.scalar().and_then(|scalar| boolean(&scalar.text)) {
            Some(switch) => visitor.visit_bool(switch).map_err(|failure| self.placed(failure)),
            None => self.deserialize_any(visitor),
        }
    }

    /// Numbers and the like are texts too, as they are written.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.scalar().filter(|_| !self.node.is_null()) {
            Some(scalar) => visitor.visit_str(&scalar.text).map_err(|failure| self.placed(failure)),
            None => self.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        if self.node.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        visitor.visit_newtype_struct(self)
    }

    /// A variant is a word, or a key with what is in it.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        let result = match &self.node.value {
            Value::Scalar(scalar) => {
                let word: StrDeserializer<'_, Failure> = scalar.text.as_str().into_deserializer();
                visitor.visit_enum(word)
            }
            _ => visitor.visit_enum(MapAccessDeserializer::new(self.entries())),
        };
        result.map_err(|failure| self.placed(failure))
    }

    forward_to_deserialize_any! {
        i128 u128 bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
