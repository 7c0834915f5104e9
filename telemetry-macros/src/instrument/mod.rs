//! One instrument as `#[metric]` declares it, on a function or on a field of a `MetricSet`.

mod check;
mod claim;
mod duplicates;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Expr, Ident, LitStr, Path};

use crate::paths::CratePath;
use crate::plugin::{ScopeRef, crate_name};

pub(crate) use duplicates::MetricNames;
pub(crate) use parse::{Place, description_of};

/// The kinds of instrument that can be written in `#[metric]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Counter,
    UpDownCounter,
    Histogram,
    Gauge,
    ObservableCounter,
    ObservableUpDownCounter,
    ObservableGauge,
    /// An up-down counter of the calls that run now.
    InFlight,
}

/// When a function's instrument records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    Ok,
    Error,
    Always,
}

/// What an instrument records into.
pub(crate) enum Target {
    /// A metric declared here, by its name.
    Declared(LitStr),
    /// An instrument that is declared elsewhere: a path to a static or field.
    Existing(Expr),
}

/// The upper bounds of a histogram's buckets.
pub(crate) enum Buckets {
    /// Written out, and checked.
    Literal(Vec<f64>),
    /// A constant of type `&[f64]`, which the runtime checks in const evaluation.
    Constant(Expr),
}

/// One instrument, syntactically right and with checked names.
pub(crate) struct InstrumentDef {
    pub(crate) kind: Kind,
    /// The word that says the kind.
    pub(crate) kind_span: Span,
    pub(crate) target: Target,
    pub(crate) unit: Option<LitStr>,
    /// A string literal or the path of a constant.
    pub(crate) description: Option<Expr>,
    pub(crate) buckets: Option<Buckets>,
    /// On functions: what is recorded. A closure is called with the function's result.
    pub(crate) value: Option<Expr>,
    /// On functions: when to record.
    pub(crate) on: On,
    /// On fields: the function that observes.
    pub(crate) callback: Option<Path>,
    /// The words that were written beside the name, where they stand.
    words: Vec<Ident>,
}

impl Kind {
    /// Every kind, in the order of the documentation.
    pub(crate) const ALL: [Self; 8] = [
        Self::Counter,
        Self::Histogram,
        Self::UpDownCounter,
        Self::Gauge,
        Self::InFlight,
        Self::ObservableCounter,
        Self::ObservableUpDownCounter,
        Self::ObservableGauge,
    ];

    /// The word in `#[metric]`.
    pub(crate) const fn keyword(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::UpDownCounter => "up_down_counter",
            Self::Histogram => "histogram",
            Self::Gauge => "gauge",
            Self::ObservableCounter => "observable_counter",
            Self::ObservableUpDownCounter => "observable_up_down_counter",
            Self::ObservableGauge => "observable_gauge",
            Self::InFlight => "in_flight",
        }
    }

    /// The type of the same name in the runtime, for fields.
    pub(crate) const fn type_name(self) -> &'static str {
        match self {
            Self::Counter => "Counter",
            Self::UpDownCounter | Self::InFlight => "UpDownCounter",
            Self::Histogram => "Histogram",
            Self::Gauge => "Gauge",
            Self::ObservableCounter => "ObservableCounter",
            Self::ObservableUpDownCounter => "ObservableUpDownCounter",
            Self::ObservableGauge => "ObservableGauge",
        }
    }

    /// Whether the value is read at collection.
    pub(crate) const fn is_observable(self) -> bool {
        matches!(self, Self::ObservableCounter | Self::ObservableUpDownCounter | Self::ObservableGauge)
    }

    /// How Prometheus sees it.
    pub(crate) const fn prometheus(self) -> telemetry_naming::prometheus::Kind {
        use telemetry_naming::prometheus::Kind as Prometheus;
        match self {
            Self::Counter | Self::ObservableCounter => Prometheus::Counter,
            Self::UpDownCounter | Self::ObservableUpDownCounter | Self::InFlight => Prometheus::UpDownCounter,
            Self::Histogram => Prometheus::Histogram,
            Self::Gauge | Self::ObservableGauge => Prometheus::Gauge,
        }
    }
}

impl InstrumentDef {
    /// Where `word` is written; the word of the kind if it is not.
    fn place_of(&self, word: &str) -> Span {
        self.words.iter().find(|written| *written == word).map_or(self.kind_span, Ident::span)
    }

    /// Whether a function's histogram records how long the call took.
    pub(crate) fn is_duration(&self) -> bool {
        self.kind == Kind::Histogram && self.value.is_none() && self.declared_name().is_some()
    }

    /// The name, where the instrument is declared here.
    pub(crate) fn declared_name(&self) -> Option<&LitStr> {
        match &self.target {
            Target::Declared(name) => Some(name),
            Target::Existing(_) => None,
        }
    }

    /// The expression that makes the `Descriptor`; `keys` is the constant with the attribute keys. `number` is the
    /// expression of type `NumberKind`.
    ///
    /// Only for declared metrics: without a name there is nothing to describe.
    pub(crate) fn descriptor(
        &self,
        scope: &ScopeRef,
        number: &TokenStream,
        keys: Option<TokenStream>,
        krate: &CratePath,
    ) -> Option<TokenStream> {
        let name = self.declared_name()?;
        // The place of the name is where the metric is declared: `Descriptor::new` remembers its caller. A span of ours
        // would do so for the whole attribute or derive, which is where our code is expanded.
        let place = name.span();
        let private = krate.private_at(place);
        let kind = Ident::new(self.kind.type_name(), Span::mixed_site());
        let scope = scope.expression(krate);
        let crate_name = crate_name();
        let unit = self.unit.as_ref().map(|unit| quote!(.unit(#unit)));
        let description = self.description.as_ref().map(|text| quote!(.description(#text)));
        let keys = keys.map(|keys| quote!(.attribute_keys(#keys)));
        let bounds = self.buckets.as_ref().map(|buckets| match buckets {
            Buckets::Literal(bounds) => quote!(.bounds(&[#(#bounds),*])),
            Buckets::Constant(path) => quote!(.bounds(#path)),
        });
        Some(quote_spanned! {place=>
            #private::Descriptor::new(#private::InstrumentKind::#kind, #number, #scope, #name, #crate_name)
                #unit #description #keys #bounds
        })
    }
}
