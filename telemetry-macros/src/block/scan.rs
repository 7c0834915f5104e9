//! The same metric declared twice inside a block.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::Meta;

use super::BlockArgs;
use crate::args::Args;
use crate::diag::Diagnostics;
use crate::function::{self, Attribute};
use crate::instrument::{Kind, MetricNames};
use crate::paths::CratePath;

/// Reports metrics of the block's plugin that are declared twice in it.
///
/// What stands under a `cfg` is left out, because it may exclude its twin; so is what belongs to another plugin.
pub(super) fn check_duplicates(args: &BlockArgs, item: TokenStream, diagnostics: &mut Diagnostics) {
    let mut names = MetricNames::default();
    declare_inside(&args.krate, item, &mut names, diagnostics);
}

/// Declares every metric inside of `item` that belongs to the plugin around it.
pub(crate) fn declare_inside(
    krate: &CratePath,
    item: TokenStream,
    names: &mut MetricNames,
    diagnostics: &mut Diagnostics,
) {
    let mut found = Vec::new();
    collect(krate, item, &mut found);
    for metric in found {
        names.declare(&metric.name, &metric.unit, metric.kind, metric.span, diagnostics);
    }
}

/// A metric declared in the block.
struct Declared {
    name: String,
    unit: String,
    kind: Kind,
    span: Span,
}

/// Walks over the items of one level: attributes, then what they stand on, up to `;`, `,` or braces.
fn collect(krate: &CratePath, tokens: TokenStream, found: &mut Vec<Declared>) {
    let mut skip = false;
    let mut run: Vec<Declared> = Vec::new();
    let mut previous_is_pound = false;
    for token in tokens {
        let is_pound = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '#');
        match &token {
            TokenTree::Group(group) if previous_is_pound && group.delimiter() == Delimiter::Bracket => {
                if let Ok(meta) = syn::parse2::<Meta>(group.stream()) {
                    skip |= hides(&meta);
                    run.extend(declared_by(krate, &meta));
                }
            }
            TokenTree::Group(group) => {
                if !skip {
                    found.append(&mut run);
                    collect(krate, group.stream(), found);
                }
                if group.delimiter() == Delimiter::Brace {
                    (skip, run) = (false, Vec::new());
                }
            }
            TokenTree::Punct(punct) if matches!(punct.as_char(), ';' | ',') => {
                if !skip {
                    found.append(&mut run);
                }
                (skip, run) = (false, Vec::new());
            }
            _ => {}
        }
        previous_is_pound = is_pound;
    }
    if !skip {
        found.append(&mut run);
    }
}

/// Whether what follows may not exist, or is another plugin's.
fn hides(meta: &Meta) -> bool {
    let last = meta.path().segments.last().map(|last| last.ident.to_string());
    matches!(last.as_deref(), Some("cfg" | "backstage_plugin" | "backstage_core"))
}

/// The metrics that one `#[metric(..)]` declares. Its own expansion reports what is wrong with it.
fn declared_by(krate: &CratePath, meta: &Meta) -> Vec<Declared> {
    let Meta::List(list) = meta else { return Vec::new() };
    if function::recognise(&list.path, krate) != Some(Attribute::Metric) {
        return Vec::new();
    }
    let mut ignored = Diagnostics::new();
    let mut written = Args::parse("#[metric]", Span::call_site(), list.tokens.clone(), &mut ignored);
    // What a block spreads over its functions is one metric.
    if written.take("plugin").is_some() || written.block.is_some() {
        return Vec::new();
    }
    let beside = written.take("unit").and_then(|arg| arg.string(&mut ignored));
    let keywords = Kind::ALL.map(Kind::keyword);
    let mut declared = Vec::new();
    for arg in written.take_all(&keywords) {
        let Some(kind) = Kind::ALL.into_iter().find(|kind| arg.key == kind.keyword()) else { continue };
        let Some((name, unit)) = arg.name_and_unit(&mut ignored) else { continue };
        let unit = unit.or_else(|| beside.clone()).map(|unit| unit.value()).unwrap_or_default();
        declared.push(Declared { name: name.value(), unit, kind, span: name.span() });
    }
    declared
}
