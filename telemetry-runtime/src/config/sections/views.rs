//! `telemetry.metrics.views`, `include` and `naming`.

use telemetry_naming::check::{self, NameError};

use super::super::json::Json;
use super::super::keys::{Key, Kind, Secrecy, Section, Shown, keys};
use super::super::kinds::{Choice, Count, Leaf, MapOf, Optional, Switch, Text, or_elsewhere};
use super::super::read::{Object, Value};
use super::super::schema::{AttributeKeys, InstrumentType, MetricNaming, ViewConfig, ViewSelector};

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

const VIEW: Section<ViewConfig> = Section::checked(
    keys!(ViewConfig {
        /// The metrics that the view is about, by their name without views; `*` is any text, `?` one character.
        "instrument" => .selector.instrument: Text;
        /// Further conditions, all of which must hold.
        "where" => .selector: Section::of(WHERE);
        /// The exported name; one `*` stands for what the one `*` of `instrument` matched.
        "name" => .name: Optional(Text);
        /// Further names under which the metric is exported.
        "alsoAs" => .also_as: OneOrMore;
        /// The description, instead of the metric's own.
        "description" => .description: Optional(AnyText);
        /// The unit, instead of the metric's own; no value is converted.
        "unit" => .unit: Optional(Unit);
        /// Whether the metrics are not exported.
        "drop" => .drop: Switch;
        /// The upper bounds of a histogram's buckets, strictly increasing.
        "buckets" => .buckets: Optional(Buckets);
        /// The attributes that stay; points that differ in others are added up.
        "attributes" => .attributes: Attributes;
        /// Keys of attributes, and what they are called instead.
        "renameAttributes" => .rename_attributes: MapOf { check: old_key, kind: Text };
        /// Series of this metric, instead of `telemetry.metrics.cardinalityLimit`.
        "cardinalityLimit" => .cardinality_limit: Optional(Count(1..=10_000_000));
    }),
    check_view,
);

const WHERE: &[Key<ViewSelector>] = keys!(ViewSelector {
    /// The kind of instrument.
    "kind" => .kind: Optional(Choice(KINDS));
    /// The unit.
    "unit" => .unit: Optional(AnyText);
    /// The name of the instrumentation scope; `*` is any text, `?` one character.
    "meter" => .meter: Optional(Text);
    /// The plugin's id.
    "plugin" => .plugin: Optional(Text);
});

/// The views, in their order.
pub(super) struct Views;

impl Kind<Vec<ViewConfig>> for Views {
    fn read(&self, value: &Value<'_>, target: &mut Vec<ViewConfig>) {
        let Some(list) = value.list() else { return };
        value.found();
        let view = |value: &Value<'_>| {
            let mut view = ViewConfig { place: value.place(), ..ViewConfig::default() };
            VIEW.read(value, &mut view);
            view
        };
        *target = list.iter().map(view).collect();
    }

    fn schema(&self, _default: &Vec<ViewConfig>) -> Json {
        let view = VIEW.schema(&ViewConfig::default());
        or_elsewhere(Json::object([("type", Json::text("array")), ("items", view)]))
    }

    fn show(&self, path: &str, target: &Vec<ViewConfig>) -> Shown {
        if target.is_empty() {
            let value = Json::List(Vec::new());
            return Shown::Value { path: path.to_owned(), value, secrecy: Secrecy::Open };
        }
        let view = |(index, view): (usize, &ViewConfig)| VIEW.show(&format!("{path}[{index}]"), view).brief();
        Shown::List(target.iter().enumerate().map(view).collect())
    }
}

/// Reads `value` as the key `path` of a view.
pub(in super::super) fn set(path: &str, value: &Value<'_>, view: &mut ViewConfig) {
    let names: Vec<&str> = path.split('.').collect();
    VIEW.read_at(&names, value, view);
}

