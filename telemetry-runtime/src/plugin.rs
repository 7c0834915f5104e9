//! Which plugin or core service telemetry belongs to.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use telemetry_naming::check;

use crate::error::{Error, ErrorKind};

/// The owner of a piece of telemetry: a plugin or a core service.
///
/// It decides the prefix of metric names (`backstage.plugin.{id}.` or `backstage.core.{service}.`), the tracer's scope
/// name and the scope attribute `backstage.plugin.id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope {
    kind: ScopeKind,
    id: &'static str,
    /// Who has attached itself to the owner's telemetry; `None` for the owner itself.
    module: Option<&'static str>,
}

/// The two kinds of owner that Backstage knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ScopeKind {
    /// A plugin, such as `catalog`.
    Plugin,
    /// A core service, such as `scheduler`.
    Core,
}

impl Scope {
    /// The scope of the plugin `id`.
    ///
    /// # Panics
    ///
    /// If `id` does not follow `[a-z][a-z0-9]*([-_][a-z0-9]+)*`; in a constant this is a compile error.
    #[must_use]
    pub const fn plugin(id: &'static str) -> Self {
        Self::checked(ScopeKind::Plugin, id)
    }

    /// The scope of the core service `service`.
    ///
    /// # Panics
    ///
    /// As [`Scope::plugin`].
    #[must_use]
    pub const fn core(service: &'static str) -> Self {
        Self::checked(ScopeKind::Core, service)
    }

    const fn checked(kind: ScopeKind, id: &'static str) -> Self {
        if let Err(error) = check::plugin_id(id) {
            panic!("{}", error.message());
        }
        Self { kind, id, module: None }
    }

    /// The scope of a plugin or core service whose id is known at run time only.
    ///
    /// Each distinct id is kept for the life of the process: ids name plugins, of which there are few.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Name`] where the id does not follow `[a-z][a-z0-9]*([-_][a-z0-9]+)*`.
    pub fn new(kind: ScopeKind, id: &str) -> Result<Self, Error> {
        Ok(Self { kind, id: kept("plugin", id)?, module: None })
    }

    /// The same owner's scope for a module that attaches telemetry of its own to it, such as `github` to `catalog`.
    ///
    /// Its metrics have the owner's prefix, and its meter and tracer the owner's names with the scope attribute
    /// `backstage.module.id`, so that the two never mix up.
    ///
    /// # Errors
    ///
    /// As [`Scope::new`].
    pub fn with_module(self, id: &str) -> Result<Self, Error> {
        Ok(Self { module: Some(kept("module", id)?), ..self })
    }

    /// The module that the scope is for; `None` for the owner itself.
    pub const fn module(self) -> Option<&'static str> {
        self.module
    }

    /// The owner's own scope.
    pub(crate) const fn owner(self) -> Self {
        Self { module: None, ..self }
    }

    /// Whether this is a plugin or a core service.
    pub const fn kind(self) -> ScopeKind {
        self.kind
    }

    /// The plugin id or the name of the core service.
    pub const fn id(self) -> &'static str {
        self.id
    }
}

/// An id that follows the rule, for the life of the process.
fn kept(what: &str, id: &str) -> Result<&'static str, Error> {
    static IDS: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);

    if let Err(error) = check::plugin_id(id) {
        return Err(Error::new(ErrorKind::Name, format!("{what} id `{id}`: {}", error.message())));
    }
    // A panic while the set is held leaves it whole, so a poisoned lock is as good as a clean one.
    let mut guard = IDS.lock().unwrap_or_else(PoisonError::into_inner);
    let ids = guard.get_or_insert_with(HashSet::new);
    Ok(ids.get(id).copied().unwrap_or_else(|| {
        let kept: &'static str = Box::leak(id.to_owned().into_boxed_str());
        ids.insert(kept);
        kept
    }))
}

/// A type that stands for a plugin, so that `plugin = Catalog` can be written in an attribute.
///
/// `#[backstage_plugin(id = "...")]` and `#[backstage_core(service = "...")]` on a struct implement it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a plugin",
    note = "put `#[backstage_plugin(id = \"...\")]` on the struct that stands for the plugin"
)]
pub trait Plugin {
    /// The plugin's scope.
    const SCOPE: Scope;
}
