//! How generated code names the runtime crate.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Path;

use crate::args::Args;
use crate::diag::Diagnostics;

/// The path of the runtime crate: `crate = path` of the attribute, else that of the nearest block, else
/// `::telemetry_runtime`.
#[derive(Clone)]
pub(crate) struct CratePath {
    path: TokenStream,
    is_written: bool,
}

impl CratePath {
    /// Takes the argument `crate = path` out of `args`.
    pub(crate) fn take(args: &mut Args, diagnostics: &mut Diagnostics) -> Self {
        let written = args.take("crate").and_then(|arg| arg.path(diagnostics));
        written.or_else(|| args.hidden_crate.take()).map_or_else(Self::default, Self::from)
    }

    /// The path, if an attribute or a block says it.
    pub(crate) fn written(&self) -> Option<&TokenStream> {
        self.is_written.then_some(&self.path)
    }

    /// The hidden module, the only thing that generated code names.
    pub(crate) fn private(&self) -> TokenStream {
        let path = &self.path;
        quote!(#path::__private)
    }

    /// As [`CratePath::private`], at the place of `span`: there the compiler finds the caller of what is called by it.
    pub(crate) fn private_at(&self, span: Span) -> TokenStream {
        let at_span = |mut token: TokenTree| {
            token.set_span(span);
            token
        };
        self.private().into_iter().map(at_span).collect()
    }
}

impl Default for CratePath {
    fn default() -> Self {
        Self { path: quote!(::telemetry_runtime), is_written: false }
    }
}

impl From<Path> for CratePath {
    fn from(path: Path) -> Self {
        Self { path: path.into_token_stream(), is_written: true }
    }
}

impl ToTokens for CratePath {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.path.to_tokens(tokens);
    }
}
