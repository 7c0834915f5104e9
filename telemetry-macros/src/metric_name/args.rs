//! The name, as written.

use proc_macro2::{Span, TokenStream};
use syn::LitStr;

use crate::args::{Args, string_of};
use crate::diag::{Diagnostics, MessageId};
use crate::paths::CratePath;

/// What stands in the parentheses of `metric_name!`.
pub(super) struct NameArgs {
    pub(super) name: Option<LitStr>,
    pub(super) krate: CratePath,
}

impl NameArgs {
    pub(super) fn parse(input: TokenStream, diagnostics: &mut Diagnostics) -> Self {
        const KNOWN: &[&str] = &["crate"];
        let mut args = Args::parse("metric_name!", Span::call_site(), input, diagnostics);
        let name = args.take_positional(KNOWN);
        args.check_keys(KNOWN, &[], diagnostics);
        args.check_positional(KNOWN, diagnostics);
        if name.is_none() && diagnostics.is_empty() {
            diagnostics
                .error_at(
                    MessageId::MissingArgument,
                    args.span(),
                    "`metric_name!` needs the name of a metric",
                )
                .help("for example `metric_name!(\"entities.processed\")`");
        }
        Self {
            name: name.and_then(|expr| string_of(expr, "name", diagnostics)),
            krate: CratePath::take(&mut args, diagnostics),
        }
    }
}
