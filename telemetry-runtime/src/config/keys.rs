//! Keys as data: what stands in `sections` is read, checked, printed and described from one table.
//!
//! A [`Key`] has a name, a sentence for its reader, and a field of the data that it sets. How the field's value is
//! written is its [`Kind`]: a number in a range, a choice, or a [`Section`] of further keys.

use super::json::Json;
use super::read::{Object, Value};

/// How a value of the type `T` is written.
pub(super) trait Kind<T>: Sync {
    /// Takes `value` into `target`, and reports what is wrong with it.
    fn read(&self, value: &Value<'_>, target: &mut T);

    /// As [`Kind::read`], for the key at `path` below this one. A path that leads nowhere is a mistake in our own tables,
    /// which a test finds.
    fn read_at(&self, path: &[&str], value: &Value<'_>, target: &mut T) {
        debug_assert!(path.is_empty(), "no key {path:?}");
        self.read(value, target);
    }

    /// The JSON Schema of the value, whose default is `default`.
    fn schema(&self, default: &T) -> Json;

    /// What is in effect.
    fn show(&self, path: &str, target: &T) -> Shown;
}

/// A value in effect, for somebody to read.
pub(super) enum Shown {
    Value { path: String, value: Json, secrecy: Secrecy },
    Map(Vec<(String, Shown)>),
    List(Vec<Shown>),
}

impl Shown {
    /// Without what is not set.
    pub(super) fn brief(self) -> Self {
        let Self::Map(entries) = self else { return self };
        let entries = entries.into_iter().map(|(name, shown)| (name, shown.brief()));
        Self::Map(entries.filter(|(_, shown)| !shown.says_nothing()).collect())
    }

    fn says_nothing(&self) -> bool {
        match self {
            Self::Value { value, .. } => matches!(value, Json::Null | Json::Boolean(false)),
            Self::Map(entries) => entries.is_empty(),
            Self::List(elements) => elements.is_empty(),
        }
    }

    /// A value that nobody may see.
    pub(super) fn secret(path: String) -> Self {
        Self::Value { path, value: Json::text(""), secrecy: Secrecy::Secret }
    }
}

/// Who may see a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secrecy {
    /// Everybody: it is one of a few known values, or a number.
    Open,
    /// Everybody, unless it comes from a variable or file that the configuration refers to, as secrets do.
    Text,
    /// Nobody.
    Secret,
}

/// A key that sets a part of `D`.
pub(super) struct Key<D: 'static> {
    pub(super) name: &'static str,
    /// What the key is for, for people who write a configuration.
    pub(super) doc: &'static str,
    pub(super) field: &'static dyn Field<D>,
}

/// A part of `D`, and how it is written: a [`Kind`] whose type is not known any more.
pub(super) trait Field<D>: Sync {
    fn read_at(&self, path: &[&str], value: &Value<'_>, data: &mut D);
    fn schema(&self, default: &D) -> Json;
    fn show(&self, path: &str, data: &D) -> Shown;
}

/// The [`Field`] of a kind.
pub(super) struct At<D, T, K> {
    pub(super) get: fn(&D) -> &T,
    pub(super) get_mut: fn(&mut D) -> &mut T,
    pub(super) kind: K,
}

impl<D, T, K: Kind<T>> Field<D> for At<D, T, K> {
    fn read_at(&self, path: &[&str], value: &Value<'_>, data: &mut D) {
        self.kind.read_at(path, value, (self.get_mut)(data));
    }

    fn schema(&self, default: &D) -> Json {
        self.kind.schema((self.get)(default))
    }

    fn show(&self, path: &str, data: &D) -> Shown {
        self.kind.show(path, (self.get)(data))
    }
}

/// A table of keys: documentation, name, field and kind of each.
macro_rules! keys {
    ($data:ty { $( $(#[doc = $doc:literal])+ $name:literal => $(. $field:ident)* : $kind:expr; )* }) => {
        &[$($crate::config::keys::Key {
            name: $name,
            doc: concat!($($doc),+),
            field: &$crate::config::keys::At {
                get: |data: &$data| &(*data)$(.$field)*,
                get_mut: |data: &mut $data| &mut (*data)$(.$field)*,
                kind: $kind,
            },
        }),*]
    };
}
pub(super) use keys;

/// A mapping of known keys.
pub(super) struct Section<D: 'static> {
    keys: &'static [Key<D>],
    /// Keys that only some mappings of this kind have.
    more: &'static [Key<D>],
    /// What is wrong with values that are right one by one.
    check: fn(&Object<'_>, &D),
    /// Whether other programs keep keys here too.
    shared: bool,
}

impl<D> Section<D> {
    pub(super) const fn of(keys: &'static [Key<D>]) -> Self {
        Self { keys, more: &[], check: |_, _| {}, shared: false }
    }

    pub(super) const fn checked(keys: &'static [Key<D>], check: fn(&Object<'_>, &D)) -> Self {
        Self { keys, more: &[], check, shared: false }
    }

    pub(super) const fn shared(keys: &'static [Key<D>]) -> Self {
        Self { keys, more: &[], check: |_, _| {}, shared: true }
    }

    /// With `more` keys.
    pub(super) const fn and(self, more: &'static [Key<D>]) -> Self {
        Self { more, ..self }
    }

    fn keys(&self) -> impl Iterator<Item = &'static Key<D>> {
        self.keys.iter().chain(self.more)
    }

    /// Reads all keys that `object` has.
    pub(super) fn read_object(&self, object: &Object<'_>, target: &mut D) {
        for key in self.keys() {
            if let Some(value) = object.get(key.name) {
                key.field.read_at(&[], &value, target);
            }
        }
        (self.check)(object, target);
    }

    /// The schemas of all keys.
    pub(super) fn properties(&self, default: &D) -> Json {
        let property = |key: &Key<D>| {
            let described = Json::object([("description", Json::text(key.doc.trim()))]);
            let schema = match key.field.schema(default) {
                Json::Object(members) => members,
                _ => Vec::new(),
            };
            let all = schema.into_iter().fold(described, |all, (name, value)| all.with(&name, value));
            (key.name.to_owned(), all)
        };
        Json::Object(self.keys().map(property).collect())
    }

    pub(super) fn entries(&self, path: &str, target: &D) -> Vec<(String, Shown)> {
        let entry =
            |key: &Key<D>| (key.name.to_owned(), key.field.show(&super::read::join(path, key.name), target));
        self.keys().map(entry).collect()
    }
}

impl<D> Kind<D> for Section<D> {
    fn read(&self, value: &Value<'_>, target: &mut D) {
        if self.shared {
            value.shared_object(|object| self.read_object(object, target));
        } else {
            value.object(|object| self.read_object(object, target));
        }
    }

    fn read_at(&self, path: &[&str], value: &Value<'_>, target: &mut D) {
        let Some((name, rest)) = path.split_first() else { return self.read(value, target) };
        let key = self.keys().find(|key| key.name == *name);
        debug_assert!(key.is_some(), "no key {name}");
        if let Some(key) = key {
            key.field.read_at(rest, value, target);
        }
    }

    fn schema(&self, default: &D) -> Json {
        let own = Json::object([
            ("type", Json::List(vec![Json::text("object"), Json::text("null")])),
            ("properties", self.properties(default)),
        ]);
        if self.shared {
            return own;
        }
        let reference = Json::object([("^\\$(env|file|include)$", Json::object([]))]);
        own.with("patternProperties", reference).with("additionalProperties", Json::Boolean(false))
    }

    fn show(&self, path: &str, target: &D) -> Shown {
        Shown::Map(self.entries(path, target))
    }
}
