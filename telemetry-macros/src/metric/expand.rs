//! The tokens of a function's metrics.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Ident};

use super::{MetricArgs, MetricAttributes};
use crate::function::local;
use crate::instrument::{InstrumentDef, Kind, On, Target};
use crate::paths::CratePath;
use crate::traced::Key;

/// The metrics of one function.
pub(crate) struct Parts {
    /// The descriptors, their registration, and the constant that lists a call's instruments.
    pub(crate) statics: TokenStream,
    /// Statements that evaluate what the attributes say, where that is to happen before `start`.
    pub(crate) hoisted: TokenStream,
    /// The metric part of the call.
    pub(crate) start: TokenStream,
    /// Statements that record what the result says, with the call and the result at hand.
    pub(crate) after: TokenStream,
}

/// What is put together for one part of the call.
struct Part {
    start: TokenStream,
    /// For each `set_value`: the slot, if the part has several, and the value.
    after: Vec<(Option<usize>, TokenStream)>,
}

/// The metrics of all `#[metric]` attributes of the function called `function`; `result` is the expression of a reference
/// to its result. With `hoist` expressions are evaluated apart from the start of the call.
pub(crate) fn parts(all: &[MetricArgs], function: &str, result: &TokenStream, hoist: bool) -> Parts {
    let mut statics = TokenStream::new();
    let mut parts = Vec::new();
    let mut entry = Entry { hoists: hoist, count: 0, statements: TokenStream::new() };
    for args in all {
        declared(args, function, result, &mut entry, &mut statics, &mut parts);
        for instrument in &args.instruments {
            if let Some(path) = existing_path(instrument) {
                parts.push(existing(args, instrument, path, result, &mut entry));
            }
        }
    }
    combine(statics, entry.statements, parts)
}

/// The expressions that are evaluated when the call begins.
struct Entry {
    hoists: bool,
    count: usize,
    statements: TokenStream,
}

