//! A name that keeps every rule.

use syn::LitStr;
use telemetry_naming::check;

use super::args::NameArgs;
use crate::diag::Diagnostics;
use crate::names;
use crate::paths::CratePath;

/// A legal metric name in the toolkit's style.
pub(super) struct CheckedName {
    pub(super) name: LitStr,
    pub(super) krate: CratePath,
}

impl CheckedName {
    pub(super) fn build(args: NameArgs, diagnostics: &mut Diagnostics) -> Option<Self> {
        let name = args.name?;
        names::metric_name(check::metric_name(&name.value()), &name, diagnostics);
        Some(Self { name, krate: args.krate })
    }
}
