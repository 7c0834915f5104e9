//! What has to hold for one instrument.

use syn::{Expr, LitStr};
use telemetry_naming::check;

use super::{InstrumentDef, Kind, On, Place, Target};
use crate::diag::{Diagnostics, MessageId};
use crate::names;
use crate::plugin::ScopeRef;

pub(super) fn check_instrument(
    definition: &InstrumentDef,
    place: Place,
    allow_style: bool,
    scope: &ScopeRef,
    diagnostics: &mut Diagnostics,
) {
    match &definition.target {
        Target::Declared(name) => check_name(name, allow_style, scope, diagnostics),
        Target::Existing(_) => check_existing(definition, diagnostics),
    }
    if let Some(unit) = &definition.unit {
        names::unit(unit, diagnostics);
    }
    let word = definition.kind.keyword();
    if definition.buckets.is_some() && definition.kind != Kind::Histogram {
        other_kind(definition, "buckets", "`histogram`", diagnostics);
    }
    if definition.callback.is_some() && !definition.kind.is_observable() {
        other_kind(definition, "callback", "an observable instrument", diagnostics);
    }
    if place == Place::Field {
        return;
    }
    let is_other = |unit: &&LitStr| unit.value() != "s" && check::unit(&unit.value()).is_ok();
    if let Some(unit) = definition.unit.as_ref().filter(|_| definition.is_duration()).filter(is_other) {
        diagnostics
            .error(MessageId::DurationUnit, unit, "the duration of a call is recorded in seconds")
            .help("write `unit = \"s\"`, or give the histogram a `value = ...`");
    }
    if definition.kind == Kind::Gauge && definition.value.is_none() {
        diagnostics
            .error_at(
                MessageId::InstrumentWithoutValue,
                definition.kind_span,
                "`gauge` needs a value to record",
            )
            .help(format!("write `{word}(\"...\", value = ...)`"));
    }
    if definition.kind == Kind::UpDownCounter && definition.value.is_none() {
        diagnostics
            .error_at(
                MessageId::InstrumentWithoutValue,
                definition.kind_span,
                "`up_down_counter` needs a value to add",
            )
            .help(format!("write `{word}(\"...\", value = ...)`, or use `in_flight` to count running calls"));
    }
    if definition.kind == Kind::InFlight {
        if definition.value.is_some() {
            other_kind(
                definition,
                "value",
                "`counter`, `histogram`, `up_down_counter` or `gauge`",
                diagnostics,
            );
        }
        if definition.on != On::Always {
            other_kind(definition, "on", "`counter`, `histogram`, `up_down_counter` or `gauge`", diagnostics);
        }
    }
}

fn check_name(name: &LitStr, allow_style: bool, scope: &ScopeRef, diagnostics: &mut Diagnostics) {
    let value = name.value();
    let checked = if allow_style { check::metric_name_grammar(&value) } else { check::metric_name(&value) };
    let checked = checked.and_then(|()| match scope.known_id() {
        Some((owner, id)) => check::prefixed_length(owner, &id, &value),
        None => Ok(()),
    });
    names::metric_name(checked, name, diagnostics);
}

/// The declaration has its own unit, description and buckets; a second say here could only contradict it.
fn check_existing(definition: &InstrumentDef, diagnostics: &mut Diagnostics) {
    let written = [
        ("unit", definition.unit.is_some()),
        ("description", definition.description.is_some()),
        ("buckets", definition.buckets.is_some()),
    ];
    for (word, _) in written.into_iter().filter(|(_, written)| *written) {
        diagnostics
            .error_at(
                MessageId::ConflictingArguments,
                definition.place_of(word),
                format!("`{word}` belongs to the declaration of this metric"),
            )
            .help(format!("remove `{word}` here, or name the metric by a string literal to declare it here"));
    }
}

fn other_kind(definition: &InstrumentDef, argument: &str, kinds: &str, diagnostics: &mut Diagnostics) {
    let word = definition.kind.keyword();
    diagnostics
        .error_at(
            MessageId::ArgumentOfOtherKind,
            definition.place_of(argument),
            format!("`{word}` does not take `{argument}`"),
        )
        .help(format!("remove `{argument}`, or use {kinds}"));
}

pub(super) fn check_buckets(bounds: &[(f64, Expr)], diagnostics: &mut Diagnostics) {
    for (bound, expr) in bounds {
        if !bound.is_finite() {
            diagnostics
                .error(MessageId::BucketNotFinite, expr, "a bucket boundary must be a finite number")
                .help("remove it: the last bucket is always unbounded");
        }
    }
    for pair in bounds.windows(2) {
        let [(lower, _), (upper, expr)] = pair else {
            continue;
        };
        if lower.is_finite() && upper.is_finite() && lower >= upper {
            diagnostics
                .error(
                    MessageId::BucketsNotIncreasing,
                    expr,
                    format!("bucket boundary {upper} must be greater than the {lower} before it"),
                )
                .help("write the boundaries in increasing order, each once");
        }
    }
}
