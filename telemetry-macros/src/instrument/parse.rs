//! From the arguments of `#[metric]` to instruments.

use proc_macro2::Span;
use syn::{Expr, ExprLit, Lit, LitStr};

use super::check::check_instrument;
use super::{Buckets, InstrumentDef, Kind, On, Target};
use crate::args::{Arg, ArgValue, Args, choice, string_of, ungrouped};
use crate::diag::{Diagnostics, MessageId};
use crate::plugin::ScopeRef;

/// Where `#[metric]` stands; it decides which words are known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Function,
    Field,
}

impl Place {
    /// The words for instruments.
    const fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::Function => &["counter", "histogram", "up_down_counter", "gauge", "in_flight"],
            Self::Field => &[
                "counter",
                "histogram",
                "up_down_counter",
                "gauge",
                "observable_counter",
                "observable_up_down_counter",
                "observable_gauge",
            ],
        }
    }

    /// The words that belong to one instrument.
    const fn details(self) -> &'static [&'static str] {
        match self {
            Self::Function => &["unit", "description", "buckets", "value", "on", "allow"],
            Self::Field => &["unit", "description", "buckets", "callback", "allow"],
        }
    }

    /// Every word of the attribute's top level, `shared` being those that belong to no single instrument.
    pub(crate) fn known(self, shared: &[&'static str]) -> Vec<&'static str> {
        [self.kinds(), self.details(), shared].concat()
    }
}

impl InstrumentDef {
    /// Takes the instruments out of the arguments of one `#[metric]`.
    ///
    /// The details of a single instrument may stand beside it (`counter = "a.b", unit = "s"`) or inside its parentheses;
    /// with several instruments only the second form says which one is meant. `shared` are the words that the caller
    /// takes out itself; a doc comment serves as the `description` of fields.
    pub(crate) fn parse_all(
        args: &mut Args,
        place: Place,
        shared: &[&'static str],
        scope: &ScopeRef,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Self> {
        let known = place.known(shared);
        report_observables(args, place, diagnostics);
        // A function may count one thing under several names: every kind may be repeated there.
        args.check_keys(&known, if place == Place::Function { place.kinds() } else { &[] }, diagnostics);
        args.check_positional(&known, diagnostics);
        let kinds = args.take_all(place.kinds());
        let beside = args.take_all(place.details());
        if kinds.is_empty() && diagnostics.is_empty() {
            let example = match place {
                Place::Function => "for example `#[metric(counter = \"entities.processed\")]`",
                Place::Field => {
                    "for example `#[metric(counter = \"entities.processed\", unit = \"{entity}\")]`"
                }
            };
            diagnostics
                .error_at(
                    MessageId::MissingInstrument,
                    args.span(),
                    format!("`{}` does not say what to record", args.owner()),
                )
                .help(example)
                .note(format!("expected {}", crate::args::quoted(place.kinds())));
        }
        if let (true, Some(detail)) = (kinds.len() > 1, beside.first()) {
            let name = detail.name();
            let first = kinds[0].name();
            diagnostics
                .error(
                    MessageId::AmbiguousArgument,
                    &detail.key,
                    format!("`{name}` does not say which instrument it belongs to"),
                )
                .help(format!("write it inside the parentheses: `{first}(\"...\", {name} = ...)`"));
        }
        let only = kinds.len() == 1;
        let mut beside = Some(beside).filter(|_| only);
        kinds
            .into_iter()
            .filter_map(|arg| parse_one(arg, beside.take().unwrap_or_default(), place, scope, diagnostics))
            .collect()
    }
}

/// Observables have no moment at which a function records them: said here, as the words are known elsewhere.
fn report_observables(args: &mut Args, place: Place, diagnostics: &mut Diagnostics) {
    if place == Place::Field {
        return;
    }
    let words = ["observable_counter", "observable_up_down_counter", "observable_gauge"];
    for arg in args.take_all(&words) {
        diagnostics
            .error(
                MessageId::ObservableOnFunction,
                &arg.key,
                format!("`{}` cannot be recorded by a function", arg.name()),
            )
            .help("declare it as a field of a `#[derive(MetricSet)]` struct");
    }
}

fn parse_one(
    arg: Arg,
    beside: Vec<Arg>,
    place: Place,
    scope: &ScopeRef,
    diagnostics: &mut Diagnostics,
) -> Option<InstrumentDef> {
    let word = arg.name();
    let kind = Kind::ALL.into_iter().find(|kind| kind.keyword() == word)?;
    let kind_span = arg.key.span();
    let (target, mut details) = match arg.value {
        ArgValue::List(tokens) => {
            let owner = format!("{word}(...)");
            let mut inner = Args::parse(&owner, kind_span, tokens, diagnostics);
            let target = inner.take_positional(place.details());
            inner.check_keys(place.details(), &[], diagnostics);
            inner.check_positional(place.details(), diagnostics);
            (target, inner)
        }
        ArgValue::Expr(expr) => (Some(expr), Args::none(&word, kind_span)),
        ArgValue::Flag => (None, Args::none(&word, kind_span)),
    };
    for arg in beside {
        details.add(arg, diagnostics);
    }
    let Some(target) = target else {
        diagnostics
            .error_at(MessageId::MissingArgument, kind_span, format!("`{word}` needs the name of a metric"))
            .help(format!("for example `{word} = \"entities.processed\"`"));
        return None;
    };
    let target = match target {
        Expr::Path(_) | Expr::Field(_) if place == Place::Function => Target::Existing(target),
        other => Target::Declared(string_of(other, &word, diagnostics)?),
    };
    let words = details.keys();
    let mut definition = InstrumentDef {
        words,
        kind,
        kind_span,
        target,
        unit: details.take("unit").and_then(|arg| arg.string(diagnostics)),
        description: details.take("description").and_then(|arg| arg.expr(diagnostics)),
        buckets: details.take("buckets").and_then(|arg| parse_buckets(arg, diagnostics)),
        value: details.take("value").and_then(|arg| arg.expr(diagnostics)),
        on: details.take("on").and_then(|arg| parse_on(arg, diagnostics)).unwrap_or(On::Always),
        callback: details.take("callback").and_then(|arg| arg.path(diagnostics)),
    };
    let allow_style = details.take("allow").is_some_and(|arg| parse_allow(arg, diagnostics));
    check_instrument(&definition, place, allow_style, scope, diagnostics);
    if place == Place::Function && definition.is_duration() {
        definition.unit.get_or_insert_with(|| LitStr::new("s", kind_span));
    }
    Some(definition)
}

fn parse_on(arg: Arg, diagnostics: &mut Diagnostics) -> Option<On> {
    let literal = arg.string(diagnostics)?;
    Some(match choice(&literal, "outcome", &["ok", "error", "always"], diagnostics)? {
        "ok" => On::Ok,
        "error" => On::Error,
        _ => On::Always,
    })
}

/// `allow(style)`.
fn parse_allow(arg: Arg, diagnostics: &mut Diagnostics) -> bool {
    let span = arg.key.span();
    let Some(tokens) = arg.list(diagnostics) else {
        return false;
    };
    let mut inner = Args::parse("allow(...)", span, tokens, diagnostics);
    inner.check_keys(&["style"], &[], diagnostics);
    inner.check_positional(&["style"], diagnostics);
    inner.take("style").is_some_and(|arg| arg.flag(diagnostics))
}

fn parse_buckets(arg: Arg, diagnostics: &mut Diagnostics) -> Option<Buckets> {
    match strip_reference(arg.expr(diagnostics)?) {
        Expr::Array(array) => {
            let numbers: Vec<Option<(f64, Expr)>> =
                array.elems.into_iter().map(|expr| number(ungrouped(expr), diagnostics)).collect();
            let numbers: Vec<(f64, Expr)> = numbers.into_iter().collect::<Option<_>>()?;
            super::check::check_buckets(&numbers, diagnostics);
            Some(Buckets::Literal(numbers.into_iter().map(|(number, _)| number).collect()))
        }
        path @ Expr::Path(_) => Some(Buckets::Constant(path)),
        other => {
            diagnostics
                .error(MessageId::BucketsNotNumbers, &other, "`buckets` must be an array of numbers")
                .help("for example `buckets = [0.1, 0.5, 1.0]`, or the path of a `&[f64]` constant");
            None
        }
    }
}

fn strip_reference(expr: Expr) -> Expr {
    match expr {
        Expr::Reference(reference) => *reference.expr,
        other => other,
    }
}

fn number(expr: Expr, diagnostics: &mut Diagnostics) -> Option<(f64, Expr)> {
    if let Some(value) = literal_number(&expr) {
        return Some((value, expr));
    }
    diagnostics
        .error(MessageId::BucketsNotNumbers, &expr, "a bucket boundary must be a number")
        .help("write a number, or give `buckets` the path of a `&[f64]` constant");
    None
}

fn literal_number(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Float(float), .. }) => float.base10_parse().ok(),
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) => int.base10_digits().parse().ok(),
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => Some(-literal_number(&unary.expr)?),
        // `f64::INFINITY` and its like are words that people write here.
        Expr::Path(path) => match path.path.segments.last()?.ident.to_string().as_str() {
            "INFINITY" => Some(f64::INFINITY),
            "NEG_INFINITY" => Some(f64::NEG_INFINITY),
            "NAN" => Some(f64::NAN),
            _ => None,
        },
        _ => None,
    }
}

/// The description that a doc comment gives: its lines joined, up to the first empty one.
pub(crate) fn description_of(attributes: &[syn::Attribute]) -> Option<LitStr> {
    let mut text = String::new();
    let mut span: Option<Span> = None;
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        let syn::Meta::NameValue(meta) = &attribute.meta else {
            continue;
        };
        let Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) = &meta.value else {
            continue;
        };
        let line_text = line.value();
        let line_text = line_text.trim();
        if line_text.is_empty() {
            if text.is_empty() {
                continue;
            }
            break;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(line_text);
        span.get_or_insert(line.span());
    }
    Some(LitStr::new(&text, span?))
}
