//! Which metric a test means, and what to say if there is none.

use crate::metrics::{AttributeData, Family, InstrumentKind};
use crate::naming::nearest;

/// A metric that may be meant.
pub(super) struct Candidate<'a, T> {
    pub(super) item: &'a T,
    pub(super) family: &'static Family,
    /// The whole name.
    pub(super) name: &'a str,
    pub(super) is_recorded: bool,
}

/// The metric of this name, whole or as it is declared; the text of an error is for the test's author.
pub(super) fn find<'a, T>(
    candidates: &[Candidate<'a, T>],
    name: &str,
    kinds: &[InstrumentKind],
) -> Result<&'a T, String> {
    let mut found: Vec<_> = candidates
        .iter()
        .filter(|candidate| candidate.name == name || candidate.family.descriptor().name() == name)
        .collect();
    if found.len() > 1 && found.iter().any(|candidate| candidate.is_recorded) {
        found.retain(|candidate| candidate.is_recorded);
    }
    match found[..] {
        [] => Err(missing(candidates, name)),
        [found] => {
            let kind = found.family.descriptor().kind();
            if kinds.contains(&kind) {
                Ok(found.item)
            } else {
                Err(format!("metric `{}` is {}", found.name, read_with(kind)))
            }
        }
        _ => {
            let names: Vec<_> = found.iter().map(|candidate| candidate.name).collect();
            Err(format!("several metrics are named `{name}`; write one of `{}`", names.join("`, `")))
        }
    }
}

fn missing<T>(candidates: &[Candidate<'_, T>], name: &str) -> String {
    let declared = candidates.iter().map(|candidate| candidate.family.descriptor().name());
    let near =
        nearest(name, candidates.iter().map(|candidate| candidate.name)).or_else(|| nearest(name, declared));
    match near {
        Some(near) => format!("no metric `{name}`; the nearest is `{near}`"),
        None => format!("no metric `{name}`"),
    }
}

fn read_with(kind: InstrumentKind) -> &'static str {
    match kind {
        InstrumentKind::Counter | InstrumentKind::ObservableCounter => "a counter, which `counter` reads",
        InstrumentKind::UpDownCounter | InstrumentKind::ObservableUpDownCounter => {
            "an up-down counter, which `up_down_counter` reads"
        }
        InstrumentKind::Histogram => "a histogram, which `histogram` reads",
        InstrumentKind::Gauge | InstrumentKind::ObservableGauge => "a gauge, which `gauge` reads",
    }
}

/// The value of an attribute as tests write it.
pub(super) fn text(data: &AttributeData) -> String {
    match data {
        AttributeData::String(text) => text.to_string(),
        AttributeData::Bool(value) => value.to_string(),
        AttributeData::I64(value) => value.to_string(),
        AttributeData::F64(value) => value.to_string(),
        AttributeData::Array(values) => {
            let values: Vec<_> = values.iter().map(text).collect();
            format!("[{}]", values.join(","))
        }
    }
}

/// `{key=value,..}`, or nothing without attributes.
pub(super) fn series<'a>(pairs: impl Iterator<Item = (&'a str, String)>) -> String {
    let pairs: Vec<_> = pairs.map(|(key, value)| format!("{key}={value}")).collect();
    if pairs.is_empty() { String::new() } else { format!("{{{}}}", pairs.join(",")) }
}

/// The attributes that a test wrote.
pub(super) fn filter(attributes: &[(&str, &str)]) -> String {
    series(attributes.iter().map(|(key, value)| (*key, (*value).to_owned())))
}
