//! A struct whose fields are attributes with legal, distinct keys.

use proc_macro2::Span;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{DeriveInput, Generics, Ident, LitInt, LitStr, Type};
use telemetry_naming::{check, prometheus};

use super::args::{FieldArgs, SetArgs};
use crate::diag::{Diagnostics, MessageId};
use crate::inert;
use crate::names;
use crate::paths::CratePath;

/// How many combinations of values a set may have unless it says otherwise: OpenTelemetry's default limit of series.
const DEFAULT_LIMIT: usize = 2_000;

/// How many combinations a set may ever have: each is a cell in a table of every thread that records.
const GREATEST_LIMIT: usize = 16_384;

/// How many texts a `Label` may ever have; a text is kept for the life of the process.
const GREATEST_LABEL_LIMIT: usize = 100_000;

/// A set of attributes.
pub(super) struct AttributeSet {
    pub(super) ident: Ident,
    pub(super) generics: Generics,
    pub(super) fields: Vec<AttributeField>,
    /// How many combinations of values are accepted.
    pub(super) limit: usize,
    pub(super) krate: CratePath,
}

/// One attribute.
pub(super) struct AttributeField {
    pub(super) ident: Ident,
    pub(super) ty: Type,
    pub(super) key: String,
    pub(super) limit: Option<LabelLimit>,
}

/// The limit of a free text, and where it is written.
pub(super) struct LabelLimit {
    pub(super) texts: usize,
    pub(super) span: Span,
}

impl AttributeSet {
    pub(super) fn build(input: &DeriveInput, args: &SetArgs, diagnostics: &mut Diagnostics) -> Option<Self> {
        let named = inert::named_fields(input, "MetricAttributes", diagnostics)?;
        let mut fields: Vec<AttributeField> = Vec::new();
        for (field, args) in named.named.iter().zip(&args.fields) {
            let Some(ident) = &field.ident else { continue };
            let literal = key_literal(ident, args);
            check_key(&literal, args, diagnostics);
            let key = literal.value();
            check_distinct(&key, &literal, &fields, diagnostics);
            check_type(&field.ty, diagnostics);
            let limit = label_limit(args, diagnostics);
            fields.push(AttributeField { ident: ident.clone(), ty: field.ty.clone(), key, limit });
        }
        let limit = match &args.limit {
            Some(literal) => in_range(literal, GREATEST_LIMIT, diagnostics)?,
            None => DEFAULT_LIMIT,
        };
        Some(Self {
            ident: input.ident.clone(),
            generics: input.generics.clone(),
            fields,
            limit,
            krate: args.krate.clone(),
        })
    }
}

/// The written key, or the field's name at its place.
fn key_literal(ident: &Ident, args: &FieldArgs) -> LitStr {
    args.key.clone().unwrap_or_else(|| LitStr::new(&ident.unraw().to_string(), ident.span()))
}

/// A field's name that is no legal key is a legal name: the key has to be written, not the field renamed.
fn check_key(literal: &LitStr, args: &FieldArgs, diagnostics: &mut Diagnostics) {
    if args.key.is_some() {
        names::metric_attribute_key(literal, diagnostics);
        return;
    }
    let name = literal.value();
    if let Err(error) = check::metric_attribute_key(&name) {
        let example = name.trim_matches('_');
        diagnostics
            .name(error, literal, error.quoting(&name))
            .help(format!("give the field a key of its own: `#[attribute(\"catalog.{example}\")]`"));
    }
}

/// Two keys with one Prometheus label would become one there, with both values in it.
fn check_distinct(key: &str, literal: &LitStr, earlier: &[AttributeField], diagnostics: &mut Diagnostics) {
    let label = prometheus::label_name(key);
    let Some(first) = earlier.iter().find(|field| prometheus::label_name(&field.key) == label) else {
        return;
    };
    let message = if first.key == key {
        format!("attribute key `{key}` is also that of field `{}`", first.ident)
    } else {
        format!("attribute keys `{key}` and `{}` are the same label in Prometheus, `{label}`", first.key)
    };
    diagnostics
        .error(MessageId::DuplicateAttributeKey, literal, message)
        .help("rename one of them: `#[attribute(\"...\")]`");
}

/// Says about types that everyone knows what the trait's own message says about all others.
fn check_type(ty: &Type, diagnostics: &mut Diagnostics) {
    let Some(kind) = unbounded(ty) else { return };
    let name = ty.to_token_stream().to_string().replace("& ", "&").replace(" < ", "<").replace(" >", ">");
    let (what, help) = match kind {
        Unbounded::Text => (
            "free text has no bounded set of values",
            "use an enum with `#[derive(AttributeValue)]`, or `Label<'a>` with `#[attribute(limit = N)]`",
        ),
        Unbounded::Number => (
            "a number has no bounded set of values",
            "use an enum of ranges with `#[derive(AttributeValue)]`, or `bool`",
        ),
    };
    diagnostics
        .error(MessageId::UnboundedAttributeType, ty, format!("`{name}` cannot be a metric attribute"))
        .help(help)
        .note(format!("{what}, and every value makes a series"));
}

enum Unbounded {
    Text,
    Number,
}

/// Whether the type, or what an `Option` or reference of it holds, is text or a number by its well-known name.
fn unbounded(ty: &Type) -> Option<Unbounded> {
    match ty {
        Type::Reference(reference) => unbounded(&reference.elem),
        Type::Path(path) if path.qself.is_none() => {
            let last = path.path.segments.last()?;
            match last.ident.to_string().as_str() {
                "str" | "String" | "Cow" | "char" => Some(Unbounded::Text),
                "u8" | "u16" | "u32" | "u64" | "u128" | "usize" | "i8" | "i16" | "i32" | "i64" | "i128"
                | "isize" | "f32" | "f64" => Some(Unbounded::Number),
                "Option" => match &last.arguments {
                    syn::PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
                        syn::GenericArgument::Type(inner) => unbounded(inner),
                        _ => None,
                    },
                    _ => None,
                },
                _ => None,
            }
        }
        _ => None,
    }
}

/// That the type is free text is asserted where the compiler knows it.
fn label_limit(args: &FieldArgs, diagnostics: &mut Diagnostics) -> Option<LabelLimit> {
    let literal = args.limit.as_ref()?;
    let texts = in_range(literal, GREATEST_LABEL_LIMIT, diagnostics)?;
    Some(LabelLimit { texts, span: literal.span() })
}

fn in_range(literal: &LitInt, greatest: usize, diagnostics: &mut Diagnostics) -> Option<usize> {
    match literal.base10_parse::<usize>() {
        Ok(limit) if (1..=greatest).contains(&limit) => Some(limit),
        _ => {
            diagnostics
                .error(
                    MessageId::LimitOutOfRange,
                    literal,
                    format!("limit {} is not between 1 and {greatest}", literal.base10_digits()),
                )
                .help("write for example `limit = 100`");
            None
        }
    }
}
