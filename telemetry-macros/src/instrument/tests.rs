use proc_macro2::{Span, TokenStream};
use quote::quote;

use super::*;
use crate::args::Args;
use crate::diag::Diagnostics;

fn parse(place: Place, tokens: TokenStream) -> (Vec<InstrumentDef>, Diagnostics) {
    let mut diagnostics = Diagnostics::new();
    let mut args = Args::parse("#[metric]", Span::call_site(), tokens, &mut diagnostics);
    let scope = ScopeRef::resolve(&mut args, &mut diagnostics);
    let instruments = InstrumentDef::parse_all(&mut args, place, &[], &scope, &mut diagnostics);
    (instruments, diagnostics)
}

fn mistakes(tokens: TokenStream) -> Vec<&'static str> {
    parse(Place::Function, tokens).1.ids()
}

#[test]
fn one_attribute_can_hold_several_instruments() {
    let (instruments, diagnostics) = parse(
        Place::Function,
        quote!(
            counter("entities.stitched", unit = "{entity}", on = "ok"),
            histogram = "stitching.duration",
            in_flight = "stitching.active",
            counter = METRICS.processed
        ),
    );
    assert!(diagnostics.is_empty());
    let kinds: Vec<_> = instruments.iter().map(|instrument| instrument.kind).collect();
    assert_eq!(kinds, [Kind::Counter, Kind::Histogram, Kind::InFlight, Kind::Counter]);
    assert_eq!(instruments[0].on, On::Ok);
    assert!(matches!(instruments[3].target, Target::Existing(_)));
}

#[test]
fn the_details_of_a_single_instrument_may_stand_beside_it() {
    let (instruments, diagnostics) =
        parse(Place::Field, quote!(histogram = "processing.duration", unit = "s", buckets = [0.1, 1, 10.5]));
    assert!(diagnostics.is_empty());
    let [instrument] = &instruments[..] else { panic!("one instrument") };
    assert_eq!(instrument.unit.as_ref().map(LitStr::value).as_deref(), Some("s"));
    assert!(matches!(&instrument.buckets, Some(Buckets::Literal(bounds)) if bounds == &[0.1, 1.0, 10.5]));
}

#[test]
fn each_mistake_has_its_message() {
    assert_eq!(mistakes(quote!(counter = "processed")), ["metric-name-category"]);
    assert_eq!(mistakes(quote!(counter = "Entities.Processed")), ["metric-name-style"]);
    assert_eq!(mistakes(quote!(counter("Entities.Processed", allow(style)))), [""; 0]);
    assert_eq!(mistakes(quote!(histogram("a.b", unit = "seconds"))), ["unit-look-alike"]);
    assert_eq!(mistakes(quote!(histogram("a.b", buckets = [1, 1, 2]))), ["buckets-not-increasing"]);
    assert_eq!(mistakes(quote!(histogram("a.b", buckets = [1, f64::NAN]))), ["bucket-not-finite"]);
    assert_eq!(mistakes(quote!(histogram("a.b", buckets = [x()]))), ["buckets-not-numbers"]);
    assert_eq!(mistakes(quote!(gauge = "a.b")), ["instrument-without-value"]);
    assert_eq!(mistakes(quote!(counter("a.b", buckets = [1]))), ["argument-of-other-kind"]);
    assert_eq!(mistakes(quote!(counter = "a.b", histogram = "a.c", unit = "s")), ["ambiguous-argument"]);
    assert_eq!(mistakes(quote!(observable_gauge = "a.b", counter = "a.c")), ["observable-on-function"]);
    assert_eq!(mistakes(quote!()), ["missing-instrument"]);
    assert_eq!(mistakes(quote!(counter)), ["missing-argument"]);
    assert_eq!(mistakes(quote!(countr = "a.b")), ["unknown-argument"]);
    assert_eq!(mistakes(quote!(counter("a.b", on = "success"))), ["unknown-value"]);
    assert_eq!(mistakes(quote!(counter(METRICS.a, unit = "s"))), ["conflicting-arguments"]);
}

#[test]
fn independent_mistakes_are_reported_together() {
    assert_eq!(
        mistakes(quote!(counter("9.total", unit = "seconds"), gauge = "a.b")),
        ["metric-name-start", "unit-look-alike", "instrument-without-value"]
    );
}

#[test]
fn a_name_must_leave_room_for_its_prefix() {
    let name = format!("entities.{}", "x".repeat(170));
    assert_eq!(mistakes(quote!(__plugin = "catalog", counter = #name)), ["metric-name-length"]);
}

#[test]
fn duplicates_are_found_under_any_case_and_spelling() {
    let declare = |names: &[(&str, &str, Kind)]| {
        let mut diagnostics = Diagnostics::new();
        let mut seen = MetricNames::default();
        for (name, unit, kind) in names {
            seen.declare(name, unit, *kind, Span::call_site(), &mut diagnostics);
        }
        diagnostics.ids()
    };
    assert_eq!(
        declare(&[("db.calls", "", Kind::Counter), ("DB.calls", "", Kind::Counter)]),
        ["duplicate-metric"]
    );
    assert_eq!(
        declare(&[("db.calls", "", Kind::Counter), ("db_calls", "", Kind::Counter)]),
        ["duplicate-metric"]
    );
    assert_eq!(declare(&[("task.duration", "s", Kind::Histogram), ("task.count", "", Kind::Gauge)]), [""; 0]);
}

#[test]
fn a_doc_comment_gives_the_description_of_its_first_paragraph() {
    let field: syn::ItemStruct = syn::parse_quote! {
        /// Time spent on
        /// one entity.
        ///
        /// More words.
        struct S;
    };
    let description = description_of(&field.attrs).map(|text| text.value());
    assert_eq!(description.as_deref(), Some("Time spent on one entity."));
}