fn check_view(entry: &Object<'_>, view: &ViewConfig) {
    let instrument = entry.get("instrument");
    if instrument.is_none() && entry.get("where").is_none() {
        entry.problem("`instrument` is missing: which metrics is the view about?");
    }
    // A name without an instrument that can be read is reported once that is right.
    if instrument.is_none_or(|value| value.is_found()) {
        if let Some(name) = entry.right("name") {
            check_stream_name(&name, view);
        }
        for name in entry.right("alsoAs").and_then(|names| names.one_or_list()).into_iter().flatten() {
            check_stream_name(&name, view);
        }
    }
    if let Some(renamed) = entry.get("renameAttributes") {
        let mut taken: Vec<&String> = Vec::new();
        for (old, new) in &view.rename_attributes {
            if taken.contains(&new) {
                renamed.problem(format_args!("`{old}` and another key would both be called `{new}`"));
            }
            taken.push(new);
        }
    }
    let plain = ViewConfig {
        place: view.place.clone(),
        selector: view.selector.clone(),
        drop: true,
        ..ViewConfig::default()
    };
    if view.drop
        && *view != plain
        && let Some(drop) = entry.get("drop")
    {
        drop.problem("what is dropped has no name, buckets or the like; remove `drop` or the other keys");
    }
}

fn old_key(key: &str) -> Result<(), String> {
    if key.is_empty() { Err("an attribute needs a key".to_owned()) } else { Ok(()) }
}

/// A name for a stream: an instrument name, in which one `*` may stand for what `instrument` matched.
pub(in super::super) fn check_stream_name(value: &Value<'_>, view: &ViewConfig) {
    let Some(name) = value.text() else { return };
    let instrument = &view.selector.instrument;
    let one_star = instrument.matches('*').count() == 1 && !instrument.contains('?');
    let exact = !instrument.contains(['*', '?']);
    let stars = name.matches('*').count();
    if stars > 1 || (stars == 1 && !one_star) {
        return value.problem("a name has at most one `*`, which stands for the one `*` of `instrument`");
    }
    if stars == 0 && !exact {
        return value.problem(
            "several metrics cannot have one name; write one `*` in `instrument` and in the name, or name one instrument",
        );
    }
    // What the star stands for is part of a valid name already.
    let checked = name.replacen('*', "x", 1);
    match check::metric_name_grammar(&checked) {
        _ if check::is_absolute(&checked) => {
            value
                .problem(format_args!("expected the whole exported name, without `::`, got {}", value.got()));
        }
        // An exported name is whole, and needs no category.
        Ok(()) | Err(NameError::MetricNameCategory) if checked.len() <= check::METRIC_NAME_LIMIT => {}
        Ok(()) => value.problem(NameError::MetricNameLength.message()),
        Err(error) => value.problem(format_args!("{}, got {}", error.message(), value.got())),
    }
}

fn string() -> Json {
    Json::object([("type", Json::text("string"))])
}

fn strings() -> Json {
    Json::object([("type", Json::text("array")), ("items", or_elsewhere(Text.rule()))])
}

fn texts(texts: &[String]) -> Json {
    Json::List(texts.iter().map(Json::text).collect())
}

fn patterns(value: &Value<'_>) -> Option<Vec<String>> {
    Some(value.list()?.iter().filter_map(Value::text).collect())
}

/// A list of patterns that is not empty.
pub(super) struct Include;

impl Leaf for Include {
    type Value = Vec<String>;

    fn parse(&self, value: &Value<'_>) -> Option<Vec<String>> {
        let patterns = patterns(value)?;
        if patterns.is_empty() {
            value.problem(
                "an empty list leaves no metric; write `[\"*\"]` for all, or `enabled: false` for none",
            );
            return None;
        }
        Some(patterns)
    }

    fn json(&self, target: &Vec<String>) -> Json {
        texts(target)
    }

    fn rule(&self) -> Json {
        strings().with("minItems", Json::number(1))
    }

    fn secrecy(&self) -> Secrecy {
        Secrecy::Text
    }
}

/// One text, or a list of texts.
struct OneOrMore;

impl Leaf for OneOrMore {
    type Value = Vec<String>;

    fn parse(&self, value: &Value<'_>) -> Option<Vec<String>> {
        let elements = value.one_or_list()?;
        let texts: Vec<String> = elements.iter().filter_map(Value::text).collect();
        (texts.len() == elements.len()).then_some(texts)
    }

    fn json(&self, target: &Vec<String>) -> Json {
        if target.is_empty() { Json::Null } else { texts(target) }
    }

    fn rule(&self) -> Json {
        Json::object([("anyOf", Json::List(vec![Text.rule(), strings()]))])
    }

