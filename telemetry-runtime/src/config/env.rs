//! The environment. Nothing else in this crate reads environment variables.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;

/// The environment variables that configuration is read from.
///
/// A value and not the process's own variables, so that a test or an embedding program can give others.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment {
    variables: BTreeMap<OsString, OsString>,
}

/// A variable's value that is not Unicode text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotUnicode;

impl Environment {
    /// The variables of this process, as they are now.
    #[must_use]
    pub fn process() -> Self {
        std::env::vars_os().collect()
    }

    /// The value as it is.
    pub(super) fn exact(&self, name: &str) -> Result<Option<&str>, NotUnicode> {
        let value = self.variables.get(OsStr::new(name));
        value.map(|value| value.to_str().ok_or(NotUnicode)).transpose()
    }

    /// The value without white space around it. An empty variable counts as unset, as OpenTelemetry's specification says.
    pub(super) fn get(&self, name: &str) -> Result<Option<&str>, NotUnicode> {
        match self.variables.get(OsStr::new(name)) {
            None => Ok(None),
            Some(value) => {
                let value = value.to_str().ok_or(NotUnicode)?.trim();
                Ok((!value.is_empty()).then_some(value))
            }
        }
    }

    /// The names that start with `prefix`, without it, in alphabetical order.
    pub(super) fn names_after<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        self.variables.keys().filter_map(move |name| name.to_str()?.strip_prefix(prefix))
    }
}

impl<N: Into<OsString>, V: Into<OsString>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        Self { variables: variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect() }
    }
}

// Any variable may be a secret.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}
