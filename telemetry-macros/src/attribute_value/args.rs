//! The attributes of the enum and its variants, as written.

use syn::{Data, DeriveInput, LitStr};

use crate::args::string_of;
use crate::diag::{Diagnostics, MessageId};
use crate::inert;
use crate::paths::CratePath;

/// What `#[attribute(...)]` says on the enum and on its variants.
pub(super) struct ValueArgs {
    pub(super) krate: CratePath,
    /// The written value of each variant, in order; empty where the type is no enum.
    pub(super) values: Vec<Option<LitStr>>,
}

impl ValueArgs {
    pub(super) fn parse(input: &DeriveInput, diagnostics: &mut Diagnostics) -> Self {
        let krate = inert::args_of(&input.attrs, "attribute", diagnostics)
            .map(|mut args| {
                args.check_keys(&["crate"], &[], diagnostics);
                args.check_positional(&["crate"], diagnostics);
                CratePath::take(&mut args, diagnostics)
            })
            .unwrap_or_default();
        let values = match &input.data {
            Data::Enum(data) => {
                data.variants.iter().map(|variant| parse_value(&variant.attrs, diagnostics)).collect()
            }
            Data::Struct(_) | Data::Union(_) => Vec::new(),
        };
        Self { krate, values }
    }
}

/// `#[attribute("name")]` or `#[attribute(value = "name")]`.
fn parse_value(attributes: &[syn::Attribute], diagnostics: &mut Diagnostics) -> Option<LitStr> {
    const KNOWN: &[&str] = &["value"];
    let mut args = inert::args_of(attributes, "attribute", diagnostics)?;
    let bare = args.take_positional(KNOWN);
    args.check_keys(KNOWN, &[], diagnostics);
    args.check_positional(KNOWN, diagnostics);
    let keyed = args.take("value");
    if let (Some(_), Some(keyed)) = (&bare, &keyed) {
        diagnostics
            .error(MessageId::ConflictingArguments, &keyed.key, "the value is written twice")
            .help("keep `#[attribute(\"...\")]` only");
        return None;
    }
    match bare {
        Some(bare) => string_of(bare, "value", diagnostics),
        None => keyed?.string(diagnostics),
    }
}
