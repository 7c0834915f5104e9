//! `telemetry.metrics.views`, `include` and `naming`.

use telemetry_naming::check::{self, NameError};

use super::read::{Object, Value};
use super::schema::{AttributeKeys, InstrumentType, MetricNaming, MetricsConfig, ViewConfig, ViewSelector};

/// The most buckets that a view gives a histogram.
const MOST_BUCKETS: usize = 1000;

pub(super) const NAMINGS: &[(&str, MetricNaming)] =
    &[("prefixed", MetricNaming::Prefixed), ("asIs", MetricNaming::AsIs)];

/// The kinds of instruments by OpenTelemetry's words (declarative configuration, `instrument_type`).
const KINDS: &[(&str, InstrumentType)] = &[
    ("counter", InstrumentType::Counter),
    ("up_down_counter", InstrumentType::UpDownCounter),
    ("histogram", InstrumentType::Histogram),
    ("gauge", InstrumentType::Gauge),
    ("observable_counter", InstrumentType::ObservableCounter),
    ("observable_up_down_counter", InstrumentType::ObservableUpDownCounter),
    ("observable_gauge", InstrumentType::ObservableGauge),
];

/// The keys of `telemetry.metrics` that say which metrics are exported, and how.
pub(super) fn read(section: &Object<'_>, metrics: &mut MetricsConfig) {
    section.set("include", &mut metrics.include, include);
    section.set("naming", &mut metrics.naming, |value| value.choice(NAMINGS));
    if let Some(views) = section.get("views") {
        let views = views.list().unwrap_or_default();
        metrics.views = views.iter().filter_map(|value| value.object(|entry| view(value, entry))).collect();
    }
}

fn include(value: &Value<'_>) -> Option<Vec<String>> {
    let patterns = patterns(value)?;
    if patterns.is_empty() {
        value
            .problem("an empty list leaves no metric; write `[\"*\"]` for all, or `enabled: false` for none");
        return None;
    }
    Some(patterns)
}

fn view(value: &Value<'_>, entry: &Object<'_>) -> ViewConfig {
    let mut view = ViewConfig { place: value.place(), ..ViewConfig::default() };
    let instrument = entry.get("instrument");
    let conditions = entry.get("where");
    if instrument.is_none() && conditions.is_none() {
        value.problem("`instrument` is missing: which metrics is the view about?");
    }
    let selector = &mut view.selector;
    if let Some(text) = instrument.and_then(|value| value.text()) {
        selector.instrument = text;
    }
    if let Some(conditions) = conditions {
        conditions.object(|object| select(object, selector));
    }
    let stars = view.selector.instrument.matches('*').count();
    let one_star = stars == 1 && !view.selector.instrument.contains('?');
    let exact = stars == 0 && !view.selector.instrument.contains('?');
    let name = |value: &Value<'_>| stream_name(value, one_star, exact);
    entry.fill("name", &mut view.name, name);
    entry.set("alsoAs", &mut view.also_as, |value| {
        Some(value.one_or_list()?.iter().filter_map(name).collect())
    });
    entry.fill("description", &mut view.description, Value::any_text);
    entry.fill("unit", &mut view.unit, unit);
    entry.fill("buckets", &mut view.buckets, buckets);
    entry.fill("attributes", &mut view.attributes, attributes);
    entry.fill("cardinalityLimit", &mut view.cardinality_limit, |value| value.count(1..=10_000_000));
    if let Some(drop) = entry.get("drop") {
        view.drop = drop.boolean().unwrap_or_default();
        let plain = ViewConfig {
            place: view.place.clone(),
            selector: view.selector.clone(),
            drop: view.drop,
            ..ViewConfig::default()
        };
        if view.drop && view != plain {
            drop.problem("what is dropped has no name, buckets or the like; remove `drop` or the other keys");
        }
    }
    view
}

fn select(object: &Object<'_>, selector: &mut ViewSelector) {
    object.fill("kind", &mut selector.kind, |value| value.choice(KINDS));
    object.fill("unit", &mut selector.unit, Value::any_text);
    object.fill("meter", &mut selector.meter, Value::text);
    object.fill("plugin", &mut selector.plugin, Value::text);
}

/// A name for a stream: an instrument name, in which one `*` may stand for what `instrument` matched.
fn stream_name(value: &Value<'_>, one_star: bool, exact: bool) -> Option<String> {
    let name = value.text()?;
    let stars = name.matches('*').count();
    if stars > 1 || (stars == 1 && !one_star) {
        value.problem("a name has at most one `*`, which stands for the one `*` of `instrument`");
        return None;
    }
    if stars == 0 && !exact {
        value.problem(
            "several metrics cannot have one name; write one `*` in `instrument` and in the name, or name one instrument",
        );
        return None;
    }
    // What the star stands for is part of a valid name already.
    let checked = name.replacen('*', "x", 1);
    match check::metric_name_grammar(&checked) {
        _ if check::is_absolute(&checked) => {
            value
                .problem(format_args!("expected the whole exported name, without `::`, got {}", value.got()));
        }
        // An exported name is whole, and needs no category.
        Ok(()) | Err(NameError::MetricNameCategory) if checked.len() <= check::METRIC_NAME_LIMIT => {
            return Some(name);
        }
        Ok(()) => value.problem(NameError::MetricNameLength.message()),
        Err(error) => value.problem(format_args!("{}, got {}", error.message(), value.got())),
    }
    None
}

/// Any short ASCII text, as OpenTelemetry asks of units; the toolkit's own stricter rule is for units in code.
fn unit(value: &Value<'_>) -> Option<String> {
    let unit = value.any_text()?;
    let valid = unit.len() <= 63 && unit.bytes().all(|byte| byte.is_ascii_graphic());
    if !valid {
        value.problem(format_args!("expected a unit of at most 63 ASCII characters, got {}", value.got()));
    }
    valid.then_some(unit)
}

fn buckets(value: &Value<'_>) -> Option<Vec<f64>> {
    let elements = value.list()?;
    if elements.len() > MOST_BUCKETS {
        value.problem(format_args!("at most {MOST_BUCKETS} bounds, got {}", elements.len()));
        return None;
    }
    let bounds: Vec<f64> = elements.iter().filter_map(Value::finite).collect();
    if bounds.len() < elements.len() {
        return None;
    }
    if let Some(at) = bounds.windows(2).position(|two| two[0] >= two[1]) {
        elements[at + 1].problem("bounds must be strictly increasing");
        return None;
    }
    Some(bounds)
}

/// A list of keys that stay, or `included` and `excluded`.
fn attributes(value: &Value<'_>) -> Option<AttributeKeys> {
    if !value.is_mapping() {
        return Some(AttributeKeys { included: patterns(value)?, ..AttributeKeys::default() });
    }
    value.object(|object| {
        let mut keys = AttributeKeys::default();
        object.set("included", &mut keys.included, patterns);
        object.set("excluded", &mut keys.excluded, patterns);
        keys
    })
}

fn patterns(value: &Value<'_>) -> Option<Vec<String>> {
    Some(value.list()?.iter().filter_map(Value::text).collect())
}
