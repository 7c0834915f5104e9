//! The arguments of `#[backstage_plugin]` and `#[backstage_core]`.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{LitStr, Path};

use crate::args::{Args, HIDDEN_CORE, HIDDEN_PLUGIN};
use crate::diag::{Diagnostics, MessageId};
use crate::names;
use crate::paths::CratePath;

/// The two kinds of owner that Backstage knows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    Plugin,
    Core,
}

/// One `#[backstage_plugin]` or `#[backstage_core]`.
pub(crate) struct BlockArgs {
    pub(crate) owner: Owner,
    pub(crate) source: BlockSource,
    pub(crate) krate: CratePath,
}

/// What says which plugin it is.
pub(crate) enum BlockSource {
    /// `id = "catalog"`.
    Id(LitStr),
    /// `plugin = Catalog`.
    Type(Path),
}

impl ToTokens for BlockSource {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Id(id) => id.to_tokens(tokens),
            Self::Type(path) => path.to_tokens(tokens),
        }
    }
}

impl Owner {
    /// The attribute as the user knows it.
    pub(crate) const fn attribute(self) -> &'static str {
        match self {
            Self::Plugin => "#[backstage_plugin]",
            Self::Core => "#[backstage_core]",
        }
    }

    /// The word of the attribute.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Plugin => "backstage_plugin",
            Self::Core => "backstage_core",
        }
    }

    /// The argument that names the owner.
    const fn key(self) -> &'static str {
        match self {
            Self::Plugin => "id",
            Self::Core => "service",
        }
    }

    const fn example(self) -> &'static str {
        match self {
            Self::Plugin => "#[backstage_plugin(id = \"catalog\")]",
            Self::Core => "#[backstage_core(service = \"scheduler\")]",
        }
    }

    /// The hidden argument that carries the id to the attributes inside.
    pub(crate) const fn hidden(self) -> &'static str {
        match self {
            Self::Plugin => HIDDEN_PLUGIN,
            Self::Core => HIDDEN_CORE,
        }
    }

    /// The constructor of `Scope`.
    pub(crate) const fn constructor(self) -> &'static str {
        match self {
            Self::Plugin => "plugin",
            Self::Core => "core",
        }
    }
}

impl BlockArgs {
    pub(crate) fn parse(owner: Owner, tokens: TokenStream, diagnostics: &mut Diagnostics) -> Option<Self> {
        let known = [owner.key(), "plugin", "crate"];
        let span = tokens.clone().into_iter().next().map_or_else(Span::call_site, |token| token.span());
        let mut args = Args::parse(owner.attribute(), span, tokens, diagnostics);
        args.check_keys(&known, &[], diagnostics);
        args.check_positional(&known, diagnostics);
        let krate = CratePath::take(&mut args, diagnostics);
        let source = match (args.take(owner.key()), args.take("plugin")) {
            (Some(id), None) => {
                let id = id.string(diagnostics)?;
                names::plugin_id(&id, diagnostics);
                BlockSource::Id(id)
            }
            (None, Some(plugin)) => BlockSource::Type(plugin.path(diagnostics)?),
            (Some(id), Some(_)) => {
                let key = owner.key();
                diagnostics
                    .error(
                        MessageId::ConflictingArguments,
                        &id.key,
                        format!("`{key}` and `plugin` both say which plugin it is"),
                    )
                    .help(format!("remove `{key}`: the type knows its own"));
                return None;
            }
            (None, None) => {
                if diagnostics.is_empty() {
                    diagnostics
                        .error_at(
                            MessageId::MissingArgument,
                            span,
                            format!("`{}` needs `{}`", owner.attribute(), owner.key()),
                        )
                        .help(format!("write `{}`", owner.example()));
                }
                return None;
            }
        };
        diagnostics.is_empty().then_some(Self { owner, source, krate })
    }
}
