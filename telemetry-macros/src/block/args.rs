//! The arguments of `#[backstage_plugin]` and `#[backstage_core]`.

use proc_macro2::{Span, TokenStream};
use syn::LitStr;

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
    pub(crate) id: LitStr,
    pub(crate) krate: CratePath,
}

impl Owner {
    /// The attribute as the user knows it.
    pub(crate) const fn attribute(self) -> &'static str {
        match self {
            Self::Plugin => "#[backstage_plugin]",
            Self::Core => "#[backstage_core]",
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
        let known = [owner.key(), "crate"];
        let span = tokens.clone().into_iter().next().map_or_else(Span::call_site, |token| token.span());
        let mut args = Args::parse(owner.attribute(), span, tokens, diagnostics);
        args.check_keys(&known, &[], diagnostics);
        args.check_positional(&known, diagnostics);
        let krate = CratePath::take(&mut args, diagnostics);
        let Some(arg) = args.take(owner.key()) else {
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
        };
        let id = arg.string(diagnostics)?;
        names::plugin_id(&id, diagnostics);
        diagnostics.is_empty().then_some(Self { owner, id, krate })
    }
}
