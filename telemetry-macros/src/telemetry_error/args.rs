//! The attributes of the type and its variants, as written.

use syn::{Attribute, Data, DeriveInput, Ident, LitStr};

use crate::diag::{Diagnostics, MessageId};
use crate::inert;
use crate::paths::CratePath;

/// What one `#[telemetry(...)]` says.
#[derive(Default)]
pub(super) struct Said {
    pub(super) error_type: Option<LitStr>,
    pub(super) expected: Option<bool>,
    /// The word `transparent`, where it stands.
    pub(super) transparent: Option<Ident>,
}

/// What `#[telemetry(...)]` says on the type and on its variants.
pub(super) struct ErrorArgs {
    pub(super) krate: CratePath,
    pub(super) whole: Said,
    /// In the order of the variants; empty where the type is no enum.
    pub(super) variants: Vec<Said>,
}

impl ErrorArgs {
    pub(super) fn parse(input: &DeriveInput, diagnostics: &mut Diagnostics) -> Self {
        let (known, variants): (&[&str], _) = match &input.data {
            Data::Enum(data) => {
                const KNOWN: &[&str] = &["type", "expected", "transparent"];
                let parse = |attributes| parse_said(attributes, KNOWN, diagnostics).1;
                (
                    &["type", "expected", "crate"],
                    data.variants.iter().map(|variant| &*variant.attrs).map(parse).collect(),
                )
            }
            Data::Struct(_) | Data::Union(_) => (&["type", "expected", "transparent", "crate"], Vec::new()),
        };
        let (krate, whole) = parse_said(&input.attrs, known, diagnostics);
        Self { krate, whole, variants }
    }
}

fn parse_said(attributes: &[Attribute], known: &[&str], diagnostics: &mut Diagnostics) -> (CratePath, Said) {
    let Some(mut args) = inert::args_of(attributes, "telemetry", diagnostics) else {
        return (CratePath::default(), Said::default());
    };
    args.check_keys(known, &[], diagnostics);
    args.check_positional(known, diagnostics);
    let krate = CratePath::take(&mut args, diagnostics);
    let transparent = args.take("transparent").and_then(|arg| {
        let word = arg.key.clone();
        arg.flag(diagnostics).then_some(word)
    });
    let error_type = args.take("type").and_then(|arg| {
        conflict(transparent.as_ref(), &arg.key, diagnostics);
        arg.string(diagnostics)
    });
    let expected = args.take("expected").map(|arg| {
        conflict(transparent.as_ref(), &arg.key, diagnostics);
        arg.flag(diagnostics)
    });
    (krate, Said { error_type, expected, transparent })
}

/// Reports what is said beside `transparent`.
fn conflict(transparent: Option<&Ident>, key: &Ident, diagnostics: &mut Diagnostics) {
    if transparent.is_some() {
        diagnostics
            .error(
                MessageId::ConflictingArguments,
                key,
                format!("`{key}` and `transparent` exclude each other"),
            )
            .help("keep one of the two")
            .note("a transparent error says what the error in it says");
    }
}
