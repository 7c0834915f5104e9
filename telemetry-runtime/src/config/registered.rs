//! What the program registered by name, as far as the configuration has to know it, and what the configuration says to it.

use std::fmt;
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::deserialize::deserialize;
use super::findings::{Findings, refuse};
use super::node::{Entry, Node, Origin, Value as NodeValue, entry};
use super::read::{Value, join, known};
use crate::error::{Error, ErrorKind};

/// The names under which a program registered parts of its own, so that a configuration may choose them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegisteredNames {
    /// What `type` may be in `telemetry.metrics.exporters`, beside the exporters that come with the toolkit.
    pub metric_exporters: Vec<String>,
    /// What `type` may be in `telemetry.tracing.exporters`: exporters and processors of spans.
    pub span_exporters: Vec<String>,
    /// The keys of `telemetry.instrumentations`, beside those that the toolkit knows.
    pub instrumentations: Vec<String>,
}

/// One enabled entry of a list of exporters whose `type` the program registered.
#[derive(Clone, Debug, PartialEq)]
pub struct RegisteredConfig {
    /// The registered name.
    pub name: String,
    /// `config`
    pub settings: Settings,
}

/// The `config` of an exporter or processor that the program registered: read-only, and each value is read as the type
/// that its reader wants.
///
/// Every error names the file, line and column, or the variable, and the full key, and never shows a value that came from
/// an environment variable or a file of its own.
///
/// ```
/// use std::time::Duration;
///
/// use telemetry_runtime::Error;
/// use telemetry_runtime::config::Settings;
///
/// struct Upload { url: String, patience: Duration }
///
/// fn upload(settings: &Settings) -> Result<Upload, Error> {
///     settings.only(&["url", "patienceMillis"])?;
///     Ok(Upload {
///         url: settings.text("url")?.ok_or_else(|| settings.error("`url` is missing"))?,
///         patience: settings.millis("patienceMillis")?.unwrap_or(Duration::from_secs(1)),
///     })
/// }
///
/// assert!(upload(&Settings::default()).is_err());
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct Settings {
    /// `None` where the configuration says nothing.
    node: Option<Node>,
    path: String,
}

#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the method itself holds for one lifetime only"
)]
impl Settings {
    /// What stands at `value`; `None` where that is not a mapping, which is reported.
    pub(super) fn new(value: &Value<'_>) -> Option<Self> {
        value.shared_object(|_| ())?;
        Some(Self { node: Some(value.node().clone()), path: value.path().to_owned() })
    }

    /// Nothing, for something that is chosen without a word about its settings.
    pub(super) fn none(path: impl Into<String>) -> Self {
        Self { node: None, path: path.into() }
    }

    /// Whether the configuration says nothing here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries().is_empty()
    }

    /// The keys that have a value, in the order in which they are written.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries().iter().filter(|entry| !entry.value.is_null()).map(|entry| entry.key.as_str())
    }

    /// The text under `key`, which is not empty. Numbers and the like are taken as they are written.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] where the value is a list, a mapping or empty.
    pub fn text(&self, key: &str) -> Result<Option<String>, Error> {
        self.read(key, |value| value.plain_text())
    }

    /// `true` or `false` under `key`, also in the other spellings that the configuration takes: `on`, `no`, `1`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] for any other value.
    pub fn boolean(&self, key: &str) -> Result<Option<bool>, Error> {
        self.read(key, |value| value.boolean())
    }

    /// The whole number under `key`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] for anything else, and below `least` or above `most`.
    pub fn whole(&self, key: &str, least: u64, most: u64) -> Result<Option<u64>, Error> {
        self.read(key, |value| value.whole(&(least..=most), "a whole number"))
    }

    /// The number under `key`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] for anything else, and below `least` or above `most`.
    pub fn decimal(&self, key: &str, least: f64, most: f64) -> Result<Option<f64>, Error> {
        self.read(key, |value| value.decimal(least..=most))
    }

    /// The time under `key`, which is written in milliseconds, from 1 to about 24 days.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] for anything else.
    pub fn millis(&self, key: &str) -> Result<Option<Duration>, Error> {
        self.read(key, |value| value.millis())
    }

    /// The texts in the list under `key`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] for anything but a list of texts that are not empty.
    pub fn texts(&self, key: &str) -> Result<Option<Vec<String>>, Error> {
        self.read(key, |value| Some(value.list()?.iter().filter_map(Value::plain_text).collect()))
    }

    /// The keys and values under `key`; nothing is in them where there is no such key.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] where something else than keys and values stands there.
    pub fn section(&self, key: &str) -> Result<Self, Error> {
        let found = self.read(key, Self::new)?;
        Ok(found.unwrap_or_else(|| Self::none(join(&self.path, key))))
    }

    /// Refuses every key but `keys`, so that a mistyped one does not go unnoticed.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] with a line for each other key, and the nearest of `keys`.
    pub fn only(&self, keys: &[&str]) -> Result<(), Error> {
        let findings = Findings::default();
        for entry in self.entries().iter().filter(|entry| !keys.contains(&entry.key.as_str())) {
            let path = join(&self.path, &entry.key);
            findings.error_at(&entry.origin, &format!("{path}: unknown key ({})", known(&entry.key, keys)));
        }
        refuse(&findings.problems())
    }

    /// All of it as a type that derives serde's `Deserialize`.
    ///
    /// Keys are read as the type names them; `#[serde(rename_all = "camelCase", deny_unknown_fields)]` goes with the rest of
    /// the configuration. Where the configuration says nothing, the type sees a mapping without keys.
    ///
    /// ```
    /// use telemetry_runtime::Error;
    /// use telemetry_runtime::config::Settings;
    ///
    /// #[derive(serde::Deserialize)]
    /// #[serde(rename_all = "camelCase", deny_unknown_fields)]
    /// struct Upload {
    ///     #[serde(default = "local")]
    ///     url: String,
    ///     batch_size: Option<u32>,
    /// }
    ///
    /// fn local() -> String {
    ///     "http://localhost:9000".to_owned()
    /// }
    ///
    /// let upload: Upload = Settings::default().deserialize()?;
    /// assert_eq!(upload.url, "http://localhost:9000");
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] for the first value that is not what the type wants.
    pub fn deserialize<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let nothing = Node { origin: Origin::Default, value: NodeValue::Mapping(Vec::new()) };
        let node = self.node.as_ref().unwrap_or(&nothing);
        deserialize(node, &self.path).map_err(|text| Error::new(ErrorKind::Config, text))
    }

    /// An error about these settings as a whole, with their place: `text` is a fragment without a period.
    #[must_use]
    pub fn error(&self, text: impl fmt::Display) -> Error {
        let place = self.node.as_ref().map(|node| format!("{}: ", node.origin)).unwrap_or_default();
        Error::new(ErrorKind::Config, format!("{place}{}: {text}", self.path))
    }

    fn entries(&self) -> &[Entry] {
        match &self.node {
            Some(Node { value: NodeValue::Mapping(entries), .. }) => entries,
            _ => &[],
        }
    }

    fn read<T>(&self, key: &str, read: impl FnOnce(&Value<'_>) -> Option<T>) -> Result<Option<T>, Error> {
        let Some(entry) = entry(self.entries(), key).filter(|entry| !entry.value.is_null()) else {
            return Ok(None);
        };
        let findings = Findings::default();
        let value = read(&Value::at(entry, &self.path, &findings));
        refuse(&findings.problems())?;
        Ok(value)
    }
}

// Any value may be a secret.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("keys", &self.keys().collect::<Vec<_>>()).finish_non_exhaustive()
    }
}