impl Entry {
    /// What stands for `expression` where the call starts: itself, or the variable that holds its value until then.
    fn take(&mut self, expression: TokenStream) -> TokenStream {
        if !self.hoists {
            return expression;
        }
        let variable = local(&format!("__telemetry_entry{}", self.count));
        self.count += 1;
        self.statements.extend(quote!(let #variable = #expression;));
        quote!(#variable)
    }
}

/// Output: the descriptors, `static __TELEMETRY_METRICS0: FnMetrics = FnMetrics::new(&[..]);` and
/// `MetricGuard::start(&__TELEMETRY_METRICS0, attributes)`; with values `MetricGuard::with_values(..).value(1, expr)`.
fn declared(
    args: &MetricArgs,
    function: &str,
    result: &TokenStream,
    evaluated: &mut Entry,
    statics: &mut TokenStream,
    parts: &mut Vec<Part>,
) {
    let declared: Vec<_> =
        args.instruments.iter().filter(|instrument| instrument.declared_name().is_some()).collect();
    if declared.is_empty() {
        return;
    }
    let private = args.krate.private();
    let number = parts.len();
    let metrics = local(&format!("__TELEMETRY_METRICS{number}"));
    let keys = attribute_keys(&args.attributes);
    let mut instruments = Vec::new();
    let mut entry = TokenStream::new();
    let mut after = Vec::new();
    statics.extend(args.scope.tracking());
    for (slot, instrument) in declared.into_iter().enumerate() {
        let descriptor = local(&format!("__TELEMETRY_METRIC{number}_{slot}"));
        let described = instrument.descriptor(
            &args.scope,
            &number_kind(instrument.kind, &args.krate),
            keys.clone(),
            &args.krate,
        );
        let points = points(args, instrument.kind);
        let description =
            default_description(args, instrument, function).map(|text| quote!(.description(#text)));
        if args.block.is_none() {
            // The functions of a block share its metrics.
            statics.extend(instrument.claim(&args.scope));
        }
        statics.extend(quote! {
            static #descriptor: #private::Descriptor = #described #description #points;
            #private::inventory::submit! { #private::Declared::new(&#descriptor) }
        });
        let constructor = local(instrument.kind.keyword());
        let valued = instrument.value.as_ref().map(|_| quote!(.valued()));
        let on = on(instrument.on, &args.krate);
        instruments.push(quote!(#private::FnInstrument::#constructor(&#descriptor) #valued #on));
        match &instrument.value {
            Some(Expr::Closure(closure)) => after.push((Some(slot), of_result(closure, result, &args.krate))),
            Some(value) => {
                let value = evaluated.take(quote!(#value));
                entry.extend(quote!(.value(#slot, #value)));
            }
            None => {}
        }
    }
    let outcome = (!args.outcome).then(|| quote!(.without_outcome()));
    statics.extend(quote! {
        static #metrics: #private::FnMetrics = #private::FnMetrics::new(&[#(#instruments),*]) #outcome;
    });
    let attributes = attribute_values(&args.attributes);
    let attributes = match &args.attributes {
        // The keys of a typed set are known to the compiler only. At the place of the expression, which is told.
        MetricAttributes::Value(value) if args.outcome => {
            quote_spanned!(value.span()=> #private::without_generated_keys(#attributes))
        }
        _ => attributes,
    };
    let attributes = evaluated.take(attributes);
    let start = if entry.is_empty() && after.is_empty() { quote!(start) } else { quote!(with_values) };
    parts.push(Part { start: quote!(#private::MetricGuard::#start(&#metrics, #attributes) #entry), after });
}

/// What an instrument that is about the call itself says of itself where its author says nothing: Prometheus shows a
/// text for every metric. What a value means, only its author knows.
///
/// The functions of a block share the block's metrics, and so their descriptions.
fn default_description(args: &MetricArgs, instrument: &InstrumentDef, function: &str) -> Option<String> {
    if instrument.description.is_some() || instrument.value.is_some() {
        return None;
    }
    let block = args.block.as_ref().map(|block| &block.label);
    let calls = block.map_or_else(|| format!("Calls of `{function}`"), |block| format!("Calls in `{block}`"));
    match instrument.kind {
        Kind::Counter => Some(format!("{calls}.")),
        Kind::Histogram => Some(match block {
            Some(block) => format!("Duration of calls in `{block}`."),
            None => format!("Duration of `{function}`."),
        }),
        Kind::InFlight => Some(format!("{calls} in progress.")),
        _ => None,
    }
}

/// What the descriptor has to know of its points beside the keys: a metric whose every point is without attributes shows
/// 0 before the first call, and no other does.
fn points(args: &MetricArgs, kind: Kind) -> TokenStream {
    let outcome = (args.outcome && kind != Kind::InFlight).then(|| quote!(.with_outcome()));
    let keys = matches!(args.attributes, MetricAttributes::Value(_)).then(|| quote!(.keys_of_expression()));
    quote!(#outcome #keys)
}

/// Output: `Existing::counter(&CATALOG.processed, attributes).on(On::Ok).value(expr)`.
fn existing(
    args: &MetricArgs,
    instrument: &InstrumentDef,
    path: &Expr,
    result: &TokenStream,
    evaluated: &mut Entry,
) -> Part {
    let private = args.krate.private();
    let constructor = local(instrument.kind.keyword());
    let attributes = evaluated.take(attribute_values(&args.attributes));
    let on = on(instrument.on, &args.krate);
    let mut after = Vec::new();
    let value = match &instrument.value {
        Some(Expr::Closure(closure)) => {
            after.push((None, of_result(closure, result, &args.krate)));
            Some(quote!(.valued()))
        }
        Some(value) => {
            let value = evaluated.take(quote!(#value));
            Some(quote!(.value(#value)))
        }
        None => None,
    };
    Part { start: quote!(#private::Existing::#constructor(&#path, #attributes) #on #value), after }
}

fn existing_path(instrument: &InstrumentDef) -> Option<&Expr> {
    match &instrument.target {
        Target::Existing(path) => Some(path),
        Target::Declared(_) => None,
    }
}

/// Output: `of(&__out, |ret| ..)`, which gives the closure's parameter its type.
fn of_result(closure: &syn::ExprClosure, result: &TokenStream, krate: &CratePath) -> TokenStream {
    let private = krate.private();
    quote!(#private::of(#result, #closure))
}

/// Several parts become pairs that are nested to the right: `(a, (b, c))`.
fn combine(statics: TokenStream, hoisted: TokenStream, parts: Vec<Part>) -> Parts {
    let call = local("__telemetry_call");
    let count = parts.len();
    let mut after = TokenStream::new();
    for (index, part) in parts.iter().enumerate() {
        let mut place = quote!(#call.metrics());
        for _ in 0..index {
            place.extend(quote!(.1));
        }
        if index + 1 < count {
            place.extend(quote!(.0));
        }
        for (slot, value) in &part.after {
            let slot = slot.map(|slot| quote!(#slot,));
            after.extend(quote!(#place.set_value(#slot #value);));
        }
    }
    let start = parts
        .into_iter()
        .rev()
        .map(|part| part.start)
        .reduce(|rest, part| quote!((#part, #rest)))
        .unwrap_or_default();
    Parts { statics, hoisted, start, after }
}

fn on(on: On, krate: &CratePath) -> Option<TokenStream> {
    let private = krate.private();
    match on {
        On::Always => None,
        On::Ok => Some(quote!(.on(#private::On::Ok))),
        On::Error => Some(quote!(.on(#private::On::Error))),
    }
}

/// Counts are whole numbers; what is measured is not.
fn number_kind(kind: Kind, krate: &CratePath) -> TokenStream {
    let private = krate.private();
    let number: Ident = match kind {
        Kind::Counter | Kind::ObservableCounter => format_ident!("U64"),
        Kind::UpDownCounter | Kind::InFlight | Kind::ObservableUpDownCounter => format_ident!("I64"),
        Kind::Histogram | Kind::Gauge | Kind::ObservableGauge => format_ident!("F64"),
    };
    quote!(#private::NumberKind::#number)
}

/// The keys that the descriptor has to know, because the values are a mere tuple.
fn attribute_keys(attributes: &MetricAttributes) -> Option<TokenStream> {
    match attributes {
        MetricAttributes::Pairs(pairs) => {
            let keys: Vec<&Key> = pairs.iter().map(|(key, _)| key).collect();
            Some(quote!(&[#(#keys),*]))
        }
        MetricAttributes::None | MetricAttributes::Value(_) => None,
    }
}

fn attribute_values(attributes: &MetricAttributes) -> TokenStream {
    match attributes {
        MetricAttributes::None => quote!(()),
        MetricAttributes::Value(value) => quote!(#value),
        MetricAttributes::Pairs(pairs) => {
            let values = pairs.iter().map(|(_, value)| value);
            quote!((#(#values,)*))
        }
    }
}
