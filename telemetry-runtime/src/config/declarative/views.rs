//! `meter_provider.views`

use super::super::draft::Draft;
use super::super::read::{Object, Value};
use super::super::schema::ViewConfig;
use super::super::sections::views as own;
use super::{boolean, number, unused};

/// What says which metrics a view is about, and the key of our views beside it.
const SELECTOR: &[(&str, &str)] = &[
    ("instrument_name", "instrument"),
    ("instrument_type", "where.kind"),
    ("unit", "where.unit"),
    ("meter_name", "where.meter"),
];

const AGGREGATIONS: &[&str] = &[
    "default",
    "drop",
    "explicit_bucket_histogram",
    "base2_exponential_bucket_histogram",
    "last_value",
    "sum",
];

pub(super) fn read(list: &Value<'_>, draft: &mut Draft) {
    let mut views = Vec::new();
    for (index, element) in list.list().unwrap_or_default().into_iter().enumerate() {
        let mut view = ViewConfig { place: element.place(), ..ViewConfig::default() };
        let reader = Reader { path: format!("telemetry.metrics.views[{index}]") };
        element.object(|object| reader.view(&element, object, &mut view));
        views.push(view);
    }
    draft.config.telemetry.metrics.views = views;
    list.setting("telemetry.metrics.views").found();
}

struct Reader {
    /// The key of the view that is read.
    path: String,
}

impl Reader {
    fn view(&self, element: &Value<'_>, object: &Object<'_>, view: &mut ViewConfig) {
        match object.get("selector") {
            Some(selector) => drop(selector.object(|object| self.selector(object, view))),
            None => element.problem("`selector` is missing"),
        }
        match object.get("stream") {
            Some(stream) => drop(stream.object(|object| self.stream(object, view))),
            None => element.problem("`stream` is missing"),
        }
    }

    fn selector(&self, object: &Object<'_>, view: &mut ViewConfig) {
        for (key, own) in SELECTOR {
            self.set(object.get(key), own, view);
        }
        for key in ["meter_version", "meter_schema_url"] {
            unused(object, key, "a view selects by the meter's name");
        }
    }

    fn stream(&self, object: &Object<'_>, view: &mut ViewConfig) {
        self.set(object.get("name"), "name", view);
        if let Some(name) = object.get("name") {
            own::check_stream_name(&name, view);
        }
        self.set(object.get("description"), "description", view);
        let limit = object.get("aggregation_cardinality_limit").filter(number);
        self.set(limit, "cardinalityLimit", view);
        if let Some(aggregation) = object.get("aggregation") {
            aggregation.object(|object| self.aggregation(object, view));
            if view.drop {
                aggregation.setting(format!("{}.drop", self.path)).found();
            }
        }
        if let Some(keys) = object.get("attribute_keys") {
            keys.object(|object| {
                self.set(object.get("included"), "attributes.included", view);
                self.set(object.get("excluded"), "attributes.excluded", view);
            });
        }
    }

    fn aggregation(&self, object: &Object<'_>, view: &mut ViewConfig) {
        let Some((kind, value)) = object.variant(AGGREGATIONS) else { return };
        match (kind, value) {
            ("default", _) | ("explicit_bucket_histogram", None) => {}
            ("drop", _) => view.drop = true,
            ("explicit_bucket_histogram", Some(value)) => {
                value.object(|object| {
                    self.set(object.get("boundaries"), "buckets", view);
                    let min_max = object.get("record_min_max").filter(boolean);
                    if let Some(value) = min_max.filter(|value| value.boolean() == Some(false)) {
                        value.key_notice("has no effect: minimum and maximum are always exported");
                    }
                });
            }
            (kind, value) => {
                let text = format!("`{kind}` has no effect: an instrument keeps the aggregation of its kind");
                match value {
                    Some(value) => value.key_notice(text),
                    None => object.notice(text),
                }
            }
        }
    }

    /// Reads `value` as the key `own` of the view.
    fn set(&self, value: Option<Value<'_>>, own: &str, view: &mut ViewConfig) {
        if let Some(value) = value {
            own::set(own, &value.setting(format!("{}.{own}", self.path)), view);
        }
    }
}
