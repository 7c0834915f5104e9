//! A struct whose fields are instruments with legal, distinct names.

use quote::ToTokens;
use syn::{
    DeriveInput, Expr, ExprLit, Field, GenericArgument, Generics, Ident, Lit, PathArguments, PathSegment,
    Type, Visibility,
};

use super::args::SetArgs;
use crate::args::Args;
use crate::diag::{Diagnostics, MessageId};
use crate::inert;
use crate::instrument::{InstrumentDef, Kind, MetricNames, Place, description_of};
use crate::paths::CratePath;
use crate::plugin::ScopeRef;

/// A set of instruments.
pub(super) struct InstrumentSet {
    pub(super) ident: Ident,
    pub(super) visibility: Visibility,
    pub(super) generics: Generics,
    pub(super) fields: Vec<InstrumentField>,
    pub(super) scope: ScopeRef,
    pub(super) krate: CratePath,
}

/// One instrument.
pub(super) struct InstrumentField {
    pub(super) ident: Ident,
    pub(super) ty: Type,
    /// Whether the type's name is not that of an instrument, so that only the compiler knows the kind.
    pub(super) is_alias: bool,
    pub(super) definition: InstrumentDef,
}

impl InstrumentSet {
    pub(super) fn build(input: &DeriveInput, args: SetArgs, diagnostics: &mut Diagnostics) -> Option<Self> {
        let SetArgs { krate, scope, fields: field_args } = args;
        let named = inert::named_fields(input, "MetricSet", diagnostics)?;
        let mut declared = MetricNames::default();
        let mut fields = Vec::new();
        for (field, args) in named.named.iter().zip(field_args) {
            let Some(definition) = definition_of(field, args, &scope, diagnostics) else { continue };
            declared.declare_instrument(&definition, diagnostics);
            check_type(&field.ty, definition.kind, diagnostics);
            if let (Some(callback), false) = (&definition.callback, input.generics.params.is_empty()) {
                diagnostics
                    .error(
                        MessageId::CallbackInGenericSet,
                        callback,
                        "a set with parameters has no metrics of its own, and so no callbacks",
                    )
                    .help("remove `callback`, and call `observe_with` on the field of the set that `for_plugin` makes");
            }
            if let Some(ident) = &field.ident {
                fields.push(InstrumentField {
                    ident: ident.clone(),
                    ty: field.ty.clone(),
                    is_alias: kind_of(&field.ty).is_none(),
                    definition,
                });
            }
        }
        Some(Self {
            ident: input.ident.clone(),
            visibility: input.vis.clone(),
            generics: input.generics.clone(),
            fields,
            scope,
            krate,
        })
    }
}

/// The one instrument of a field, described by its doc comment unless it says otherwise.
fn definition_of(
    field: &Field,
    args: Option<Args>,
    scope: &ScopeRef,
    diagnostics: &mut Diagnostics,
) -> Option<InstrumentDef> {
    let Some(mut args) = args else {
        let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
        diagnostics
            .error(MessageId::FieldWithoutMetric, &field.ident, format!("field `{name}` has no `#[metric]`"))
            .help(match kind_of(&field.ty) {
                Some((_, kind)) => {
                    format!("for example `#[metric({} = \"category.{name}\")]`", kind.keyword())
                }
                None => "every field of a metric set is an instrument: move the field elsewhere".to_owned(),
            });
        return None;
    };
    let mut definitions =
        InstrumentDef::parse_all(&mut args, Place::Field, &[], scope, diagnostics).into_iter();
    let mut definition = definitions.next()?;
    if let Some(second) = definitions.next() {
        diagnostics
            .error_at(
                MessageId::SeveralInstruments,
                second.kind_span,
                "a field is one instrument, and this is its second",
            )
            .help("give each instrument a field of its own");
        return None;
    }
    if definition.description.is_none() {
        definition.description = description_of(&field.attrs)
            .map(|text| Expr::Lit(ExprLit { attrs: Vec::new(), lit: Lit::Str(text) }));
    }
    Some(definition)
}

/// A type whose name is not that of an instrument may be an alias; the compiler checks those.
fn check_type(ty: &Type, kind: Kind, diagnostics: &mut Diagnostics) {
    let Some((segment, written)) = kind_of(ty) else { return };
    if written.type_name() != kind.type_name() {
        diagnostics
            .error(
                MessageId::KindAndTypeDisagree,
                &segment.ident,
                format!("`{}` is declared in a field of type `{}`", kind.keyword(), segment.ident),
            )
            .help(format!(
                "use `{}` here, or `{} = ...` in `#[metric]`",
                kind.type_name(),
                written.keyword()
            ));
    }
    check_number(segment, written, diagnostics);
    // A tuple has values but no keys, and a field has no place to write them.
    if let PathArguments::AngleBracketed(arguments) = &segment.arguments
        && let Some(GenericArgument::Type(Type::Tuple(tuple))) = arguments.args.iter().nth(1)
        && !tuple.elems.is_empty()
    {
        diagnostics
            .error(
                MessageId::AttributesWithoutKeys,
                tuple.to_token_stream(),
                "a tuple has no keys for its attributes",
            )
            .help("use a struct with `#[derive(MetricAttributes)]`: its fields' names are the keys");
    }
}

/// A primitive type that the instrument does not have. Any other type may be an alias of one that it has.
fn check_number(segment: &PathSegment, kind: Kind, diagnostics: &mut Diagnostics) {
    let Some(number) = wrong_number(segment, kind) else { return };
    let numbers =
        numbers_of(kind).iter().map(|number| format!("`{number}`")).collect::<Vec<_>>().join(" or ");
    diagnostics
        .error(
            MessageId::KindAndTypeDisagree,
            number,
            format!("a `{}` has no measurements of type `{number}`", segment.ident),
        )
        .help(format!("use {numbers}"));
}

/// The type of the measurements, where it is a primitive that instruments of the kind do not have.
pub(super) fn wrong_number(segment: &PathSegment, kind: Kind) -> Option<&Ident> {
    const PRIMITIVES: [&str; 15] = [
        "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f32", "f64",
        "bool",
    ];
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    let Some(GenericArgument::Type(Type::Path(path))) = arguments.args.first() else { return None };
    let number = path.path.get_ident()?;
    let is_one_of = |names: &[&str]| names.iter().any(|name| number == name);
    (is_one_of(&PRIMITIVES) && !is_one_of(numbers_of(kind))).then_some(number)
}

/// The types of measurements that instruments of the kind have.
fn numbers_of(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Counter | Kind::ObservableCounter | Kind::Histogram => &["u64", "f64"],
        Kind::UpDownCounter | Kind::ObservableUpDownCounter | Kind::InFlight => &["i64", "f64"],
        Kind::Gauge | Kind::ObservableGauge => &["u64", "i64", "f64"],
    }
}

/// The instrument that the type is by its name, and where the name stands.
pub(super) fn kind_of(ty: &Type) -> Option<(&PathSegment, Kind)> {
    let Type::Path(path) = ty else { return None };
    let segment = path.path.segments.last()?;
    let kind = Kind::ALL.into_iter().find(|kind| segment.ident == kind.type_name())?;
    Some((segment, kind))
}