    fn secrecy(&self) -> Secrecy {
        Secrecy::Text
    }
}

/// A text that may be empty.
struct AnyText;

impl Leaf for AnyText {
    type Value = String;

    fn parse(&self, value: &Value<'_>) -> Option<String> {
        value.any_text()
    }

    fn json(&self, target: &String) -> Json {
        Json::text(target)
    }

    fn rule(&self) -> Json {
        string()
    }

    fn secrecy(&self) -> Secrecy {
        Secrecy::Text
    }
}

/// Any short ASCII text, as OpenTelemetry asks of units; the toolkit's own stricter rule is for units in code.
struct Unit;

impl Leaf for Unit {
    type Value = String;

    fn parse(&self, value: &Value<'_>) -> Option<String> {
        let unit = value.any_text()?;
        let valid = unit.len() <= 63 && unit.bytes().all(|byte| byte.is_ascii_graphic());
        if !valid {
            value
                .problem(format_args!("expected a unit of at most 63 ASCII characters, got {}", value.got()));
        }
        valid.then_some(unit)
    }

    fn json(&self, target: &String) -> Json {
        Json::text(target)
    }

    fn rule(&self) -> Json {
        let types = ["string", "number"].map(Json::text);
        Json::object([("type", Json::List(types.into())), ("pattern", Json::text("^[!-~]{0,63}$"))])
    }

    fn secrecy(&self) -> Secrecy {
        Secrecy::Text
    }
}

/// The upper bounds of buckets.
struct Buckets;

impl Leaf for Buckets {
    type Value = Vec<f64>;

    fn parse(&self, value: &Value<'_>) -> Option<Vec<f64>> {
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

    fn json(&self, target: &Vec<f64>) -> Json {
        Json::List(target.iter().map(Json::number).collect())
    }

    fn rule(&self) -> Json {
        let number = or_elsewhere(Json::object([("type", Json::text("number"))]));
        Json::object([
            ("type", Json::text("array")),
            ("items", number),
            ("maxItems", Json::number(MOST_BUCKETS)),
        ])
    }
}

/// A list of keys that stay, or `included` and `excluded`.
struct Attributes;

const ATTRIBUTES: Section<AttributeKeys> = Section::of(keys!(AttributeKeys {
    /// The keys that stay; `*` is any text, `?` one character.
    "included" => .included: Patterns;
    /// Of these, the keys that go.
    "excluded" => .excluded: Patterns;
}));

impl Kind<Option<AttributeKeys>> for Attributes {
    fn read_at(&self, path: &[&str], value: &Value<'_>, target: &mut Option<AttributeKeys>) {
        if path.is_empty() {
            self.read(value, target);
        } else {
            ATTRIBUTES.read_at(path, value, target.get_or_insert_default());
        }
    }

    fn read(&self, value: &Value<'_>, target: &mut Option<AttributeKeys>) {
        let mut keys = AttributeKeys::default();
        if value.is_mapping() {
            ATTRIBUTES.read(value, &mut keys);
        } else if let Some(included) = patterns(value) {
            keys.included = included;
            value.found();
        }
        *target = Some(keys);
    }

    fn schema(&self, _default: &Option<AttributeKeys>) -> Json {
        let section = ATTRIBUTES.schema(&AttributeKeys::default());
        or_elsewhere(Json::object([("anyOf", Json::List(vec![strings(), section]))]))
    }

    fn show(&self, path: &str, target: &Option<AttributeKeys>) -> Shown {
        match target {
            None => Shown::Map(Vec::new()),
            Some(keys) if keys.excluded.is_empty() => {
                Shown::Value { path: path.to_owned(), value: texts(&keys.included), secrecy: Secrecy::Text }
            }
            Some(keys) => ATTRIBUTES.show(path, keys),
        }
    }
}

/// A list of patterns.
struct Patterns;

impl Leaf for Patterns {
    type Value = Vec<String>;

    fn parse(&self, value: &Value<'_>) -> Option<Vec<String>> {
        patterns(value)
    }

    fn json(&self, target: &Vec<String>) -> Json {
        texts(target)
    }

    fn rule(&self) -> Json {
        strings()
    }

    fn secrecy(&self) -> Secrecy {
        Secrecy::Text
    }
}
