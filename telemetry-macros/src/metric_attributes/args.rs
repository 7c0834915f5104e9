//! The attributes of the struct and its fields, as written.

use syn::{Data, DeriveInput, Expr, ExprLit, Lit, LitInt, LitStr};

use crate::args::{Arg, string_of};
use crate::diag::{Diagnostics, MessageId};
use crate::inert;
use crate::paths::CratePath;

/// What `#[metric_attributes(...)]` says on the struct, and `#[attribute(...)]` on its fields.
pub(super) struct SetArgs {
    pub(super) krate: CratePath,
    /// How many combinations of values are accepted.
    pub(super) limit: Option<LitInt>,
    /// One per field, in order; empty where the type is no struct.
    pub(super) fields: Vec<FieldArgs>,
}

/// What `#[attribute(...)]` says on a field.
#[derive(Default)]
pub(super) struct FieldArgs {
    pub(super) key: Option<LitStr>,
    /// How many different texts a `Label` may have.
    pub(super) limit: Option<LitInt>,
}

impl SetArgs {
    pub(super) fn parse(input: &DeriveInput, diagnostics: &mut Diagnostics) -> Self {
        const KNOWN: &[&str] = &["limit", "crate"];
        let (krate, limit) = inert::args_of(&input.attrs, "metric_attributes", diagnostics)
            .map(|mut args| {
                args.check_keys(KNOWN, &[], diagnostics);
                args.check_positional(KNOWN, diagnostics);
                let limit = args.take("limit").and_then(|arg| integer(arg, diagnostics));
                (CratePath::take(&mut args, diagnostics), limit)
            })
            .unwrap_or_default();
        let fields = match &input.data {
            Data::Struct(data) => {
                data.fields.iter().map(|field| FieldArgs::parse(&field.attrs, diagnostics)).collect()
            }
            Data::Enum(_) | Data::Union(_) => Vec::new(),
        };
        Self { krate, limit, fields }
    }
}

impl FieldArgs {
    fn parse(attributes: &[syn::Attribute], diagnostics: &mut Diagnostics) -> Self {
        const KNOWN: &[&str] = &["limit"];
        let Some(mut args) = inert::args_of(attributes, "attribute", diagnostics) else {
            return Self::default();
        };
        let key = args.take_positional(KNOWN).and_then(|expr| string_of(expr, "key", diagnostics));
        args.check_keys(KNOWN, &[], diagnostics);
        args.check_positional(KNOWN, diagnostics);
        Self { key, limit: args.take("limit").and_then(|arg| integer(arg, diagnostics)) }
    }
}

/// The integer literal after `=`; anything else is reported.
fn integer(arg: Arg, diagnostics: &mut Diagnostics) -> Option<LitInt> {
    let key = arg.name();
    match arg.expr(diagnostics)? {
        Expr::Lit(ExprLit { lit: Lit::Int(literal), .. }) => Some(literal),
        other => {
            diagnostics
                .error(MessageId::ExpectedInteger, &other, format!("`{key}` must be an integer literal"))
                .help(format!("for example `{key} = 100`"));
            None
        }
    }
}
