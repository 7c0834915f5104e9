//! The attributes of the struct and its fields, as written.

use syn::{Data, DeriveInput};

use crate::args::Args;
use crate::diag::Diagnostics;
use crate::inert;
use crate::paths::CratePath;
use crate::plugin::ScopeRef;

/// What `#[metric_set(...)]` says on the struct, and `#[metric(...)]` on its fields.
pub(super) struct SetArgs {
    pub(super) krate: CratePath,
    pub(super) scope: ScopeRef,
    /// One per field, in order; empty where the type is no struct.
    pub(super) fields: Vec<Option<Args>>,
}

impl SetArgs {
    pub(super) fn parse(input: &DeriveInput, diagnostics: &mut Diagnostics) -> Self {
        const KNOWN: &[&str] = &["plugin", "crate"];
        let mut args = inert::args_of(&input.attrs, "metric_set", diagnostics)
            .unwrap_or_else(|| Args::none("#[metric_set]", input.ident.span()));
        args.check_keys(KNOWN, &[], diagnostics);
        args.check_positional(KNOWN, diagnostics);
        let krate = CratePath::take(&mut args, diagnostics);
        let scope = ScopeRef::resolve(&mut args, diagnostics);
        let fields = match &input.data {
            Data::Struct(data) => {
                let args = |field: &syn::Field| inert::args_of(&field.attrs, "metric", diagnostics);
                data.fields.iter().map(args).collect()
            }
            Data::Enum(_) | Data::Union(_) => Vec::new(),
        };
        Self { krate, scope, fields }
    }
}
