//! The names of things: a name is legal everywhere or nowhere, a suggestion is legal, and every spelling for Prometheus is one.

use std::fmt;

use telemetry_naming::prometheus::{self, Kind};
use telemetry_naming::{
    AttributeKey, MetricName, NameError, PluginId, SpanName, Unit, check, nearest, suggest,
};

/// Takes `data` as every kind of name.
///
/// # Panics
///
/// If something does not hold.
pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (name, unit) = text.split_once('\n').unwrap_or((&text, ""));
    let owned = || name.to_owned();
    same(check::metric_name(name), MetricName::new(owned()));
    same(check::plugin_id(name), PluginId::new(owned()));
    same(check::metric_attribute_key(name), AttributeKey::new(owned()));
    same(check::unit(name), Unit::new(owned()));
    same(check::span_name(name), SpanName::new(owned()));
    suggestions(name);

    // What the compiler accepts is accepted with any legal owner in front, up to the length.
    if check::metric_name(name).is_ok() && !check::is_absolute(name) {
        assert!(check::metric_name_grammar(name).is_ok(), "{name:?}");
        let whole = format!("backstage.plugin.catalog.{name}");
        let short = check::prefixed_length("plugin", "catalog", name).is_ok();
        assert!(!short || check::metric_name_grammar(&whole).is_ok(), "{whole:?}");
    }
    if check::root_name(name).is_ok() {
        assert!(name.len() <= 63, "{name:?}");
    }
    spelled(name, unit);
    if let Some(near) = nearest(name, ["catalog", "unit", "port", ""]) {
        assert!(["catalog", "unit", "port", ""].contains(&near));
    }
}

fn same<T: fmt::Debug>(checked: Result<(), NameError>, made: Result<T, NameError>) {
    match (checked, made) {
        (Ok(()), Ok(_)) => {}
        (Err(one), Err(other)) => {
            assert_eq!(one.id(), other.id());
            assert!(!one.message().is_empty() && !one.quoting("name").is_empty());
        }
        (checked, made) => panic!("{checked:?} and {made:?}"),
    }
}

fn suggestions(name: &str) {
    let legal = [
        suggest::metric_name(name).map(|better| (check::metric_name(&better), better)),
        suggest::plugin_id(name).map(|better| (check::plugin_id(&better), better)),
        suggest::attribute_key(name).map(|better| (check::attribute_key(&better), better)),
        suggest::unit(name).map(|better| (check::unit(&better), better)),
        suggest::error_type(name).map(|better| (check::error_type(&better), better)),
    ];
    for (checked, better) in legal.into_iter().flatten() {
        assert!(checked.is_ok(), "{name:?} -> {better:?}: {checked:?}");
        assert_ne!(better, name, "what is suggested is another name");
    }
}

fn spelled(name: &str, unit: &str) {
    let is_name = |text: &str, colon: bool| {
        let right = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || (colon && byte == b':');
        !text.is_empty() && text.bytes().all(right) && !text.starts_with(|first: char| first.is_ascii_digit())
    };
    let label = prometheus::label_name(name);
    assert!(is_name(&label, false), "{name:?} -> {label:?}");
    for kind in [Kind::Counter, Kind::UpDownCounter, Kind::Gauge, Kind::Histogram] {
        let family = prometheus::metric_name(name, unit, kind);
        assert!(is_name(&family, true), "{name:?} in {unit:?} -> {family:?}");
        assert!(kind != Kind::Counter || family.ends_with("total"), "{family:?}");
        for series in prometheus::series_names(name, unit, kind) {
            // OpenMetrics names a family of counters without the suffix.
            let family = family.strip_suffix("_total").unwrap_or(&family);
            assert!(is_name(&series, true) && series.starts_with(family), "{series:?} of {family:?}");
        }
    }
}
