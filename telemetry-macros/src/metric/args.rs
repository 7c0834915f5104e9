//! The arguments of one `#[metric]` on a function, checked.

use proc_macro2::{Span, TokenStream};
use syn::{Expr, LitStr};

use crate::args::{Arg, ArgValue, Args, BlockRef};
use crate::diag::{Diagnostics, MessageId};
use crate::function::NoneArg;
use crate::instrument::{InstrumentDef, Place};
use crate::names;
use crate::paths::CratePath;
use crate::plugin::ScopeRef;
use crate::traced::{Key, check_keys, parse_pairs};

/// The words that belong to no single instrument.
const SHARED: &[&str] = &["attributes", "outcome", "plugin", "crate", "skip", "none"];

/// The attributes that every instrument of one `#[metric]` records.
pub(crate) enum MetricAttributes {
    None,
    /// `attributes = expr`: a value of a type that derives `MetricAttributes`.
    Value(Expr),
    /// `attributes(key = expr, ..)`: bounded values.
    Pairs(Vec<(Key, Expr)>),
}

/// One `#[metric]`.
pub(crate) struct MetricArgs {
    pub(crate) instruments: Vec<InstrumentDef>,
    pub(crate) attributes: MetricAttributes,
    /// Whether the attribute `outcome` is added.
    pub(crate) outcome: bool,
    /// What a returned `None` means.
    pub(crate) none: Option<NoneArg>,
    /// Inside a block: no metrics for this function.
    pub(crate) skip: bool,
    /// The block that put it on the function.
    pub(crate) block: Option<BlockRef>,
    pub(crate) scope: ScopeRef,
    pub(crate) krate: CratePath,
}

impl MetricArgs {
    pub(crate) fn parse(span: Span, tokens: TokenStream, diagnostics: &mut Diagnostics) -> Self {
        let mut args = Args::parse("#[metric]", span, tokens, diagnostics);
        let skip = args.take("skip").is_some_and(|arg| arg.flag(diagnostics));
        let krate = CratePath::take(&mut args, diagnostics);
        let scope = ScopeRef::resolve(&mut args, diagnostics);
        let outcome = args.take("outcome").is_none_or(|arg| arg.flag(diagnostics));
        let none = NoneArg::take(&mut args, diagnostics);
        let attributes = args.take("attributes");
        let instruments = if skip {
            Vec::new()
        } else {
            InstrumentDef::parse_all(&mut args, Place::Function, SHARED, &scope, diagnostics)
        };
        Self {
            instruments,
            attributes: attributes
                .map_or(MetricAttributes::None, |arg| parse_attributes(arg, outcome, diagnostics)),
            outcome,
            none,
            skip,
            block: args.block.take(),
            scope,
            krate,
        }
    }
}

impl MetricArgs {
    /// Whether a value is taken from what the function returns.
    pub(crate) fn needs_result(&self) -> bool {
        self.result_closures().next().is_some()
    }

    /// Whether expressions are evaluated when the call begins.
    pub(crate) fn evaluates(&self) -> bool {
        let is_evaluated = |instrument: &InstrumentDef| {
            instrument.declared_name().is_none()
                || instrument.value.as_ref().is_some_and(|value| !matches!(value, Expr::Closure(_)))
        };
        !matches!(self.attributes, MetricAttributes::None) || self.instruments.iter().any(is_evaluated)
    }

    /// What takes a value from the result.
    pub(crate) fn result_closures(&self) -> impl Iterator<Item = &Expr> {
        let values = self.instruments.iter().filter_map(|instrument| instrument.value.as_ref());
        values.filter(|value| matches!(value, Expr::Closure(_)))
    }
}

fn parse_attributes(arg: Arg, outcome: bool, diagnostics: &mut Diagnostics) -> MetricAttributes {
    if matches!(arg.value, ArgValue::Expr(_)) {
        return arg.expr(diagnostics).map_or(MetricAttributes::None, MetricAttributes::Value);
    }
    let Some(tokens) = arg.list(diagnostics) else { return MetricAttributes::None };
    let pairs = parse_pairs(tokens, diagnostics);
    check_keys(pairs.iter().map(|(key, _)| key), names::metric_attribute_key, diagnostics);
    for (key, _) in &pairs {
        if let Key::Literal(literal) = key {
            check_generated(literal, outcome, diagnostics);
        }
    }
    MetricAttributes::Pairs(pairs)
}

/// Reports a key that the instrumentation sets itself.
fn check_generated(key: &LitStr, outcome: bool, diagnostics: &mut Diagnostics) {
    let value = key.value();
    let is_generated = value == "error.type" || (outcome && value == "outcome");
    if !is_generated {
        return;
    }
    let error = diagnostics.error(
        MessageId::GeneratedAttributeKey,
        key,
        format!("attribute key `{value}` is set by `#[metric]` itself"),
    );
    if value == "outcome" {
        error.help("rename it, or write `outcome = false` to leave the generated one out");
    } else {
        error.help("remove it");
    }
}
