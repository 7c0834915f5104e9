//! Which plugin an attribute belongs to.
//!
//! `plugin =` on the item, else the nearest enclosing block, else the crate's manifest, else the crate's name: there is
//! always an answer at compile time.

mod manifest;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Expr, ExprLit, Lit, LitStr, Path};
use telemetry_naming::check;

use crate::args::{Args, HiddenScope};
use crate::diag::{Diagnostics, MessageId};
use crate::names;
use crate::paths::CratePath;

/// The plugin or core service that an attribute belongs to.
#[derive(Clone)]
pub(crate) struct ScopeRef {
    source: Source,
    /// Whether the item says so itself.
    explicit: bool,
    /// The manifest that has to be tracked, because its text decided.
    manifest: Option<String>,
}

#[derive(Clone)]
enum Source {
    Plugin(LitStr),
    Core(LitStr),
    /// A type that implements `Plugin`.
    Type(Path),
}

impl ScopeRef {
    /// The scope of an item with these arguments; takes `plugin = ..` out of them.
    pub(crate) fn resolve(args: &mut Args, diagnostics: &mut Diagnostics) -> Self {
        // On a block, `plugin` is farther than the `#[backstage_plugin]` of a block inside it.
        if let Some(arg) = args.take("plugin")
            && !args.scope_is_nearer
        {
            let written = arg.expr(diagnostics);
            let source = written.map_or_else(fallback, |expr| explicit(expr, diagnostics));
            return Self { explicit: true, ..Self::known(source) };
        }
        match args.hidden_scope.take() {
            Some(HiddenScope::Plugin(id)) => Self::known(Source::Plugin(id)),
            Some(HiddenScope::Core(service)) => Self::known(Source::Core(service)),
            Some(HiddenScope::Type(path)) => Self::known(Source::Type(path)),
            None => Self::of_crate(args.span(), diagnostics),
        }
    }

    /// The scope of the crate being compiled: its manifest's, else its name made a legal id.
    fn of_crate(span: Span, diagnostics: &mut Diagnostics) -> Self {
        let Some(found) = manifest::plugin_id() else {
            return Self::known(fallback());
        };
        if let Err(error) = check::plugin_id(&found.id) {
            diagnostics
                .error_at(
                    MessageId::ManifestPluginId,
                    span,
                    format!("{}, in `Cargo.toml`", error.quoting(&found.id)),
                )
                .help("correct `pluginId` in `[package.metadata.backstage]`");
            return Self::known(fallback());
        }
        let source = Source::Plugin(LitStr::new(&found.id, span));
        Self { manifest: Some(found.path), ..Self::known(source) }
    }

    fn known(source: Source) -> Self {
        Self { source, explicit: false, manifest: None }
    }

    /// Whether `plugin = ..` was written.
    pub(crate) fn is_explicit(&self) -> bool {
        self.explicit
    }

    /// The constant of type `Scope`.
    pub(crate) fn expression(&self, krate: &CratePath) -> TokenStream {
        let private = krate.private();
        match &self.source {
            Source::Plugin(id) => quote!(#private::Scope::plugin(#id)),
            Source::Core(service) => quote!(#private::Scope::core(#service)),
            // The span of the written type, so that "is not a plugin" points at it.
            Source::Type(path) => {
                let span = syn::spanned::Spanned::span(path);
                quote_spanned!(span=> <#path as #private::Plugin>::SCOPE)
            }
        }
    }

    /// The word `plugin` or `core` and the id, where the macro knows them.
    pub(crate) fn known_id(&self) -> Option<(&'static str, String)> {
        match &self.source {
            Source::Plugin(id) => Some(("plugin", id.value())),
            Source::Core(service) => Some(("core", service.value())),
            Source::Type(_) => None,
        }
    }

    /// The type of the plugin, where its path says that it is this crate's: one word, or from `crate`, `self` or `super` on.
    pub(crate) fn local_type(&self) -> Option<&Path> {
        let Source::Type(path) = &self.source else { return None };
        let first = path.segments.first()?.ident.to_string();
        let is_local = path.segments.len() == 1 || matches!(first.as_str(), "crate" | "self" | "super");
        let is_plain = path.segments.iter().all(|segment| segment.arguments.is_none());
        (path.leading_colon.is_none() && is_local && is_plain && first != "Self").then_some(path)
    }

    /// An item that makes the compiler rebuild the crate when the manifest changes; empty where the manifest did not
    /// decide.
    pub(crate) fn tracking(&self) -> Option<TokenStream> {
        let path = self.manifest.as_ref()?;
        Some(quote!(
            const _: &[u8] = ::core::include_bytes!(#path);
        ))
    }
}

fn explicit(expr: Expr, diagnostics: &mut Diagnostics) -> Source {
    match expr {
        Expr::Path(path) if path.qself.is_none() => Source::Type(path.path),
        Expr::Lit(ExprLit { lit: Lit::Str(id), .. }) => {
            names::plugin_id(&id, diagnostics);
            Source::Plugin(id)
        }
        other => {
            diagnostics
                .error(MessageId::ExpectedPath, &other, "`plugin` must be a type or a string literal")
                .help("for example `plugin = Catalog` or `plugin = \"catalog\"`");
            fallback()
        }
    }
}

fn fallback() -> Source {
    let name = std::env::var("CARGO_PKG_NAME").unwrap_or_default();
    Source::Plugin(LitStr::new(&legal_id(&name), Span::call_site()))
}

/// The name of the crate being compiled.
pub(crate) fn crate_name() -> String {
    std::env::var("CARGO_PKG_NAME").unwrap_or_default()
}

/// A legal plugin id that is as near as can be to a crate's name: `My__Crate-` becomes `my-crate`.
fn legal_id(name: &str) -> String {
    let mut id = String::new();
    let mut pending: Option<char> = None;
    for character in name.chars().map(|character| character.to_ascii_lowercase()) {
        let starts = character.is_ascii_lowercase();
        if starts || (character.is_ascii_digit() && !id.is_empty()) {
            id.extend(pending.take());
            id.push(character);
        } else if !id.is_empty() {
            pending.get_or_insert(if character == '_' { '_' } else { '-' });
        }
    }
    id.truncate(check::PLUGIN_ID_LIMIT);
    let id = id.trim_end_matches(['-', '_']);
    if id.is_empty() { "app".to_owned() } else { id.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_name_becomes_a_legal_id() {
        let cases = [
            ("catalog", "catalog"),
            ("my_crate", "my_crate"),
            ("My__Crate-", "my_crate"),
            ("_9lives", "lives"),
            ("", "app"),
            ("a-1", "a-1"),
            (&"a".repeat(70), &"a".repeat(63)),
            (&format!("{}-b", "a".repeat(62)), &"a".repeat(62)),
        ];
        for (name, id) in cases {
            assert_eq!(legal_id(name), id, "{name}");
            assert!(check::plugin_id(&legal_id(name)).is_ok());
        }
    }
}
